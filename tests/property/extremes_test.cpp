// Costs, scales and weights at the ends of float64, where products underflow and relative error bounds are blind.
#include <algorithm>
#include <cmath>
#include <limits>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "support/attacks.hpp"
#include "support/cases.hpp"
#include "support/hard_models.hpp"
#include "support/small_models.hpp"
#include "support/tally.hpp"

namespace standfast::support {
namespace {

/// f(x) = margin + slope x, the slope a product of weights that float32 cannot hold: layers of one ReLU each.
model::Model steep_model(Random& random, double log_slope, float margin) {
  // score = -slope x + margin: each layer multiplies by a share of the slope, and relu(v) = v on the way down
  const int layers = 1 + static_cast<int>(std::fabs(log_slope) / 30);
  const auto share = [&] { return static_cast<float>(std::pow(10.0, log_slope / layers) * random.uniform(0.5, 1)); };
  auto model = affine_model({-share()}, 0);
  for (int k = 1; k < layers; ++k) {
    model::Node node = model.graph.nodes.front();
    node.name = "layer" + std::to_string(k);
    node.inputs = {k - 1};
    node.weight.values = {share()};
    model.graph.nodes.push_back(node);
  }
  model.graph.nodes.back().bias.values = {margin};
  return model;
}

/// The chain is linear: its slope in long double, whose range no product leaves.
long double slope_of(const model::Model& model) {
  long double slope = 1;
  for (const auto& step : model.feature_map) slope *= static_cast<long double>(step.values.values[0]);
  for (const auto& node : model.graph.nodes) slope *= static_cast<long double>(node.weight.values[0]);
  return std::fabs(slope);
}

void expect_at_most_exact(Random& random, Tally& tally, const model::Model& model, double cost) {
  const auto classifier = try_make_classifier(model);
  if (!classifier.ok()) {
    EXPECT_EQ(classifier.error().code, ErrorCode::kUnsupported) << classifier.error().message;
    return tally.refused();
  }
  ThreatModel threat;
  threat.cost = {cost};
  const std::vector<float> x{0};
  const long double margin = static_cast<long double>(model.graph.nodes.back().bias.values[0]);
  const long double exact = static_cast<long double>(cost) * margin / slope_of(model);
  for (const auto norm : {Norm::l1(), Norm::l2(), Norm::linf()}) {
    tally.combination();
    for (const auto method : {Method::kClosedForm, Method::kSeparable, Method::kRefined, Method::kExact}) {
      const double radius = radius_of(*classifier, x, norm, threat, method,
                                      random.below(2) == 0 ? Guarantee::kReal : Guarantee::kDeployed);
      tally.radius(radius);
      ASSERT_FALSE(std::isnan(radius));
      // a flip that costs more than any double is out of every attacker's reach
      if (exact > static_cast<long double>(std::numeric_limits<double>::max())) continue;
      EXPECT_LE(static_cast<long double>(radius), exact * (1 + 0x1p-60L))
          << method_name(method) << " " << norm.name() << " " << ::testing::PrintToString(radius) << " exact "
          << static_cast<double>(exact) << " cost " << ::testing::PrintToString(cost) << "\n"
          << describe(model);
      if (static_cast<long double>(radius) >= 0.99L * exact) tally.met();
    }
  }
}

TEST(Extremes, NoCostMakesARadiusLargerThanTheTruth) {
  Tally tally("extreme costs");
  for_each_case(200, [&](Random& random) {
    const double log_slope = random.uniform(-300, 300);
    const auto margin = static_cast<float>(std::pow(10.0, random.uniform(-38, 38)));
    const auto model = steep_model(random, log_slope, margin);
    // the radius itself anywhere in float64, its denormals included
    const double log_radius = random.uniform(-330, 308);
    const double log_cost =
        log_radius + static_cast<double>(std::log10(slope_of(model) / static_cast<long double>(margin)));
    const double cost = std::pow(10.0, random.below(2) == 0 ? log_cost : random.uniform(-320, 308));
    if (cost > 0 && std::isfinite(cost)) expect_at_most_exact(random, tally, model, cost);
  });
}

TEST(Extremes, AChainOfScalesThatUnderflowsOnItsWayIsNotTakenForItsProduct) {
  Tally tally("scale chains");
  for_each_case(200, [&](Random& random) {
    auto model = affine_model({-static_cast<float>(random.uniform(0.5, 2))}, 1);
    const auto steps = 1 + random.below(9);
    for (std::size_t k = 0; k < 2 * steps; ++k) {
      model::MapStep scale;
      scale.kind = model::MapKind::kScale;
      // below the smallest normal float64 after eight, and up again
      const double log_size = k < steps ? -random.uniform(120, 135) : 126;
      scale.values = {{1}, {static_cast<float>(std::exp2(log_size) * random.uniform(1, 1.9))}};
      model.feature_map.push_back(scale);
    }
    if (random.below(2) == 0) std::reverse(model.feature_map.begin(), model.feature_map.end());
    expect_at_most_exact(random, tally, model, std::pow(10.0, random.uniform(-3, 3)));
  });
}

}  // namespace
}  // namespace standfast::support
