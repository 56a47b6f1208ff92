// Radii that proven minorants give, for honest proposals and for nonsense.
#include "verify/radius.hpp"

#include <cmath>
#include <limits>
#include <vector>

#include <gtest/gtest.h>

#include "base/random.hpp"

namespace standfast::verify {
namespace {

ProvenMinorant affine_minorant(double margin, std::vector<double> slope) {
  ProvenMinorant m;
  m.is_separable = true;
  m.gradient_error.assign(slope.size(), 0.0);
  m.separable = {margin, std::move(slope), {}, {}};
  return m;
}

TEST(Radius, ARadiusThatIsTooLargeIsNeverConfirmed) {
  Random random(3);
  const std::vector<double> cost = {1, 2, 0.5};
  const std::vector<Interval> interval = {{-1, 2}, {-kInfinity, 0.3}, {-0.1, kInfinity}};
  const ProvenMinorant m = affine_minorant(2, {1, -3, 0.5});
  // all caps reached lose 1 + 0.9 + 0.05 = 1.95 < 2: nothing flips it, and with a margin below that something does
  EXPECT_EQ(separable_radius_proven(m, {cost, interval}, Norm::linf(), {kInfinity, kInfinity, 0}), kInfinity);
  const ProvenMinorant weaker = affine_minorant(1.9, {1, -3, 0.5});
  for (int k = 0; k < 1000; ++k) {
    const double price = std::pow(10, random.uniform(-2, 3));
    const minorant::RadiusProposal proposal{price, price, std::pow(10, random.uniform(-3, 2))};
    // linf: 0.9 + 0.05 are used up at r = 0.6, the first feature gives the last 0.95
    EXPECT_LE(separable_radius_proven(weaker, {cost, interval}, Norm::linf(), proposal), 0.95);
    // l1: the budget buys 1.5 per unit from the second, 1 from the first and the third: 0.6 + 1 (of 0.95 + 0.05)
    EXPECT_LE(separable_radius_proven(weaker, {cost, interval}, Norm::l1(), proposal), 1.6);
    EXPECT_LE(separable_radius_proven(weaker, {cost, interval}, Norm::l2(), proposal), std::hypot(0.6, 0.95, 0.05));
  }
}

TEST(Radius, NonsenseProposalsGiveNothing) {
  const std::vector<double> cost = {1, 1};
  const std::vector<Interval> interval(2);
  const ProvenMinorant m = affine_minorant(2, {1, -3});
  const double nan = std::numeric_limits<double>::quiet_NaN();
  for (const Norm norm : {Norm::l1(), Norm::l2(), Norm::linf()}) {
    EXPECT_EQ(separable_radius_proven(m, {cost, interval}, norm, {nan, nan, 1}), 0);
    EXPECT_EQ(separable_radius_proven(m, {cost, interval}, norm, {-1, -1, 1}), 0);
  }
  EXPECT_EQ(separable_radius_proven(m, {cost, interval}, Norm::l2(), {1, 1, nan}), 0);
  EXPECT_EQ(separable_radius_proven(m, {cost, interval}, Norm::l1(), {1, 1, -1}), 0);
  EXPECT_EQ(separable_radius_proven(m, {cost, interval}, Norm::l1(), {1, 1, kInfinity}), 0);
}

TEST(Radius, AMarginThatIsNotPositiveGivesNothing) {
  const std::vector<double> cost = {1};
  const std::vector<Interval> interval(1);
  for (const double margin : {0.0, -1.0, -kInfinity, kInfinity, std::numeric_limits<double>::quiet_NaN()}) {
    const ProvenMinorant m = affine_minorant(margin, {1});
    EXPECT_EQ(closed_form_radius_proven(m, cost, Norm::l2(), {1}), 0) << margin;
    EXPECT_EQ(separable_radius_proven(m, {cost, interval}, Norm::l2(), {1, 1, 1}), 0) << margin;
  }
}

TEST(Radius, AnOverflowInsideABoundIsNotASmallDecrease) {
  const std::vector<double> cost = {1};
  const std::vector<Interval> interval = {{-1e308, 1e308}};
  ProvenMinorant m = affine_minorant(1, {1e10});
  m.separable.bend = {1e10};
  m.separable.offset = {1e300};
  for (const Norm norm : {Norm::l1(), Norm::l2(), Norm::linf()}) {
    EXPECT_LE(separable_radius_proven(m, {cost, interval}, norm, {kInfinity, kInfinity, 0}), 1e-10);
  }
}

TEST(Radius, TheErrorOfTheSlopeIsPaidFor) {
  const std::vector<double> cost = {1};
  const std::vector<Interval> interval(1);
  ProvenMinorant m = affine_minorant(1, {1});
  m.gradient_error = {1};  // the true slope may be 2
  EXPECT_LE(closed_form_radius_proven(m, cost, Norm::l1(), {1}), 0.5);
  EXPECT_LE(separable_radius_proven(m, {cost, interval}, Norm::linf(), {0.9, 0.9, 0}), 0.5);
  EXPECT_LE(separable_radius_proven(m, {cost, interval}, Norm::l1(), {0.9, 0.9, 2.1}), 0.5);
  EXPECT_LE(separable_radius_proven(m, {cost, interval}, Norm::l2(), {0.9, 0.9, 4}), 0.5);
}

}  // namespace
}  // namespace standfast::verify
