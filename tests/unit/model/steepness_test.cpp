#include "model/steepness.hpp"

#include <cmath>
#include <set>
#include <vector>

#include <gtest/gtest.h>

#include "support/random_model.hpp"
#include "support/reference.hpp"
#include "support/small_models.hpp"

namespace standfast::model {
namespace {

TEST(Steepness, APlaneIsAsSteepAsItsWeights) {
  const std::vector<double> found = steepness_upper(support::affine_model({-2, 0, 0.5F}, 3));
  ASSERT_EQ(found.size(), 3U);
  EXPECT_GE(found[0], 2);
  EXPECT_LE(found[0], 2 * (1 + 1e-13));
  EXPECT_EQ(found[1], 0);
  EXPECT_GE(found[2], 0.5);
}

TEST(Steepness, AnOverflowIsInfinite) {
  EXPECT_EQ(steepness_upper(support::chain_model({3e38F, 3e38F}, {3e38F, 1})).size(), 1U);
  Model model = support::affine_model({3e38F}, 0);
  for (int k = 1; k < 12; ++k) {
    Node next = model.graph.nodes[0];
    next.name = "layer" + std::to_string(k);
    next.inputs = {k - 1};
    model.graph.nodes.push_back(next);
  }
  EXPECT_EQ(steepness_upper(model)[0], kInfinity);
}

TEST(Steepness, NothingChangesFaster) {
  std::set<NodeKind> nodes;
  std::set<MapKind> steps;
  double closest = 0;
  for (std::uint64_t seed = 0; seed < 1500; ++seed) {
    Random random(seed);
    const auto made =
        support::random_model(random, support::random_family(random), static_cast<support::MapFamily>(random.below(4)));
    for (const Node& node : made.model.graph.nodes) nodes.insert(node.kind);
    for (const MapStep& step : made.model.feature_map) steps.insert(step.kind);
    const support::Reference reference(made.model);
    const std::vector<double> steepness = steepness_upper(made.model);
    ASSERT_EQ(steepness.size(), made.model.dim());
    for (int k = 0; k < 8; ++k) {
      const std::vector<double> x = support::widen(support::random_input(random, made));
      std::vector<double> y = x;
      double allowed = 0;
      const bool one = random.chance(0.5);
      const std::size_t moved = random.below(y.size());
      for (std::size_t i = 0; i < y.size(); ++i) {
        if (one && i != moved) continue;
        y[i] += made.scale[i] * std::pow(10, random.uniform(-3, 1)) * random.normal();
        allowed += steepness[i] * std::fabs(y[i] - x[i]);
      }
      const auto from = reference.bounded_value(x), to = reference.bounded_value(y);
      const long double change = std::fabs(to.value - from.value);
      ASSERT_LE(change, allowed * (1 + 0x1p-40) + from.error + to.error) << "seed " << seed;
      if (allowed > 1e-30) closest = std::max(closest, static_cast<double>(change / allowed));
    }
  }
  EXPECT_GT(closest, 0.99);
  EXPECT_EQ(nodes.size(), 8U) << "linear, conv2d, add, relu, maxpool, flatten, max, min";
  EXPECT_EQ(steps.size(), 6U) << "center, scale, linear, conv2d, abs, knots";
}

}  // namespace
}  // namespace standfast::model
