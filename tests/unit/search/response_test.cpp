// The smoothed answer against differences of its own value, and against the minimum that it smooths.
#include "search/response.hpp"

#include <algorithm>
#include <cmath>
#include <vector>

#include <gtest/gtest.h>

#include "base/random.hpp"
#include "planes.hpp"

namespace standfast::search {
namespace {

constexpr Interval kUnbounded{};

/// Seven features that meet every case: free, bounded on one side and on both, frozen, kinks inside, outside, at 0.
struct Scene {
  std::vector<Interval> interval = {kUnbounded, {-0.6, 0.9}, {-0.2, 3}, {0, 0}, {0, 2}, {-1.5, kInfinity}, {-0.9, 0.4}};
  std::vector<double> offset = {0.7, -0.3, 5, 0.4, -1.1, 0, 0.25};
  std::vector<double> coefficient = {0.4, -1.3, 0.8, 2, -1.7, 0.3, 1.2};
  std::vector<double> bend = {0.9, 0.6, -0.4, 1, 0.8, -0.7, 0.5};

  [[nodiscard]] MinorantSet minorants(bool has_bends) const {
    const std::vector<double> some_bends = has_bends ? std::vector<double>(7, 1.0) : std::vector<double>();
    const minorant::SeparableMinorant m{1, std::vector<double>(7, 1.0), some_bends,
                                        has_bends ? offset : std::vector<double>()};
    MinorantSet result;
    result.reset_to(test::problem_of(m, interval));
    return result;
  }
};

const std::vector<Norm> kResponseNorms = {Norm::l1(), Norm::l2(), Norm::linf()};

ResponseRules rules_of(Norm norm, double temperature) {
  return {norm, norm == Norm::l2() ? kInfinity : 1.25, temperature};
}

/// min over d of price(d) + coefficient d + bend (|offset + d| - |offset|), on a fine grid with the kink and the ends
/// on it.
double hard_minimum(const Scene& scene, std::size_t i, bool has_bends, const ResponseRules& rules) {
  const double price_limit = std::min(rules.price_limit, 8.0);
  const double lo = std::max(scene.interval[i].lo, -price_limit), hi = std::min(scene.interval[i].hi, price_limit);
  double best = kInfinity;
  const auto consider = [&](double d) {
    const double price = rules.norm == Norm::l1() ? std::fabs(d) : rules.norm == Norm::l2() ? d * d / 2 : 0.0;
    const double g = has_bends ? std::fabs(scene.offset[i] + d) - std::fabs(scene.offset[i]) : 0.0;
    best = std::min(best, price + scene.coefficient[i] * d + scene.bend[i] * g);
  };
  for (int k = 0; k <= 20'000; ++k) consider(lo + (hi - lo) * k / 20'000);
  consider(0);
  if (has_bends) consider(std::clamp(-scene.offset[i], lo, hi));
  return best;
}

TEST(Response, LiesBelowTheMinimumByAtMostTheTemperature) {
  const Scene scene;
  for (const bool has_bends : {false, true}) {
    const MinorantSet minorants = scene.minorants(has_bends);
    for (const Norm norm : kResponseNorms) {
      for (const double temperature : {1e-4, 0.3}) {
        const ResponseRules rules = rules_of(norm, temperature);
        double hard = 0;
        for (std::size_t i = 0; i < 7; ++i) hard += hard_minimum(scene, i, has_bends, rules);
        Response out;
        find_response(minorants, scene.coefficient,
                      has_bends ? std::span<const double>(scene.bend) : std::span<const double>(), rules, out);
        EXPECT_LE(out.value, hard + 1e-9) << norm.name() << has_bends;
        // at most four places share the minimum; the grid's own error is its step squared
        EXPECT_GE(out.value, hard - 7 * temperature * std::log(4) - 7e-7) << norm.name() << has_bends;
      }
    }
  }
}

TEST(Response, TheMeanChangeIsTheGradientOfTheValue) {
  const Scene scene;
  constexpr double kStep = 1e-4;
  for (const bool has_bends : {false, true}) {
    const MinorantSet minorants = scene.minorants(has_bends);
    for (const Norm norm : kResponseNorms) {
      const ResponseRules rules = rules_of(norm, 0.3);
      const auto value = [&](const std::vector<double>& coefficient, const std::vector<double>& bend) {
        Response out;
        find_response(minorants, coefficient, has_bends ? std::span<const double>(bend) : std::span<const double>(),
                      rules, out);
        return out;
      };
      const Response at = value(scene.coefficient, scene.bend);
      EXPECT_EQ(at.bend_change.size(), has_bends ? 7U : 0U);
      for (std::size_t i = 0; i < 7; ++i) {
        std::vector<double> up = scene.coefficient, down = scene.coefficient;
        up[i] += kStep;
        down[i] -= kStep;
        // places that weigh less than exp(-20) are left out, which moves the value by as much
        const double slope = (value(up, scene.bend).value - value(down, scene.bend).value) / (2 * kStep);
        EXPECT_NEAR(at.change[i], slope, 1e-4) << norm.name() << has_bends << " feature " << i;
        if (!has_bends) continue;
        up = down = scene.bend;
        up[i] += kStep;
        down[i] -= kStep;
        const double fold_slope =
            (value(scene.coefficient, up).value - value(scene.coefficient, down).value) / (2 * kStep);
        EXPECT_NEAR(at.bend_change[i], fold_slope, 1e-4) << norm.name() << " feature " << i;
      }
    }
  }
}

/// Curves of all features; 0 for those that do not move.
std::vector<double> spread(const Response& at, const std::vector<double>& curve) {
  if (curve.empty() || at.moves == at.change.size()) return curve;
  std::vector<double> all(at.change.size());
  for (std::size_t k = 0; k < at.moves; ++k) all[at.moving[k]] = curve[k];
  return all;
}

TEST(Response, TheCurvatureIsMinusTheSlopeOfTheMeanChange) {
  const Scene scene;
  constexpr double kStep = 1e-4;
  for (const bool has_bends : {false, true}) {
    const MinorantSet minorants = scene.minorants(has_bends);
    for (const Norm norm : kResponseNorms) {
      const ResponseRules rules = rules_of(norm, 0.3);
      const auto moved = [&](std::size_t i, double by_coefficient, double by_bend) {
        std::vector<double> coefficient = scene.coefficient, bend = scene.bend;
        coefficient[i] += by_coefficient;
        bend[i] += by_bend;
        Response out;
        find_response(minorants, coefficient, has_bends ? std::span<const double>(bend) : std::span<const double>(),
                      rules, out);
        return out;
      };
      const Response at = moved(0, 0, 0);
      const auto dd = spread(at, at.curve_dd), df = spread(at, at.curve_df), ff = spread(at, at.curve_ff);
      for (std::size_t i = 0; i < 7; ++i) {
        const Response up = moved(i, kStep, 0), down = moved(i, -kStep, 0);
        EXPECT_NEAR(dd[i], (down.change[i] - up.change[i]) / (2 * kStep), 1e-3) << norm.name() << has_bends << i;
        if (!has_bends) continue;
        EXPECT_NEAR(df[i], (down.bend_change[i] - up.bend_change[i]) / (2 * kStep), 1e-3) << norm.name() << i;
        const Response more = moved(i, 0, kStep), less = moved(i, 0, -kStep);
        EXPECT_NEAR(ff[i], (less.bend_change[i] - more.bend_change[i]) / (2 * kStep), 1e-3) << norm.name() << i;
        // positive semidefinite, so that a Newton step goes uphill
        EXPECT_GE(dd[i], 0);
        EXPECT_GE(dd[i] * ff[i], df[i] * df[i] * (1 - 1e-9) - 1e-12) << norm.name() << i;
      }
    }
  }
}

/// One free or bounded feature without abs.
Response respond_to(double slope, const Interval& interval, const ResponseRules& rules) {
  MinorantSet minorants;
  minorants.reset_to(test::problem_of(test::plane(1, {1}), {interval}));
  Response out;
  find_response(minorants, std::vector<double>{slope}, {}, rules, out);
  return out;
}

TEST(Response, NormTwoStopsAtABoundAndIsFlatThere) {
  const Response inside = respond_to(0.5, {-2, 2}, rules_of(Norm::l2(), 1e-3));
  EXPECT_EQ(inside.change[0], -0.5);
  EXPECT_EQ(inside.value, -0.125);  // 0.5^2 / 2 - 0.5 * 0.5
  EXPECT_EQ(inside.curve_dd[0], 1);
  const Response at_bound = respond_to(3, {-2, 2}, rules_of(Norm::l2(), 1e-3));
  EXPECT_EQ(at_bound.change[0], -2);
  EXPECT_EQ(at_bound.value, 2.0 - 6);
  EXPECT_EQ(at_bound.curve_dd[0], 0);
}

TEST(Response, NormInfinityGoesToTheEndThatHurts) {
  const ResponseRules rules{Norm::linf(), 2, 1e-3};
  EXPECT_EQ(respond_to(3, kUnbounded, rules).change[0], -2);
  EXPECT_EQ(respond_to(-3, kUnbounded, rules).change[0], 2);
  EXPECT_EQ(respond_to(3, {-0.5, 9}, rules).value, -1.5);
  // between two ends that hurt alike, the mean stays in the middle and the value is one log of two below
  const Response tie = respond_to(0, {-1, 1}, rules);
  EXPECT_EQ(tie.change[0], 0);
  EXPECT_NEAR(tie.value, -1e-3 * std::log(2), 1e-3 * 2e-8);  // as near as log_one_plus is
  EXPECT_DOUBLE_EQ(tie.curve_dd[0], 1 / 1e-3);               // the variance of -1 and 1, over the temperature
}

TEST(Response, NormOneMovesOnlyWhereTheSlopePaysForThePrice) {
  const ResponseRules rules{Norm::l1(), 2, 1e-3};
  EXPECT_EQ(respond_to(0.9, kUnbounded, rules).change[0], 0);
  EXPECT_EQ(respond_to(0.9, kUnbounded, rules).value, 0);
  EXPECT_EQ(respond_to(1.1, kUnbounded, rules).change[0], -2);
  EXPECT_DOUBLE_EQ(respond_to(1.1, kUnbounded, rules).value, 2 - 2.2);
  EXPECT_DOUBLE_EQ(respond_to(1, kUnbounded, rules).change[0], -1);  // at the price, half of the time
}

TEST(Response, AFrozenFeatureStays) {
  for (const Norm norm : kResponseNorms) {
    const Response out = respond_to(5, {0, 0}, rules_of(norm, 1e-3));
    EXPECT_EQ(out.change[0], 0) << norm.name();
    EXPECT_EQ(out.value, 0) << norm.name();
    EXPECT_EQ(out.curve_dd[0], 0) << norm.name();
  }
}

TEST(Response, AValleyEndsAtItsKink) {
  // |1 + d| - 1 has its bottom at d = -1; p = 2 pays 1/2 for it, which a slope of 2 is worth
  MinorantSet minorants;
  minorants.reset_to(test::problem_of({1, {0}, {1}, {1}}));
  Response out;
  for (const Norm norm : kResponseNorms) {
    find_response(minorants, std::vector<double>{0}, std::vector<double>{2},
                  {norm, norm == Norm::l2() ? kInfinity : 4, 1e-4}, out);
    EXPECT_EQ(out.change[0], -1) << norm.name();
    EXPECT_EQ(out.bend_change[0], -1) << norm.name();
    // both sides of p = 2 end at the kink: one place counted twice
    EXPECT_NEAR(out.value, norm == Norm::l1() ? -1 : norm == Norm::l2() ? -1.5 : -2, 1e-4) << norm.name();
  }
}

TEST(Response, NoFeaturesAreNoChange) {
  MinorantSet minorants;
  minorants.reset_to(PricedProblem{});
  Response out;
  for (const Norm norm : kResponseNorms) {
    find_response(minorants, {}, {}, rules_of(norm, 1), out);
    EXPECT_EQ(out.value, 0);
    EXPECT_TRUE(out.change.empty());
  }
}

TEST(Response, AKinkInTwoPartsIsThatKink) {
  const Scene scene;
  std::vector<double> offset, bend;
  for (std::size_t i = 0; i < 7; ++i) {
    offset.insert(offset.end(), {scene.offset[i], 9, scene.offset[i]});
    bend.insert(bend.end(), {0.25 * scene.bend[i], 0, 0.75 * scene.bend[i]});
  }
  const MinorantSet one = scene.minorants(true);
  MinorantSet several;
  several.reset_to(
      test::problem_of({1, std::vector<double>(7, 1.0), std::vector<double>(21, 1.0), offset}, scene.interval));
  ASSERT_EQ(several.kinks(), 3U);
  for (const Norm norm : kResponseNorms) {
    for (const double temperature : {1e-4, 0.3}) {
      const ResponseRules rules = rules_of(norm, temperature);
      Response expected, found;
      find_response(one, scene.coefficient, scene.bend, rules, expected);
      find_response(several, scene.coefficient, bend, rules, found);
      EXPECT_NEAR(found.best, expected.best, 1e-12) << norm.name();
      EXPECT_NEAR(found.value, expected.value, 1e-4 * temperature) << norm.name();
      // -F'' along random directions: a split kink's two slopes move together
      Random random(3);
      const auto dd = spread(expected, expected.curve_dd), df = spread(expected, expected.curve_df),
                 ff = spread(expected, expected.curve_ff);
      for (std::size_t i = 0; i < 7; ++i) {
        EXPECT_NEAR(found.change[i], expected.change[i], 1e-4) << norm.name() << i;
        EXPECT_NEAR(found.bend_change[3 * i], expected.bend_change[i], 1e-4) << norm.name() << i;
        EXPECT_NEAR(found.bend_change[3 * i + 2], expected.bend_change[i], 1e-4) << norm.name() << i;
        const double a = random.normal(), b = random.normal();
        double curve = 0;
        for (std::size_t s = 0; s < found.moves; ++s) {
          if (found.moving[s] != i) continue;
          const double* const direction = found.direction.data() + 4 * s;
          const double along = direction[0] * a + direction[1] * 0.25 * b + direction[3] * 0.75 * b;
          curve += found.curve_dd[s] * along * along;
        }
        const double whole = dd[i] * a * a + 2 * df[i] * a * b + ff[i] * b * b;
        EXPECT_NEAR(curve, whole, 1e-3 * (1 + std::fabs(whole))) << norm.name() << i;
      }
    }
  }
}

}  // namespace
}  // namespace standfast::search
