// The promise for several kinks per feature: no change smaller than a printed radius flips a verdict; and the radii are
// those of the exact worst case, not of a bound of it.
#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <vector>

#include <gtest/gtest.h>

#include "support/attacks.hpp"
#include "support/cases.hpp"
#include "support/random_threat.hpp"
#include "support/small_models.hpp"

namespace standfast::support {
namespace {

TEST(KinkedMaps, NoAttackFlipsAVerdictInsideARadius) {
  std::size_t certified = 0;
  for_each_case(300, [&](Random& random) {
    const auto generated = random_model(random, random_family(random), MapFamily::kKinked);
    const auto classifier = make_classifier(generated.model);
    const auto x = random_input(random, generated);
    const auto threat = random_threat(random, generated, x);
    const auto bounded = random_bounded_threat(random, generated, x);
    const Reference reference(generated.model);
    for (const auto norm : {Norm::l0(), Norm::l1(), Norm::l2(), Norm::linf()}) {
      const ThreatModel& rules = norm == Norm::l0() ? bounded : threat;
      const double radius = radius_of(classifier, x, norm, rules, Method::kSeparable);
      ASSERT_GE(radius, 0);
      if (norm != Norm::l0()) {
        ASSERT_GE(radius, radius_of(classifier, x, norm, rules, Method::kClosedForm));
      }
      if (radius == 0) continue;
      ++certified;
      const AttackProblem problem(reference, x, norm, rules);
      const auto attack = smallest_attack(problem, random);
      EXPECT_FALSE(disproves(norm, radius, attack.distance_upper))
          << norm.name() << " radius " << ::testing::PrintToString(radius) << ", but a change of "
          << ::testing::PrintToString(attack.distance_upper) << " flips the verdict of\n"
          << ::testing::PrintToString(x) << "\n"
          << describe(generated.model) << describe(rules);
    }
  });
  if (std::getenv("STANDFAST_CASES") == nullptr) {
    EXPECT_GT(certified, 400U);
  }
}

/// The same classifier with every feature twice: the network sees the mean of both copies.
model::Model with_copies(model::Model model) {
  const bool is_image = model.input_shape.size() == 3;
  const std::int64_t n = is_image ? model.input_shape[0] : static_cast<std::int64_t>(model.dim());
  const auto size = static_cast<std::size_t>(n);
  const auto shaped = [&](std::int64_t rows, std::int64_t columns) {
    return is_image ? model::Shape{rows, columns, 1, 1} : model::Shape{rows, columns};
  };
  model::MapStep copies;
  copies.kind = is_image ? model::MapKind::kConv2d : model::MapKind::kLinear;
  copies.values = {shaped(2 * n, n), std::vector<float>(2 * size * size, 0)};
  for (std::size_t o = 0; o < 2 * size; ++o) copies.values.values[o * size + o % size] = 1;
  model.feature_map.insert(model.feature_map.end() - 1, copies);
  model::Node mean;
  mean.kind = is_image ? model::NodeKind::kConv2d : model::NodeKind::kLinear;
  mean.name = "mean";
  mean.inputs = {model::kGraphInput};
  mean.weight = {shaped(2 * n, 4 * n), std::vector<float>(8 * size * size, 0)};
  for (std::size_t o = 0; o < 2 * size; ++o) {
    for (const std::size_t copy : {0U, 1U}) {
      mean.weight.values[o * 4 * size + o / size * 2 * size + copy * size + o % size] = 0.5F;
    }
  }
  for (model::Node& node : model.graph.nodes) {
    for (std::int32_t& input : node.inputs) input = input == model::kGraphInput ? 0 : input + 1;
  }
  model.graph.nodes.insert(model.graph.nodes.begin(), mean);
  model.graph.input_shape[0] *= 2;
  return model;
}

constexpr double kFarAway = 1e6;

TEST(KinkedMaps, CopiesOfAKinkChangeNoRadius) {
  std::size_t compared = 0;
  for_each_case(300, [&](Random& random) {
    const auto generated = random_model(random, random_family(random), MapFamily::kSeparable);
    const model::FeatureMap& map = generated.model.feature_map;
    if (map.empty() || map.back().kind != model::MapKind::kAbs) return;
    const auto one = make_classifier(generated.model), two = make_classifier(with_copies(generated.model));
    const auto x = random_input(random, generated);
    for (const ThreatModel& threat :
         {random_threat(random, generated, x), random_bounded_threat(random, generated, x)}) {
      for (const auto norm : {Norm::l0(), Norm::l1(), Norm::l2(), Norm::linf()}) {
        const double expected = radius_of(one, x, norm, threat), found = radius_of(two, x, norm, threat);
        // where a change without end almost pays, the rounding decides how far beyond any input a proof reaches
        if (expected > kFarAway && found > kFarAway) continue;
        EXPECT_NEAR(found, expected, 1e-6 * expected) << norm.name();
        compared += static_cast<std::size_t>(found > 0);
      }
    }
  });
  if (std::getenv("STANDFAST_CASES") == nullptr) {
    EXPECT_GT(compared, 300U);
  }
}

/// The smallest |d| with value + slope d + sum_j fold_j (|offset_j + d| - |offset_j|) <= 0, kink after kink.
double exact_distance_of_one_feature(double value, double slope, const std::vector<double>& fold,
                                     const std::vector<double>& offset) {
  const auto f = [&](double d) {
    double sum = value + slope * d;
    for (std::size_t j = 0; j < fold.size(); ++j) sum += fold[j] * (std::fabs(offset[j] + d) - std::fabs(offset[j]));
    return sum;
  };
  double smallest = kInfinity;
  for (const double sign : {-1.0, 1.0}) {
    std::vector<double> places = {0};
    for (const double t : offset) {
      if (-t * sign > 0) places.push_back(-t * sign);
    }
    std::sort(places.begin(), places.end());
    places.push_back(places.back() + 1e6);
    for (std::size_t k = 0; k + 1 < places.size(); ++k) {
      const double from = f(sign * places[k]), to = f(sign * places[k + 1]);
      if (to > 0) continue;
      smallest = std::min(smallest, places[k] + (places[k + 1] - places[k]) * from / (from - to));
      break;
    }
  }
  return smallest;
}

TEST(KinkedMaps, RadiiOfOneFeatureAreExact) {
  std::size_t compared = 0;
  for_each_case(400, [&](Random& random) {
    const std::size_t kinks = 2 + random.below(3);
    std::vector<float> slopes(2 * kinks, 0.0F), bias;
    slopes[0] = static_cast<float>(random.normal());
    for (std::size_t j = 0; j < kinks; ++j) {
      slopes[kinks + j] = static_cast<float>(random.normal());
      bias.push_back(static_cast<float>(random.normal()));
    }
    model::Model model = affine_model(slopes, 0);
    model.input_shape = {1};
    model::MapStep step;
    step.kind = model::MapKind::kLinear;
    step.values = {{static_cast<std::int64_t>(kinks), 1}, std::vector<float>(kinks, 1)};
    step.bias = {{static_cast<std::int64_t>(kinks)}, bias};
    model.feature_map = model::with_abs({step});
    const std::vector<float> x = {static_cast<float>(random.normal())};
    set_margin(model, x, std::exp(random.normal()));
    const double value = Reference(model).value(widen(x));
    std::vector<double> fold(slopes.begin() + static_cast<std::ptrdiff_t>(kinks), slopes.end()), offset;
    for (const float b : bias) offset.push_back(static_cast<double>(x[0]) + b);
    const double exact = exact_distance_of_one_feature(value, slopes[0], fold, offset);
    const auto classifier = make_classifier(model);
    for (const Norm norm : {Norm::l1(), Norm::l2(), Norm::linf()}) {
      const double radius = radius_of(classifier, x, norm, {});
      if (exact > 1e5) continue;  // the last slope is nearly flat
      EXPECT_LE(radius, exact * (1 + 1e-9)) << norm.name();
      // norm 2 is bounded by duality, which loses where the feature bends down
      const bool is_convex = std::ranges::all_of(fold, [](double b) { return b >= 0; });
      if (norm == Norm::l2() && !is_convex) continue;
      EXPECT_GE(radius, exact * (1 - 1e-6)) << norm.name();
      ++compared;
    }
  });
  if (std::getenv("STANDFAST_CASES") == nullptr) {
    EXPECT_GT(compared, 300U);
  }
}

}  // namespace
}  // namespace standfast::support
