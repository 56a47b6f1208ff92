// Two planes whose best weights can be worked out by hand.
#include "search/dual_ascent.hpp"

#include <cmath>
#include <vector>

#include <gtest/gtest.h>

#include "base/random.hpp"
#include "planes.hpp"

namespace standfast::search {
namespace {

using test::plane;
using test::problem_of;

constexpr AscentSchedule kLong{.first = 3e-2, .last = 3e-5, .factor = 0.3, .steps = 30};
// At the last temperature T the barrier pulls each weight away from its edge by about 0.3 T, and the soft minimum by a
// few T more.
constexpr double kFewT = 10 * 3e-5;
// Newton's method ends where 1e-7 of the scale is left to gain: |F'| <= sqrt(2 gain |F''|) with |F''| near 1 / T.
constexpr double kGradient = 0.08;

CutSet cuts_of(const minorant::SeparableMinorant& first, const minorant::SeparableMinorant& second,
               std::vector<Interval> interval = {}) {
  CutSet cuts;
  cuts.start(problem_of(first, std::move(interval)));
  cuts.add(second, std::vector<double>(first.dim(), 1.0));
  return cuts;
}

TEST(DualAscent, NormTwoFindsTheNearestPointOfTheCorner) {
  // max(1 - x, 2 - y) <= 0 from (1, 2) on: F = a + 2 b - (a^2 + b^2) / 2 is largest at (1, 2), where it is 5 / 2
  const CutSet cuts = cuts_of(plane(1, {-1, 0}), plane(2, {0, -1}));
  DualAscent ascent;
  std::vector<double> alpha = {1, 0.05};
  ascent.run(cuts, Norm::l2(), kInfinity, 2.5, kLong, alpha);
  EXPECT_NEAR(alpha[0], 1, 2.5 * kFewT);
  EXPECT_NEAR(alpha[1], 2, 2.5 * kFewT);
  EXPECT_NEAR(ascent.response().change[0], 1, 2.5 * kFewT);
  EXPECT_NEAR(ascent.response().change[1], 2, 2.5 * kFewT);
  EXPECT_NEAR(ascent.cut_value(cuts, 0), 0, 2.5 * kFewT);
  EXPECT_NEAR(ascent.cut_value(cuts, 1), 0, 2.5 * kFewT);
}

TEST(DualAscent, NormOneWeighsEachPlaneUpToItsPrice) {
  // the same corner: a + 2 b with slopes of at most 1, so (1, 1), worth 3
  const CutSet cuts = cuts_of(plane(1, {-1, 0}), plane(2, {0, -1}));
  DualAscent ascent;
  std::vector<double> alpha = {0.5, 0.5};
  ascent.run(cuts, Norm::l1(), 4, 3, kLong, alpha);
  EXPECT_NEAR(alpha[0], 1, 3 * kFewT);
  EXPECT_NEAR(alpha[1], 1, 3 * kFewT);
  EXPECT_NEAR(ascent.response().change[0], 1, kGradient);
  EXPECT_NEAR(ascent.response().change[1], 2, kGradient);
}

TEST(DualAscent, NormInfinityMeetsAtTheSaddleOfTwoPlanes) {
  // max(2 - x, 1 + x) over |x| <= 1: both are 3 / 2 at x = 1 / 2, which weights of one half prove
  const CutSet cuts = cuts_of(plane(2, {-1}), plane(1, {1}));
  DualAscent ascent;
  std::vector<double> alpha = {0.9, 0.1};
  ascent.run(cuts, Norm::linf(), 1, 1.5, kLong, alpha);
  EXPECT_NEAR(alpha[0], 0.5, 1.5 * kFewT);
  EXPECT_NEAR(alpha[0] + alpha[1], 1, 1e-9);
  EXPECT_NEAR(ascent.response().change[0], 0.5, kGradient);
  EXPECT_NEAR(ascent.cut_value(cuts, 0), 1.5, kGradient);
  EXPECT_NEAR(ascent.cut_value(cuts, 1), 1.5, kGradient);
}

TEST(DualAscent, AFoldIsWeighedLikeASlope) {
  // max(2 - v, 1 + v) with v = |3 + x| - 3 over |x| <= 1: v runs from -1 to 1, the saddle is at 1 / 2 again
  const CutSet cuts = cuts_of({2, {0}, {-1}, {3}}, {1, {0}, {1}, {3}});
  DualAscent ascent;
  std::vector<double> alpha = {0.2, 0.8};
  ascent.run(cuts, Norm::linf(), 1, 1.5, kLong, alpha);
  EXPECT_NEAR(alpha[0], 0.5, 1.5 * kFewT);
  EXPECT_NEAR(ascent.response().fold_change[0], 0.5, kGradient);
}

TEST(DualAscent, ACutThatNeverHelpsLosesItsWeight) {
  // 5 - x lies above 1 - x everywhere: only it counts
  const CutSet cuts = cuts_of(plane(1, {-1}), plane(5, {-1}));
  DualAscent ascent;
  std::vector<double> alpha = {0.95, 0.05};
  ascent.run(cuts, Norm::linf(), 2, 3, kLong, alpha);
  EXPECT_LT(alpha[0], 3 * kFewT);
  EXPECT_GT(alpha[0], 0) << "weights stay positive";
}

TEST(DualAscent, TwinsShareTheWeight) {
  // the matrix is singular: the sum alone is determined, F = s - s^2 / 2
  const CutSet cuts = cuts_of(plane(1, {-1}), plane(1, {-1}));
  DualAscent ascent;
  std::vector<double> alpha = {0.3, 0.1};
  ascent.run(cuts, Norm::l2(), kInfinity, 0.5, kLong, alpha);
  EXPECT_NEAR(alpha[0] + alpha[1], 1, kFewT);
}

TEST(DualAscent, WeightsStayPositiveAndNeverGetWorse) {
  for (std::uint64_t seed = 0; seed < 60; ++seed) {
    Random random(seed);
    const auto draw = [&] {
      std::vector<double> slope(5);
      for (double& s : slope) s = random.normal();
      return plane(random.uniform(0.5, 2), slope);
    };
    CutSet cuts;
    cuts.start(problem_of(draw(), std::vector<Interval>(5, {-1, 1.5})));
    for (int j = 0; j < 3; ++j) cuts.add(draw(), std::vector<double>(5, 1.0));
    for (const Norm norm : {Norm::l1(), Norm::l2(), Norm::linf()}) {
      const double cap = norm == Norm::l2() ? kInfinity : 1.0;
      std::vector<double> alpha(4, 0.25);
      const auto dual = [&] {
        std::vector<double> linear(5);
        cuts.weigh(alpha, linear, {});
        Response response;
        respond(cuts, linear, {}, {norm, cap, 1e-12}, response);
        double value = response.value;
        for (std::size_t j = 0; j < 4; ++j) value += alpha[j] * cuts[j].margin;
        return value;
      };
      const double before = dual();
      DualAscent ascent;
      ascent.run(cuts, norm, cap, 1, kLong, alpha);
      // each of the five soft minima may be off by T log 2, each barrier by 0.3 T of its logarithm
      EXPECT_GE(dual(), before - 100 * 3e-5) << norm.name() << " seed " << seed;
      double sum = 0;
      for (const double a : alpha) {
        EXPECT_GT(a, 0) << norm.name() << " seed " << seed;
        sum += a;
      }
      if (norm == Norm::linf()) {
        EXPECT_NEAR(sum, 1, 1e-9) << "seed " << seed;
      }
    }
  }
}

TEST(DualAscent, CutsThatAreNotFiniteLeaveTheWeightsAsTheyWere) {
  const CutSet cuts = cuts_of(plane(1, {-1}), plane(NAN, {NAN}));
  for (const Norm norm : {Norm::l1(), Norm::l2(), Norm::linf()}) {
    DualAscent ascent;
    std::vector<double> alpha = {0.5, 0.5};
    ascent.run(cuts, norm, 2, 1, kLong, alpha);
    EXPECT_EQ(alpha, (std::vector<double>{0.5, 0.5})) << norm.name();
  }
}

TEST(DualAscent, TheBestValueNeverExceedsTheRadiusAndMeetsItAtTheMultiplier) {
  std::size_t met = 0;
  for (std::uint64_t seed = 0; seed < 200; ++seed) {
    Random random(seed);
    minorant::SeparableMinorant m{random.uniform(0.1, 2), {}, {}, {}};
    for (auto* values : {&m.linear, &m.fold, &m.offset}) {
      for (int i = 0; i < 6; ++i) values->push_back(random.normal());
    }
    const PricedProblem problem = problem_of(m, std::vector<Interval>(6, {-random.uniform(0, 3), 2}));
    CutSet cuts;
    cuts.start(problem);
    for (const Norm norm : {Norm::l1(), Norm::l2()}) {
      const SeparableRadius radius = separable_radius(problem, norm);
      if (radius.radius == kInfinity) continue;
      ++met;
      const auto worth = [&](double tau, double cap) {
        DualAscent ascent;
        std::vector<double> alpha = {tau};
        ascent.run(cuts, norm, cap, radius.radius, {.first = 3e-5, .last = 3e-5, .steps = 0}, alpha);
        return norm == Norm::l1() ? std::min(ascent.best(), cap) : std::sqrt(2 * std::max(ascent.best(), 0.0));
      };
      const bool l1 = norm == Norm::l1();
      EXPECT_NEAR(worth(1 / radius.multiplier, l1 ? radius.reach : kInfinity), radius.radius, 1e-9 * radius.radius);
      for (int k = 0; k < 5; ++k) {
        const double tau = std::pow(10, random.uniform(-2, 2)), reach = std::pow(10, random.uniform(-2, 2));
        // the radius itself is known to nine digits
        EXPECT_LE(worth(tau, l1 ? reach : kInfinity), radius.radius * (1 + 4e-9)) << norm.name() << " seed " << seed;
      }
    }
  }
  EXPECT_GT(met, 200U);
}

}  // namespace
}  // namespace standfast::search
