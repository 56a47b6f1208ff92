// Several kinks per feature: which maps have them, and that the minorant seen from the input stays below the
// classifier.
#include "verify/kinks.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <vector>

#include <gtest/gtest.h>

#include "base/random.hpp"
#include "infer/plan.hpp"
#include "support/random_model.hpp"
#include "support/reference.hpp"
#include "support/small_models.hpp"
#include "unit/model/builders.hpp"
#include "verify/radius.hpp"
#include "verify/verifier.hpp"
#include "verify/worst_case.hpp"

namespace standfast::verify {
namespace {

using support::Reference;

/// f(x) = 1 + slopes . (v, |v|), v = W x + bias.
model::Model kinked_model(const model::Tensor& weight, const std::vector<float>& bias,
                          const std::vector<float>& slopes) {
  model::Model model = support::affine_model(slopes, 1);
  model.input_shape = {weight.shape[1]};
  model::MapStep step;
  step.kind = model::MapKind::kLinear;
  step.values = weight;
  step.bias = {{weight.shape[0]}, bias};
  model.feature_map = model::with_abs({step});
  return model;
}

ProvenMinorant brought_back(const model::Model& model, const std::vector<float>& x) {
  const infer::Plan plan(model);
  const Verifier verifier = Verifier::create(model).value();
  infer::InferWorkspace infer;
  plan.forward(x, infer);
  return seen_from_input(model::unit_map_of(model).value(), x, verifier.minorant(x, infer.slopes));
}

TEST(Kinks, EveryUnitMustSeeOneFeatureAlone) {
  const auto has = [](const model::Tensor& weight) {
    const std::vector<float> zeros(static_cast<std::size_t>(2 * weight.shape[0]));
    const model::Model model = kinked_model(weight, {zeros.begin(), zeros.begin() + weight.shape[0]}, zeros);
    return Verifier::create(model).value().map().view() == model::MapView::kKinked;
  };
  EXPECT_TRUE(has({{3, 2}, {1, 0, 0, -2, 3, 0}}));
  EXPECT_TRUE(has({{2, 2}, {0, 0, 0, 1}}));
  EXPECT_FALSE(has({{2, 2}, {1, 0, 1, 1e-30F}}));
  EXPECT_TRUE(has({{16, 1}, std::vector<float>(16, 1)}));
  EXPECT_FALSE(has({{17, 1}, std::vector<float>(17, 1)})) << "too many kinks";
  model::Model open = kinked_model({{1, 1}, {1}}, {0}, {1, 1});
  open.feature_map.pop_back();
  EXPECT_FALSE(model::unit_map_of(open).ok()) << "no abs: it may mix features";
}

TEST(Kinks, ConvolutionsCountWhereTheyMovePixelsAlone) {
  model::Model model;
  model.input_shape = {2, 3, 3};
  model::MapStep conv;
  conv.kind = model::MapKind::kConv2d;
  conv.values = {{3, 2, 1, 1}, {1, 0, 0, 2, -1, 0}};
  const auto has = [&] {
    model.feature_map = model::with_abs({conv});
    return model::unit_map_of(model).ok();
  };
  EXPECT_TRUE(has());
  conv.stride = 2;
  EXPECT_FALSE(has());
  conv.stride = 1;
  conv.padding = 1;
  EXPECT_FALSE(has());
  conv.padding = 0;
  conv.values.values[1] = 1;
  EXPECT_FALSE(has()) << "a unit of two channels";
  conv.values = {{1, 2, 3, 3}, std::vector<float>(18, 0)};
  EXPECT_FALSE(has()) << "a wider kernel";
}

TEST(Kinks, WeightsAndKinksAreThoseOfTheUnits) {
  // v = (2 x - 6, -x + 1): kinks at 3 and 1; f = 1 + 3 v_0 + 5 |v_0| - 7 |v_1|
  const ProvenMinorant m = brought_back(kinked_model({{2, 1}, {2, -1}}, {-6, 1}, {3, 0, 5, -7}), {4});
  ASSERT_TRUE(m.is_separable);
  ASSERT_EQ(m.separable.kinks(), 2U);
  EXPECT_NEAR(m.separable.margin, 1 + 3 * 2 + 5 * 2 - 7 * 3, 1e-12);
  EXPECT_NEAR(m.separable.coefficient[0], 6, 1e-12);
  EXPECT_NEAR(m.separable.bend[0], 10, 1e-12);
  EXPECT_NEAR(m.separable.bend[1], -7, 1e-12);
  EXPECT_NEAR(m.separable.offset[0], 4 - 3, 1e-12);
  EXPECT_NEAR(m.separable.offset[1], 4 - 1, 1e-12);
  EXPECT_EQ(m.valid_up_to, kInfinity);
}

/// margin + sum_i q_i(d_i) - gradient_error_i |d_i|.
long double below(const ProvenMinorant& m, const std::vector<long double>& change) {
  const minorant::SeparableMinorant& q = m.separable;
  long double sum = q.margin;
  for (std::size_t i = 0; i < q.dim(); ++i) {
    const long double d = change[i];
    sum += q.coefficient[i] * d - m.gradient_error[i] * std::fabs(d);
    for (std::size_t j = i * q.kinks(); j < (i + 1) * q.kinks(); ++j) {
      const long double t = q.offset[j];
      sum += q.bend[j] * (std::fabs(t + d) - std::fabs(t));
    }
  }
  return sum;
}

TEST(Kinks, TheMinorantStaysBelowTheClassifier) {
  std::size_t compared = 0, several = 0;
  for (std::uint64_t seed = 0; seed < 400; ++seed) {
    Random random(seed);
    const auto made =
        support::random_model(random, support::random_family_of_one_head(random), support::MapFamily::kKinked);
    const Reference reference(made.model);
    const std::vector<float> x = support::random_input(random, made);
    ASSERT_EQ(Verifier::create(made.model).value().map().view(), model::MapView::kKinked) << seed;
    const ProvenMinorant m = brought_back(made.model, x);
    several += static_cast<std::size_t>(m.separable.kinks() > 1);
    for (int k = 0; k < 40; ++k) {
      std::vector<double> moved = support::widen(x);
      std::vector<long double> change(x.size());
      for (std::size_t i = 0; i < x.size(); ++i) {
        if (random.below(3) == 0) continue;
        // near a kink as often as anywhere
        const std::size_t kink = i * m.separable.kinks() + random.below(m.separable.kinks());
        moved[i] += random.chance(0.5) ? -m.separable.offset[kink] : made.scale[i] * random.normal();
        change[i] = static_cast<long double>(moved[i]) - x[i];
      }
      const support::Bounded f = reference.bounded_value(moved);
      const long double bound = below(m, change);
      ASSERT_LE(bound, f.value + f.error + std::fabs(bound) * 1e-17L) << "seed " << seed;
      ++compared;
    }
  }
  EXPECT_GT(compared, 10'000U);
  EXPECT_GT(several, 200U);
}

TEST(Kinks, BehindKnotsTheMinorantStaysBelowTheClassifierAndTouchesIt) {
  std::size_t compared = 0, touched = 0;
  for (std::uint64_t seed = 0; seed < 400; ++seed) {
    Random random(seed);
    const auto made =
        support::random_model(random, support::random_family_of_one_head(random), support::MapFamily::kKnots);
    const Reference reference(made.model);
    const std::vector<float> x = support::random_input(random, made);
    const Verifier verifier = Verifier::create(made.model).value();
    ASSERT_EQ(verifier.map().view(), model::MapView::kSeparable) << seed;
    const infer::Plan plan(made.model);
    infer::InferWorkspace infer;
    plan.forward(x, infer);
    const ProvenMinorant m = verifier.minorant(x, infer.slopes);
    ASSERT_TRUE(m.is_separable);
    for (int k = 0; k < 40; ++k) {
      std::vector<double> moved = support::widen(x);
      std::vector<long double> change(x.size());
      for (std::size_t i = 0; i < x.size() && k > 0; ++i) {
        if (random.below(3) == 0) continue;
        const std::size_t kink = i * m.separable.kinks() + random.below(m.separable.kinks());
        moved[i] += random.chance(0.5) ? -m.separable.offset[kink] : made.scale[i] * random.normal();
        change[i] = static_cast<long double>(moved[i]) - x[i];
      }
      const support::Bounded f = reference.bounded_value(moved);
      const long double bound = below(m, change);
      ASSERT_LE(bound, f.value + f.error + std::fabs(bound) * 1e-17L) << "seed " << seed;
      ++compared;
      // at x itself nothing is lost but roundings of sums that may cancel
      if (k == 0) touched += static_cast<std::size_t>(f.value - bound <= 1e-9L * std::fabs(f.value));
    }
  }
  EXPECT_GT(compared, 10'000U);
  EXPECT_GT(touched, 300U);
}

/// A minorant of one feature with up to 5 kinks, slopes of any sign, and what bounds it.
struct OneFeature {
  ProvenMinorant minorant;
  std::vector<double> cost;
  std::vector<Interval> interval;
};

OneFeature random_feature(Random& random) {
  OneFeature f;
  f.minorant.is_separable = true;
  minorant::SeparableMinorant& q = f.minorant.separable;
  q.coefficient = {random.normal()};
  for (std::size_t j = 0, kinks = 2 + random.below(4); j < kinks; ++j) {
    q.bend.push_back(random.below(6) == 0 ? 0 : random.normal());
    q.offset.push_back(random.below(6) == 0 ? 0 : random.normal());
  }
  f.minorant.gradient_error = {random.chance(0.5) ? 0 : std::fabs(random.normal()) * 1e-3};
  f.cost = {std::exp(random.normal())};
  f.interval = {{-std::fabs(random.normal()) * 3, random.below(4) == 0 ? 0 : std::fabs(random.normal()) * 3}};
  return f;
}

TEST(Kinks, TheWorstCaseIsThatOfEveryPlace) {
  for (std::uint64_t seed = 0; seed < 500; ++seed) {
    Random random(seed);
    const OneFeature f = random_feature(random);
    const PricedBounds bounds{f.cost, f.interval};
    const double reach = std::exp(random.normal()), lambda = random.below(8) == 0 ? 0 : std::exp(random.normal());
    const double lo = f.interval[0].lo, hi = f.interval[0].hi, step = reach / f.cost[0];
    ProvenMinorant at_zero = f.minorant;
    at_zero.separable.margin = 0;
    const auto gain = [&](double d) { return -static_cast<double>(below(at_zero, {d})); };
    double within = 0, paid = 0, squared = 0, everywhere = 0;
    const auto look_at = [&](double d) {
      if (d < lo || d > hi) return;
      const double price = f.cost[0] * std::fabs(d);
      everywhere = std::max(everywhere, gain(d));
      squared = std::max(squared, gain(d) - lambda * price * price / 2);
      if (std::fabs(d) > step) return;
      within = std::max(within, gain(d));
      paid = std::max(paid, gain(d) - lambda * price);
    };
    for (int k = 0; k <= 4000; ++k) look_at(lo + (hi - lo) * k / 4000);
    for (const double t : f.minorant.separable.offset) look_at(-t);
    for (const double d : {lo, hi, -step, step}) look_at(d);
    const auto expect_just_above = [&](double upper, double exact, double grid) {
      EXPECT_GE(upper, exact) << seed;
      EXPECT_LE(upper, exact * 1.001 + 1e-4 + grid) << seed;
    };
    expect_just_above(decrease_upper(f.minorant, bounds, {reach}), within, 0);
    expect_just_above(decrease_upper(f.minorant, bounds, {reach, lambda, 0}), paid, 0);
    expect_just_above(decrease_upper(f.minorant, bounds, {kInfinity, 0, lambda}), squared,
                      1e-4 * lambda * f.cost[0] * f.cost[0]);
    expect_just_above(decreases_upper(f.minorant, bounds, {})[0], everywhere, 0);
  }
}

TEST(Kinks, ADecreaseWithoutEndIsInfinite) {
  ProvenMinorant m;
  m.is_separable = true;
  m.separable.coefficient = {1};
  m.separable.bend = {0.25, 0.25};  // slope 1/2 on the far left: down without end
  m.separable.offset = {1, 2};
  m.gradient_error = {0};
  const std::vector<double> cost = {1};
  const std::vector<Interval> free = {{-kInfinity, kInfinity}}, up = {{0, kInfinity}};
  EXPECT_EQ(decrease_upper(m, {cost, free}, {kInfinity}), kInfinity);
  EXPECT_EQ(decrease_upper(m, {cost, free}, {kInfinity, 0, 0}), kInfinity);
  EXPECT_EQ(decrease_upper(m, {cost, free}, {kInfinity, 0.25, 0}), kInfinity);
  EXPECT_LT(decrease_upper(m, {cost, free}, {kInfinity, 2, 0}), 1e-12);
  EXPECT_EQ(decrease_upper(m, {cost, up}, {kInfinity}), 0);
  m.separable.bend = {0.25, std::numeric_limits<double>::quiet_NaN()};
  EXPECT_EQ(decrease_upper(m, {cost, free}, {1}), kInfinity);
  m.separable.margin = 3;
  m.separable.bend = {0.25, -0.5};  // slopes 5/4, 1/4 and 3/4 from left to right
  EXPECT_NEAR(closed_form_radius_proven(m, cost, Norm::l2(), {1}), 3 / 1.25, 1e-9);
}

}  // namespace
}  // namespace standfast::verify
