// The worst move of a category, worked out by hand.
#include "verify/moves.hpp"

#include <cmath>
#include <limits>
#include <vector>

#include <gtest/gtest.h>

namespace standfast::verify {
namespace {

/// Two categories, {0, 1, 2} and {3, 4}, and a feature beside them.
ThreatModel two_categories() {
  ThreatModel threat;
  threat.categories = {{"a", {0, 1, 2}, 1}, {"b", {3, 4}, 1}};
  return threat;
}

ProvenMinorant planes(double margin) {
  ProvenMinorant m;
  m.is_separable = true;
  m.separable = {margin, {1, 0, -1, 0.5, -0.5, -1}, {}, {}};
  m.gradient_error.assign(6, 0.0);
  return m;
}

struct Merged {
  ThreatModel threat;
  std::vector<threat::CategoryMoves> moves;
  std::vector<double> cost = std::vector<double>(6, 1);
  std::vector<Interval> interval = std::vector<Interval>(6);
  ProvenMinorant minorant;
  std::vector<std::uint32_t> targets;

  Merged(ThreatModel model, ProvenMinorant m) : threat(std::move(model)), minorant(std::move(m)) {
    moves = threat::moves_at(threat, std::vector<float>{1, 0, 0, 1, 0, 0}).value();
    threat::merge_bounds(moves, cost, interval);
    targets = merge_moves(moves, minorant);
  }
  [[nodiscard]] double radius(Norm norm, const minorant::RadiusProposal& proposal) const {
    return radius_with_moves(minorant, {cost, interval}, moves, norm, proposal);
  }
};

TEST(Moves, TheWorstOfACategoryIsOneFeature) {
  const Merged merged(two_categories(), planes(2.5));
  EXPECT_EQ(merged.targets, (std::vector<std::uint32_t>{2, 4}));
  const std::vector<double>& a = merged.minorant.separable.coefficient;
  EXPECT_NEAR(a[0], -2, 1e-12);
  EXPECT_LE(a[0], -2) << "rounded up, as a loss";
  EXPECT_NEAR(a[3], -1, 1e-12);
  for (const std::size_t i : {1U, 2U, 4U}) {
    EXPECT_EQ(a[i], 0);
    EXPECT_EQ(merged.interval[i].lo, 0);
    EXPECT_EQ(merged.interval[i].hi, 0);
  }
  EXPECT_EQ(a[5], -1);
}

TEST(Moves, AMoveIsMadeAsAWholeOrNotAtAll) {
  // f = 2.5 - 2 [a moves] - [b moves] - d: the cheapest flips are a and d = 0.5, or d = 2.5
  const Merged merged(two_categories(), planes(2.5));
  EXPECT_EQ(merged.radius(Norm::linf(), {kInfinity, 0, 0}), 0) << "linf proves what is proposed";
  EXPECT_NEAR(merged.radius(Norm::linf(), {1, 0, 0}), 1, 1e-9) << "at a price of 1 both move";
  EXPECT_LE(merged.radius(Norm::linf(), {2, 0, 0}), 1);
  EXPECT_NEAR(merged.radius(Norm::l1(), {0, kInfinity, 1 + 1e-9}), 1.5, 1e-6);
  EXPECT_LE(merged.radius(Norm::l1(), {0, kInfinity, 1 + 1e-9}), 1.5);
  EXPECT_NEAR(merged.radius(Norm::l2(), {0, 0, 1}), std::sqrt(1.0 + 0.25), 0.2);
  for (double lambda = 0.1; lambda < 8; lambda *= 1.1) {
    EXPECT_LE(merged.radius(Norm::l1(), {0, kInfinity, lambda}), 1.5);
    EXPECT_LE(merged.radius(Norm::l2(), {0, 0, lambda}), std::sqrt(1.0 + 0.25));
  }
  EXPECT_EQ(merged.radius(Norm::l0(), {}), 0) << "the feature beside them has no bounds";
}

TEST(Moves, TwoMovesCountAsTwo) {
  ThreatModel threat = two_categories();
  Merged merged(threat, planes(2.5));
  merged.interval[5] = {0, 0.25};
  // 2 and 1 are lost together, with 0.25 each of them leaves something: one change is survived, two are not
  EXPECT_EQ(merged.radius(Norm::l0(), {}), 1);
  Merged rich(threat, planes(3.5));
  rich.interval[5] = {0, 0.25};
  EXPECT_EQ(rich.radius(Norm::l0(), {}), kInfinity);
  EXPECT_EQ(rich.radius(Norm::linf(), {kInfinity, 0, 0}), kInfinity);
}

TEST(Moves, ADearCategoryDoesNotMoveBelowItsCost) {
  ThreatModel threat = two_categories();
  threat.categories[0].cost = 1.25;
  threat.categories[1].cost = 100;
  const Merged merged(threat, planes(2.5));
  // below 1.25 only d moves; from there on a as well, which leaves 0.5 for it
  EXPECT_NEAR(merged.radius(Norm::linf(), {2, 0, 0}), 1.25, 1e-9);
  EXPECT_LE(merged.radius(Norm::linf(), {2, 0, 0}), 1.25);
}

TEST(Moves, KinksOnTheWayOfAMoveCount) {
  ProvenMinorant m;
  m.is_separable = true;
  // q_0(-1) = -1 - (|0.25 - 1| - 0.25) = -1.5, q_1(1) = |-0.75 + 1| - 0.75 = -0.5
  m.separable = {10, {1, 0}, {-1, 1}, {0.25, -0.75}};
  m.gradient_error = {0.125, 0.0625};
  ThreatModel threat;
  threat.categories = {{"a", {0, 1}, 1}};
  const auto moves = threat::moves_at(threat, std::vector<float>{1, 0}).value();
  merge_moves(moves, m);
  EXPECT_NEAR(-m.separable.coefficient[0], 1.5 + 0.5 + 1.005 * 0.1875, 1e-12);
  EXPECT_GE(-m.separable.coefficient[0], 2.1875);
  EXPECT_EQ(m.separable.bend, (std::vector<double>{0, 0}));
  EXPECT_EQ(m.gradient_error, (std::vector<double>{0, 0}));
}

TEST(Moves, AHalfThatCannotLowerFIsFree) {
  const ThreatModel threat = two_categories();
  auto moves = threat::moves_at(threat, std::vector<float>{1, 0, 0, 1, 0, 0}).value();
  moves[0].may_lower = false;
  for (auto& target : moves[1].to) target.may_lower = false;
  ProvenMinorant m = planes(2.5);
  merge_moves(moves, m);
  EXPECT_NEAR(m.separable.coefficient[0], -1, 1e-12);
  EXPECT_NEAR(m.separable.coefficient[3], -0.5, 1e-12);
}

TEST(Moves, WhatOverflowsProvesNothing) {
  for (const double bad : {std::numeric_limits<double>::quiet_NaN(), kInfinity, -kInfinity}) {
    ProvenMinorant m = planes(2.5);
    m.separable.coefficient[2] = bad;
    const Merged merged(two_categories(), m);
    if (bad == kInfinity) continue;  // a rise of f alone: the other value is worse
    EXPECT_EQ(merged.radius(Norm::l2(), {0, 0, 1}), 0) << bad;
    EXPECT_EQ(merged.radius(Norm::linf(), {0.5, 0, 0}), 0) << bad;
  }
}

}  // namespace
}  // namespace standfast::verify
