#include "deployed/bounded_pass.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <set>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "base/random.hpp"
#include "infer/plan.hpp"
#include "support/random_model.hpp"
#include "support/reference.hpp"
#include "support/small_models.hpp"

namespace standfast::deployed {
namespace {

/// Multiplies weights by powers of ten, so that huge and denormal numbers meet.
void spread_widely(Random& random, model::Model& model) {
  for (model::Node& node : model.graph.nodes) {
    const double power = random.uniform(-40, 36);
    for (float& w : node.weight.values) {
      const double product = static_cast<double>(w) * std::pow(10, power + random.uniform(-8, 8));
      w = static_cast<float>(std::clamp(product, -3e38, 3e38));
    }
  }
}

TEST(BoundedPass, TheErrorBoundHoldsOnEveryKindOfStepAndIsTight) {
  std::set<model::NodeKind> nodes;
  std::set<model::MapKind> steps;
  std::size_t finite = 0, tight = 0, moved = 0;
  for (std::uint64_t seed = 0; seed < 1500; ++seed) {
    Random random(seed);
    const auto map = seed % 5 == 4   ? support::MapFamily::kKnots
                     : seed % 5 == 3 ? support::MapFamily::kDeep
                     : seed % 2 == 0 ? support::MapFamily::kMixing
                                     : support::MapFamily::kSeparable;
    auto made = support::random_model(random, support::random_family(random), map);
    const bool ordinary = seed % 3 != 1;
    if (!ordinary) spread_widely(random, made.model);
    for (const model::Node& node : made.model.graph.nodes) nodes.insert(node.kind);
    for (const model::MapStep& step : made.model.feature_map) steps.insert(step.kind);
    const support::Reference reference(made.model);
    const BoundedPass pass(made.model);
    for (int k = 0; k < 4; ++k) {
      std::vector<float> x = support::random_input(random, made);
      const double size = k < 2 ? 1 : std::pow(10, random.uniform(-44, 30));
      for (float& value : x) value = static_cast<float>(value * size);
      const BoundedValue found = pass(x);
      ASSERT_GE(found.error, 0) << "seed " << seed;
      if (found.error == kInfinity) continue;
      ++finite;
      const auto exact = reference.bounded_value(support::widen(x));
      const long double distance = std::fabs(static_cast<long double>(found.value) - exact.value);
      // the reference knows f(x) to its own error only, which is about 2^11 times smaller
      ASSERT_LE(distance, found.error + exact.error) << "seed " << seed << " input " << k;
      if (distance > exact.error) ++moved;
      const bool is_tight = found.error <= 0x1p15 * static_cast<double>(exact.error) + 1e-230;
      // one bound on all values of a deep map is far above that of a value that happens to be small
      const bool deep = model::is_deep(made.model.feature_map);
      ASSERT_TRUE(is_tight || !ordinary || k >= 2 || deep)
          << "seed " << seed << ": " << found.error << " " << exact.error;
      tight += is_tight ? 1 : 0;
      ASSERT_FALSE(found.surely_other() && exact.value - exact.error > 0) << "seed " << seed;
      ASSERT_FALSE(found.surely_sensitive() && exact.value + exact.error <= 0) << "seed " << seed;
    }
  }
  EXPECT_GT(finite, 5000U);
  EXPECT_GT(moved, 2000U);
  EXPECT_EQ(nodes.size(), 8U) << "linear, conv2d, add, relu, maxpool, flatten, max, min";
  EXPECT_EQ(steps.size(), 9U) << "center, scale, linear, conv2d, abs, knots, convex_potential, maxmin, pixel_unshuffle";
}

TEST(BoundedPass, ASumThatLosesEveryTermReachesTheBound) {
  // 1 + 2^-53 is a tie that rounds to 1, so each of the later terms is lost
  const std::size_t n = 100;
  std::vector<float> x(n, 0x1p-53F);
  x[0] = 1;
  const BoundedValue found = BoundedPass(support::affine_model(std::vector<float>(n, 1), 0))(x);
  ASSERT_EQ(found.value, 1);
  EXPECT_GE(found.error, static_cast<double>(n - 1) * 0x1p-53);
  EXPECT_LE(found.error, static_cast<double>(n + 8) * 0x1p-53);
}

TEST(BoundedPass, UnitsThatAreSurelyOffCarryNoError) {
  // 3 relu(a + b - 1): 0 and no more in truth wherever the unit is off
  const model::Model model = support::one_unit_model({1, 1}, -1, 3, 0);
  const BoundedPass pass(model);
  const BoundedValue off = pass(std::vector<float>{0.1F, 0.2F});
  EXPECT_EQ(off.value, 0);
  EXPECT_EQ(off.error, 0);
  EXPECT_TRUE(off.surely_other());
  EXPECT_GT(pass(std::vector<float>{0.5F, 0.5F}).error, 0) << "on the border, as far as float64 knows";
}

TEST(BoundedPass, ProductsThatUnderflowAreCharged) {
  // 2^-149 2^-149 2^-149 2^-149 2^-149 ... vanishes after eight layers, and is not 0
  model::Model model = support::affine_model({0x1p-149F}, 0);
  for (int k = 1; k < 9; ++k) {
    model::Node next = model.graph.nodes[0];
    next.name = "layer" + std::to_string(k);
    next.inputs = {k - 1};
    model.graph.nodes.push_back(next);
  }
  ASSERT_TRUE(model::validate(model).ok());
  const BoundedValue found = BoundedPass(model)(std::vector<float>{1});
  EXPECT_EQ(found.value, 0);
  EXPECT_GT(found.error, 0);
  EXPECT_FALSE(found.surely_other());
}

TEST(BoundedPass, SeesWhatFloat32RoundsAway) {
  const model::Model model = support::affine_model({1, 1}, 0, 1);
  const std::vector<float> x = {1, 0x1p-30F};
  const infer::Plan plan(model);
  infer::InferWorkspace workspace;
  EXPECT_EQ(plan.forward(x, workspace), 0);
  EXPECT_EQ(BoundedPass(model)(x).value, 0x1p-30);
}

TEST(BoundedPass, PoolsAndStridesByHand) {
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
  EXPECT_EQ(BoundedPass(model)(x).value, 21);
  model::Node conv;  // every second pixel of the padded image times 2, plus 1: the corners
  conv.kind = model::NodeKind::kConv2d;
  conv.name = "conv";
  conv.inputs = {model::kGraphInput};
  conv.weight = {{1, 1, 1, 1}, {2}};
  conv.bias = {{1}, {1}};
  conv.stride = 2;
  model.graph.nodes[0] = conv;
  ASSERT_TRUE(model::validate(model).ok());
  EXPECT_EQ(BoundedPass(model)(x).value, 2 * (1 - 2 + 7 + 2) + 4);
}

TEST(BoundedPass, WhatIsNotFiniteProvesNothing) {
  const model::Model model = support::one_unit_model({1, 1}, 0, 1, -1);
  for (const float bad : {std::numeric_limits<float>::quiet_NaN(), std::numeric_limits<float>::infinity(),
                          -std::numeric_limits<float>::infinity()}) {
    const BoundedValue found = BoundedPass(model)(std::vector<float>{bad, 0});
    EXPECT_EQ(found.error, kInfinity) << bad;
    EXPECT_FALSE(found.surely_other()) << bad;
    EXPECT_FALSE(found.surely_sensitive()) << bad;
  }
}

TEST(BoundedPass, AReluDoesNotHideAnOverflow) {
  // eleven layers of 3e38: the first unit leaves float64 below 0, where a ReLU turns it into 0
  model::Model model = support::affine_model({-3e38F}, 0);
  for (int k = 1; k < 12; ++k) {
    model::Node next = model.graph.nodes[0];
    next.name = "layer" + std::to_string(k);
    next.inputs = {k - 1};
    if (k < 11) next.weight.values = {3e38F};
    if (k == 11) {
      next.kind = model::NodeKind::kRelu;
      next.weight = next.bias = {};
    }
    model.graph.nodes.push_back(next);
  }
  ASSERT_TRUE(model::validate(model).ok());
  const BoundedValue found = BoundedPass(model)(std::vector<float>{1});
  EXPECT_EQ(found.value, 0);
  EXPECT_EQ(found.error, kInfinity);
}

TEST(BoundedPass, WhatOverflowsFloat32DoesNotOverflowHere) {
  const model::Model model = support::affine_model({3e38F, 3e38F}, 0);
  const BoundedValue found = BoundedPass(model)(std::vector<float>{2, 2});
  EXPECT_NEAR(found.value, 1.2e39, 1e33);
  EXPECT_LT(found.error, 1e26);
  EXPECT_TRUE(found.surely_sensitive());
}

}  // namespace
}  // namespace standfast::deployed
