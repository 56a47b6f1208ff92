// Small problems whose worst case can be written down.
#include "search/separable.hpp"

#include <cmath>
#include <vector>

#include <gtest/gtest.h>

#include "base/random.hpp"

namespace standfast::search {
namespace {

constexpr Interval kFree{};

PricedProblem affine_problem(double margin, std::vector<double> slope, std::vector<Interval> interval) {
  PricedProblem problem;
  const std::vector<double> cost(slope.size(), 1.0);
  problem.assign({margin, std::move(slope), {}, {}}, cost, interval);
  return problem;
}

TEST(Separable, WithoutBoundsItIsTheClosedForm) {
  const auto problem = affine_problem(6, {3, -4}, {kFree, kFree});
  EXPECT_DOUBLE_EQ(separable_radius(problem, Norm::l1()).radius, 6.0 / 4);
  EXPECT_DOUBLE_EQ(separable_radius(problem, Norm::l2()).radius, 6.0 / 5);
  EXPECT_DOUBLE_EQ(separable_radius(problem, Norm::linf()).radius, 6.0 / 7);
}

TEST(Separable, ABoundThatIsReachedLeavesTheRestToTheOthers) {
  // the first feature can lose 3 * 0.5 only: 6 - 1.5 = 4.5 is left for the second
  const auto problem = affine_problem(6, {3, -4}, {{-0.5, 1}, kFree});
  EXPECT_DOUBLE_EQ(separable_radius(problem, Norm::linf()).radius, 4.5 / 4);
  EXPECT_DOUBLE_EQ(separable_radius(problem, Norm::l1()).radius, 6.0 / 4);
  EXPECT_NEAR(separable_radius(problem, Norm::l2()).radius, std::hypot(0.5, 4.5 / 4), 1e-12);
}

TEST(Separable, ThePriceOfNormOneGoesToTheSteepestFeatureFirst) {
  const auto problem = affine_problem(6, {3, -4}, {kFree, {-1, 1}});
  EXPECT_DOUBLE_EQ(separable_radius(problem, Norm::l1()).radius, 1 + 2.0 / 3);
}

TEST(Separable, NormZeroCountsFeatures) {
  const auto problem = affine_problem(6, {3, -4, 1}, {{-1, 1}, {-1, 1}, {-1, 1}});
  EXPECT_EQ(separable_radius(problem, Norm::l0()).radius, 1);  // 4 < 6, but 4 + 3 is not
  EXPECT_EQ(separable_radius(affine_problem(6, {3, -4}, {kFree, kFree}), Norm::l0()).radius, 0);
}

TEST(Separable, WhatCannotReachTheMarginIsInfinite) {
  const auto problem = affine_problem(6, {3, -4}, {{-1, 5}, {-5, 0.5}});  // loses at most 3 + 2
  for (const Norm norm : {Norm::l0(), Norm::l1(), Norm::l2(), Norm::linf()}) {
    EXPECT_EQ(separable_radius(problem, norm).radius, kInfinity) << norm.name();
  }
}

TEST(Separable, AFlatMinorantIsInfiniteAndNoMarginIsZero) {
  for (const Norm norm : {Norm::l0(), Norm::l1(), Norm::l2(), Norm::linf()}) {
    EXPECT_EQ(separable_radius(affine_problem(1, {0, 0}, {kFree, kFree}), norm).radius, kInfinity);
    EXPECT_EQ(separable_radius(affine_problem(0, {1, 0}, {kFree, kFree}), norm).radius, 0);
    EXPECT_EQ(separable_radius(affine_problem(-1, {0, 0}, {kFree, kFree}), norm).radius, 0);
  }
}

TEST(Separable, AFoldWithPositiveWeightIsAValley) {
  // q(d) = |3 + d| - 3 falls to -3 at d = -3 and rises again
  PricedProblem problem;
  problem.assign({2, {0.0}, {1.0}, {3.0}}, std::vector<double>{1.0}, std::vector<Interval>{kFree});
  EXPECT_DOUBLE_EQ(separable_radius(problem, Norm::linf()).radius, 2);
  problem.margin = 3.5;  // deeper than the valley
  EXPECT_EQ(separable_radius(problem, Norm::linf()).radius, kInfinity);
  EXPECT_EQ(separable_radius(problem, Norm::l1()).radius, kInfinity);
  EXPECT_EQ(separable_radius(problem, Norm::l2()).radius, kInfinity);
}

TEST(Separable, AFoldWithNegativeWeightIsAHill) {
  // q(d) = -(|1 + d| - 1): down at once to the right, after a hill of 1 to the left
  PricedProblem problem;
  problem.assign({2, {0.0}, {-1.0}, {1.0}}, std::vector<double>{1.0}, std::vector<Interval>{{-kInfinity, 0}});
  EXPECT_DOUBLE_EQ(separable_radius(problem, Norm::linf()).radius, 4);  // |1 - 4| - 1 = 2
  EXPECT_NEAR(separable_radius(problem, Norm::l2()).radius, 4, 4e-9);
  EXPECT_NEAR(separable_radius(problem, Norm::l1()).radius, 4, 4e-2);
}

TEST(Separable, CostsRescaleFeatures) {
  PricedProblem problem;
  problem.assign({6, {3, -4}, {}, {}}, std::vector<double>{3, 4}, std::vector<Interval>{kFree, kFree});
  EXPECT_DOUBLE_EQ(separable_radius(problem, Norm::linf()).radius, 3);
  EXPECT_DOUBLE_EQ(separable_radius(problem, Norm::l1()).radius, 6);
}

/// Six features with bends and bounds, drawn at random.
PricedProblem random_problem(Random& random) {
  minorant::SeparableMinorant m;
  std::vector<Interval> interval;
  m.margin = random.uniform(0.1, 2);
  for (int i = 0; i < 6; ++i) {
    m.coefficient.push_back(random.normal());
    m.bend.push_back(random.normal());
    m.offset.push_back(random.normal());
    interval.push_back({-random.uniform(0, 3), random.uniform(0, 3)});
  }
  PricedProblem problem;
  problem.assign(m, std::vector<double>(6, 1.0), interval);
  return problem;
}

TEST(Separable, TheWorstChangeUsesUpTheMargin) {
  Random random(5);
  for (int round = 0; round < 200; ++round) {
    const PricedProblem problem = random_problem(random);
    for (const Norm norm : {Norm::l2(), Norm::linf()}) {
      const SeparableRadius radius = separable_radius(problem, norm);
      if (radius.radius == kInfinity) continue;
      const auto change = worst_change(problem, norm, radius);
      double decrease = 0;
      for (std::size_t i = 0; i < change.size(); ++i) decrease += problem.feature(i).decrease(change[i]);
      if (norm == Norm::linf()) {
        EXPECT_NEAR(decrease, problem.margin, 1e-9 * problem.margin);
      }
      EXPECT_GE(norm.of_vector(change) * (1 + 1e-9), norm == Norm::linf() ? radius.radius : 0.0);
    }
  }
}

TEST(RadiusHint, AToleranceCostsAtMostAboutAsMuch) {
  Random random(9);
  for (int round = 0; round < 200; ++round) {
    const PricedProblem problem = random_problem(random);
    for (const Norm norm : {Norm::l1(), Norm::l2(), Norm::linf()}) {
      const SeparableRadius full = separable_radius(problem, norm);
      for (const double tolerance : {1e-3, 1e-6}) {
        const double rough = separable_radius(problem, norm, {.tolerance = tolerance}).radius;
        if (full.radius == kInfinity) {
          EXPECT_EQ(rough, kInfinity) << norm.name();
          continue;
        }
        EXPECT_LE(rough, full.radius * (1 + 1e-12)) << norm.name();
        EXPECT_GE(rough, full.radius * (1 - 2 * tolerance)) << norm.name();
      }
    }
  }
}

TEST(RadiusHint, AStartOnlyShortensTheWay) {
  Random random(10);
  for (int round = 0; round < 200; ++round) {
    const PricedProblem problem = random_problem(random);
    for (const Norm norm : {Norm::l1(), Norm::l2(), Norm::linf()}) {
      const SeparableRadius full = separable_radius(problem, norm);
      // left of the root, right of it, nonsense
      for (const double start : {0.9, 2.0, -1.0, 1e300, kInfinity, std::nan("")}) {
        const double tau = start / full.multiplier;
        const double found = separable_radius(problem, norm, {start * full.radius, tau}).radius;
        if (full.radius == kInfinity) {
          EXPECT_EQ(found, kInfinity) << norm.name() << start;
        } else {
          EXPECT_NEAR(found, full.radius, 1e-9 * full.radius) << norm.name() << start;
        }
      }
    }
  }
}

}  // namespace
}  // namespace standfast::search
