// Two planes whose best weights can be worked out by hand.
#include "search/weight_ascent.hpp"

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

MinorantSet minorants_of(const minorant::SeparableMinorant& first, const minorant::SeparableMinorant& second,
                         std::vector<Interval> interval = {}) {
  MinorantSet minorants;
  minorants.reset_to(problem_of(first, std::move(interval)));
  minorants.add(second, std::vector<double>(first.dim(), 1.0));
  return minorants;
}

TEST(WeightAscent, NormTwoFindsTheNearestPointOfTheCorner) {
  // max(1 - x, 2 - y) <= 0 from (1, 2) on: F = a + 2 b - (a^2 + b^2) / 2 is largest at (1, 2), where it is 5 / 2
  const MinorantSet minorants = minorants_of(plane(1, {-1, 0}), plane(2, {0, -1}));
  WeightAscent ascent;
  std::vector<double> alpha = {1, 0.05};
  ascent.maximise_dual(minorants, Norm::l2(), kInfinity, 2.5, kLong, alpha);
  EXPECT_NEAR(alpha[0], 1, 2.5 * kFewT);
  EXPECT_NEAR(alpha[1], 2, 2.5 * kFewT);
  EXPECT_NEAR(ascent.response().change[0], 1, 2.5 * kFewT);
  EXPECT_NEAR(ascent.response().change[1], 2, 2.5 * kFewT);
  EXPECT_NEAR(ascent.value_of_minorant(minorants, 0), 0, 2.5 * kFewT);
  EXPECT_NEAR(ascent.value_of_minorant(minorants, 1), 0, 2.5 * kFewT);
}

TEST(WeightAscent, NormOneWeighsEachPlaneUpToItsPrice) {
  // the same corner: a + 2 b with slopes of at most 1, so (1, 1), worth 3
  const MinorantSet minorants = minorants_of(plane(1, {-1, 0}), plane(2, {0, -1}));
  WeightAscent ascent;
  std::vector<double> alpha = {0.5, 0.5};
  ascent.maximise_dual(minorants, Norm::l1(), 4, 3, kLong, alpha);
  EXPECT_NEAR(alpha[0], 1, 3 * kFewT);
  EXPECT_NEAR(alpha[1], 1, 3 * kFewT);
  EXPECT_NEAR(ascent.response().change[0], 1, kGradient);
  EXPECT_NEAR(ascent.response().change[1], 2, kGradient);
}

TEST(WeightAscent, NormInfinityMeetsAtTheSaddleOfTwoPlanes) {
  // max(2 - x, 1 + x) over |x| <= 1: both are 3 / 2 at x = 1 / 2, which weights of one half prove
  const MinorantSet minorants = minorants_of(plane(2, {-1}), plane(1, {1}));
  WeightAscent ascent;
  std::vector<double> alpha = {0.9, 0.1};
  ascent.maximise_dual(minorants, Norm::linf(), 1, 1.5, kLong, alpha);
  EXPECT_NEAR(alpha[0], 0.5, 1.5 * kFewT);
  EXPECT_NEAR(alpha[0] + alpha[1], 1, 1e-9);
  EXPECT_NEAR(ascent.response().change[0], 0.5, kGradient);
  EXPECT_NEAR(ascent.value_of_minorant(minorants, 0), 1.5, kGradient);
  EXPECT_NEAR(ascent.value_of_minorant(minorants, 1), 1.5, kGradient);
}

TEST(WeightAscent, AFoldIsWeighedLikeASlope) {
  // max(2 - v, 1 + v) with v = |3 + x| - 3 over |x| <= 1: v runs from -1 to 1, the saddle is at 1 / 2 again
  const MinorantSet minorants = minorants_of({2, {0}, {-1}, {3}}, {1, {0}, {1}, {3}});
  WeightAscent ascent;
  std::vector<double> alpha = {0.2, 0.8};
  ascent.maximise_dual(minorants, Norm::linf(), 1, 1.5, kLong, alpha);
  EXPECT_NEAR(alpha[0], 0.5, 1.5 * kFewT);
  EXPECT_NEAR(ascent.response().bend_change[0], 0.5, kGradient);
}

TEST(WeightAscent, AMinorantThatNeverHelpsLosesItsWeight) {
  // 5 - x lies above 1 - x everywhere: only it counts
  const MinorantSet minorants = minorants_of(plane(1, {-1}), plane(5, {-1}));
  WeightAscent ascent;
  std::vector<double> alpha = {0.95, 0.05};
  ascent.maximise_dual(minorants, Norm::linf(), 2, 3, kLong, alpha);
  EXPECT_LT(alpha[0], 3 * kFewT);
  EXPECT_GT(alpha[0], 0) << "weights stay positive";
}

TEST(WeightAscent, TwinsShareTheWeight) {
  // the matrix is singular: the sum alone is determined, F = s - s^2 / 2
  const MinorantSet minorants = minorants_of(plane(1, {-1}), plane(1, {-1}));
  WeightAscent ascent;
  std::vector<double> alpha = {0.3, 0.1};
  ascent.maximise_dual(minorants, Norm::l2(), kInfinity, 0.5, kLong, alpha);
  EXPECT_NEAR(alpha[0] + alpha[1], 1, kFewT);
}

TEST(WeightAscent, WeightsStayPositiveAndNeverGetWorse) {
  for (std::uint64_t seed = 0; seed < 60; ++seed) {
    Random random(seed);
    const auto draw = [&] {
      std::vector<double> slope(5);
      for (double& s : slope) s = random.normal();
      return plane(random.uniform(0.5, 2), slope);
    };
    MinorantSet minorants;
    minorants.reset_to(problem_of(draw(), std::vector<Interval>(5, {-1, 1.5})));
    for (int j = 0; j < 3; ++j) minorants.add(draw(), std::vector<double>(5, 1.0));
    for (const Norm norm : {Norm::l1(), Norm::l2(), Norm::linf()}) {
      const double price_limit = norm == Norm::l2() ? kInfinity : 1.0;
      std::vector<double> alpha(4, 0.25);
      const auto dual = [&] {
        std::vector<double> coefficient(5);
        minorants.sum_weighted(alpha, coefficient, {});
        Response response;
        find_response(minorants, coefficient, {}, {norm, price_limit, 1e-12}, response);
        double value = response.value;
        for (std::size_t j = 0; j < 4; ++j) value += alpha[j] * minorants[j].margin;
        return value;
      };
      const double before = dual();
      WeightAscent ascent;
      ascent.maximise_dual(minorants, norm, price_limit, 1, kLong, alpha);
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

TEST(WeightAscent, MinorantsThatAreNotFiniteLeaveTheWeightsAsTheyWere) {
  const MinorantSet minorants = minorants_of(plane(1, {-1}), plane(NAN, {NAN}));
  for (const Norm norm : {Norm::l1(), Norm::l2(), Norm::linf()}) {
    WeightAscent ascent;
    std::vector<double> alpha = {0.5, 0.5};
    ascent.maximise_dual(minorants, norm, 2, 1, kLong, alpha);
    EXPECT_EQ(alpha, (std::vector<double>{0.5, 0.5})) << norm.name();
  }
}

TEST(WeightAscent, TheBestValueNeverExceedsTheRadiusAndMeetsItAtTheMultiplier) {
  std::size_t met = 0;
  for (std::uint64_t seed = 0; seed < 200; ++seed) {
    Random random(seed);
    minorant::SeparableMinorant m{random.uniform(0.1, 2), {}, {}, {}};
    for (auto* values : {&m.coefficient, &m.bend, &m.offset}) {
      for (int i = 0; i < 6; ++i) values->push_back(random.normal());
    }
    const PricedProblem problem = problem_of(m, std::vector<Interval>(6, {-random.uniform(0, 3), 2}));
    MinorantSet minorants;
    minorants.reset_to(problem);
    for (const Norm norm : {Norm::l1(), Norm::l2()}) {
      const SeparableRadius radius = separable_radius(problem, norm);
      if (radius.radius == kInfinity) continue;
      ++met;
      const auto worth = [&](double tau, double price_limit) {
        WeightAscent ascent;
        std::vector<double> alpha = {tau};
        ascent.maximise_dual(minorants, norm, price_limit, radius.radius, {.first = 3e-5, .last = 3e-5, .steps = 0},
                             alpha);
        return norm == Norm::l1() ? std::min(ascent.dual_value(), price_limit)
                                  : std::sqrt(2 * std::max(ascent.dual_value(), 0.0));
      };
      const bool l1 = norm == Norm::l1();
      EXPECT_NEAR(worth(1 / radius.multiplier, l1 ? radius.price_limit : kInfinity), radius.radius,
                  1e-9 * radius.radius);
      for (int k = 0; k < 5; ++k) {
        const double tau = std::pow(10, random.uniform(-2, 2)), price_limit = std::pow(10, random.uniform(-2, 2));
        // the radius itself is known to nine digits
        EXPECT_LE(worth(tau, l1 ? price_limit : kInfinity), radius.radius * (1 + 4e-9))
            << norm.name() << " seed " << seed;
      }
    }
  }
  EXPECT_GT(met, 200U);
}

}  // namespace
}  // namespace standfast::search
