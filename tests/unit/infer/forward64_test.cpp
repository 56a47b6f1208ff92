#include "infer/forward64.hpp"

#include <cmath>
#include <limits>
#include <set>
#include <vector>

#include <gtest/gtest.h>

#include "infer/plan.hpp"
#include "support/random_model.hpp"
#include "support/reference.hpp"
#include "support/small_models.hpp"

namespace standfast::infer {
namespace {

TEST(Forward64, AgreesWithAnEvaluationThatSharesNoCodeOnEveryKindOfStep) {
  std::set<model::NodeKind> nodes;
  std::set<model::MapKind> steps;
  std::size_t compared = 0;
  for (std::uint64_t seed = 0; seed < 300; ++seed) {
    Random random(seed);
    const auto map = seed % 2 == 0 ? support::MapFamily::kMixing : support::MapFamily::kSeparable;
    const auto made = support::random_model(random, support::random_family(random), map);
    for (const model::Node& node : made.model.graph.nodes) nodes.insert(node.kind);
    for (const model::MapStep& step : made.model.feature_map) steps.insert(step.kind);
    const support::Reference reference(made.model);
    const Forward64 forward(made.model);
    for (int k = 0; k < 3; ++k) {
      const std::vector<float> x = support::random_input(random, made);
      const auto exact = reference.bounded_value(support::widen(x));
      // the bound of 64 bits, scaled to 53; twice, as both may be off
      ASSERT_NEAR(forward(x), static_cast<double>(exact.value), 0x1p12 * static_cast<double>(exact.error) + 1e-300)
          << "seed " << seed;
      ++compared;
    }
  }
  EXPECT_EQ(compared, 900U);
  EXPECT_EQ(nodes.size(), 7U) << "linear, conv2d, add, relu, maxpool, flatten, max";
  EXPECT_EQ(steps.size(), 5U) << "center, scale, linear, conv2d, abs";
}

TEST(Forward64, SeesWhatFloat32RoundsAway) {
  const model::Model model = support::affine_model({1, 1}, 0, 1);
  const std::vector<float> x = {1, 0x1p-30F};
  const Plan plan(model);
  InferWorkspace workspace;
  EXPECT_EQ(plan.forward(x, workspace), 0);
  EXPECT_EQ(Forward64(model)(x), 0x1p-30);
}

TEST(Forward64, PoolsAndStridesByHand) {
  // windows of two, one apart, over {1, 5, -2 / 0, 3, 4 / 7, -1, 2}: maxima 5, 5, 7, 4; their sum is 21
  model::Model model;
  model.input_shape = model.graph.input_shape = {1, 3, 3};
  model.sensitive_class = "alarm";
  model.other_class = "quiet";
  model::Node pool, sum;
  pool.kind = model::NodeKind::kMaxPool;
  pool.name = "pool";
  pool.inputs = {model::kGraphInput};
  pool.kernel = 2;
  pool.stride = 1;
  sum.name = "sum";
  sum.inputs = {0};
  sum.weight = {{1, 4}, {1, 1, 1, 1}};
  model.graph.nodes = {pool, sum};
  ASSERT_TRUE(model::validate(model).ok());
  const std::vector<float> x = {1, 5, -2, 0, 3, 4, 7, -1, 2};
  EXPECT_EQ(Forward64(model)(x), 21);
  model::Node conv;  // every second pixel of the padded image times 2, plus 1: the corners
  conv.kind = model::NodeKind::kConv2d;
  conv.name = "conv";
  conv.inputs = {model::kGraphInput};
  conv.weight = {{1, 1, 1, 1}, {2}};
  conv.bias = {{1}, {1}};
  conv.stride = 2;
  model.graph.nodes[0] = conv;
  ASSERT_TRUE(model::validate(model).ok());
  EXPECT_EQ(Forward64(model)(x), 2 * (1 - 2 + 7 + 2) + 4);
}

TEST(Forward64, WhatIsNotANumberStaysSo) {
  const model::Model model = support::one_unit_model({1, 1}, 0, 1, -1);
  const float nan = std::numeric_limits<float>::quiet_NaN();
  EXPECT_TRUE(std::isnan(Forward64(model)(std::vector<float>{nan, 0})));
  EXPECT_EQ(Forward64(model)(std::vector<float>{std::numeric_limits<float>::infinity(), 0}),
            std::numeric_limits<double>::infinity());
}

TEST(Forward64, WhatOverflowsFloat32DoesNotOverflowHere) {
  const model::Model model = support::affine_model({3e38F, 3e38F}, 0);
  EXPECT_NEAR(Forward64(model)(std::vector<float>{2, 2}), 1.2e39, 1e33);
}

}  // namespace
}  // namespace standfast::infer
