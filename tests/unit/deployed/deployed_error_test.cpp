// The bound must hold for every float32 program that runs the model: ours, and sums in another order or fused.
#include "deployed/deployed_error.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>
#include <string>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include "base/random.hpp"
#include "infer/plan.hpp"
#include "support/random_model.hpp"
#include "support/reference.hpp"
#include "support/small_models.hpp"

namespace standfast::deployed {
namespace {

using support::affine_model;
using support::Reference;

constexpr double kUnit = 0x1p-24;

/// Multiplies all weights, so that huge and denormal numbers meet.
void spread(Random& random, model::Model& model) {
  const double power = random.uniform() < 0.5 ? 0 : random.uniform(-30, 25);
  for (model::Node& node : model.graph.nodes) {
    for (float& w : node.weight.values) {
      const double spread = random.uniform() < 0.2 ? std::pow(10, random.uniform(-8, 8)) : 1;
      w = static_cast<float>(std::clamp(static_cast<double>(w) * std::pow(10, power) * spread, -3e38, 3e38));
    }
  }
}

/// The second half of the first layer's weights cancels the first one where both inputs are alike.
void cancel(model::Model& model) {
  model::Node& first = model.graph.nodes[0];
  if (first.kind != model::NodeKind::kLinear || first.inputs[0] != model::kGraphInput) return;
  const auto columns = static_cast<std::size_t>(first.weight.shape[1]);
  for (std::size_t i = 0; i < first.weight.values.size(); ++i) {
    if (i % columns >= columns / 2 && i >= columns / 2) first.weight.values[i] = -first.weight.values[i - columns / 2];
  }
}

TEST(DeployedError, TheForwardPassNeverLeavesTheBound) {
  std::size_t finite = 0, moved = 0;
  double closest = 0;
  for (std::uint64_t seed = 0; seed < 3000; ++seed) {
    Random random(seed);
    auto made =
        support::random_model(random, support::random_family(random),
                              random.uniform() < 0.7 ? support::MapFamily::kSeparable : support::MapFamily::kMixing);
    if (seed % 3 == 1) spread(random, made.model);
    if (seed % 5 == 2) cancel(made.model);
    const Reference reference(made.model);
    const DeployedError error = deployed_error(made.model);
    const infer::Plan plan(made.model);
    infer::InferWorkspace workspace;
    for (int k = 0; k < 8; ++k) {
      std::vector<float> x = support::random_input(random, made);
      const double size = k < 4 ? 1 : std::pow(10, random.uniform(-44, 30));
      for (float& value : x) value = static_cast<float>(value * size);
      const float logit = plan.forward(x, workspace);
      const double bound = error.at(x);
      ASSERT_FALSE(std::isnan(bound)) << "seed " << seed;
      if (bound == kInfinity) continue;
      ++finite;
      const auto f = reference.bounded_value(support::widen(x));
      const long double distance = std::fabs(logit - f.value);
      // the reference knows f(x) to f.error only
      ASSERT_LE(distance, bound + f.error) << "seed " << seed << " input " << k;
      if (distance > f.error) ++moved;
      if (bound > 1e-30) closest = std::max(closest, static_cast<double>(distance / bound));
    }
  }
  EXPECT_GT(finite, 15000U);
  EXPECT_GT(moved, 5000U);
  EXPECT_GT(closest, 0.2);
}

TEST(DeployedError, BehindKnotsTheForwardPassStaysInside) {
  std::size_t finite = 0;
  double closest = 0;
  for (std::uint64_t seed = 0; seed < 1500; ++seed) {
    Random random(seed);
    auto made = support::random_model(random, support::random_family(random), support::MapFamily::kKnots);
    if (seed % 5 == 2) cancel(made.model);
    const Reference reference(made.model);
    const DeployedError error = deployed_error(made.model);
    const infer::Plan plan(made.model);
    infer::InferWorkspace workspace;
    for (int k = 0; k < 8; ++k) {
      std::vector<float> x = support::random_input(random, made);
      const double size = k < 4 ? 1 : std::pow(10, random.uniform(-44, 20));
      for (float& value : x) value = static_cast<float>(value * size);
      const double bound = error.at(x);
      ASSERT_FALSE(std::isnan(bound)) << "seed " << seed;
      const auto f = reference.bounded_value(support::widen(x));
      if (bound < kInfinity) {
        ++finite;
        const long double distance = std::fabs(plan.forward(x, workspace) - f.value);
        ASSERT_LE(distance, bound + f.error) << "seed " << seed << " input " << k;
        if (bound > 1e-30) closest = std::max(closest, static_cast<double>(distance / bound));
      }
    }
  }
  EXPECT_GT(finite, 6000U);
  EXPECT_GT(closest, 0.05);
}

TEST(DeployedError, AnyOrderOfASumStaysInside) {
  Random random(5);
  for (int k = 0; k < 200; ++k) {
    const std::size_t n = 2 + random.below(100);
    std::vector<float> weight(n), x(n);
    for (std::size_t i = 0; i < n; ++i) {
      weight[i] = static_cast<float>(random.normal() * std::pow(10, random.uniform(-3, 3)));
      x[i] = static_cast<float>(random.normal());
    }
    const model::Model model = affine_model(weight, 0.3F, 0.1F);
    const DeployedError error = deployed_error(model);
    const auto f = Reference(model).bounded_value(support::widen(x));
    std::vector<std::size_t> order(n);
    std::iota(order.begin(), order.end(), 0U);
    for (int way = 0; way < 6; ++way) {
      random.shuffle(std::span(order));
      float sum = way % 2 == 0 ? 0.3F : 0.0F;
      for (const std::size_t i : order) sum = way < 3 ? sum + weight[i] * x[i] : std::fma(weight[i], x[i], sum);
      if (way % 2 == 1) sum += 0.3F;
      ASSERT_LE(std::fabs(sum - 0.1F - f.value), error.at(x) + f.error) << "case " << k << " way " << way;
    }
  }
}

TEST(DeployedError, ASumThatLosesEveryTermReachesTheBound) {
  // 1 + 2^-24 is a tie that rounds to 1, so each of the later terms is lost
  const std::size_t n = 1000;
  std::vector<float> x(n, 0x1p-24F);
  x[0] = 1;
  const model::Model model = affine_model(std::vector<float>(n, 1), 0);
  const infer::Plan plan(model);
  infer::InferWorkspace workspace;
  ASSERT_EQ(plan.forward(x, workspace), 1);
  const double lost = static_cast<double>(n - 1) * kUnit;
  const double bound = deployed_error(model).at(x);
  EXPECT_GE(bound, lost);
  EXPECT_LE(bound, 1.01 * lost);
}

TEST(DeployedError, TheBoundOfOneProductIsAFewUnits) {
  const DeployedError error = deployed_error(affine_model({3}, 0));
  EXPECT_GE(error.slope[0], 2 * 3 * kUnit);
  EXPECT_LE(error.slope[0], 3.001 * 3 * kUnit);
  EXPECT_LE(error.constant, 0x1p-148);  // underflow of one product
}

model::Node node_of(model::NodeKind kind, std::string name, std::vector<std::int32_t> inputs) {
  model::Node node;
  node.kind = kind;
  node.name = std::move(name);
  node.inputs = std::move(inputs);
  return node;
}

/// Each slope counts so many roundings of 2^-24, up to terms of second order.
void expect_roundings(const model::Model& model, const std::vector<double>& expected) {
  ASSERT_TRUE(model::validate(model).ok());
  const DeployedError error = deployed_error(model);
  ASSERT_EQ(error.slope.size(), expected.size());
  for (std::size_t i = 0; i < expected.size(); ++i) {
    EXPECT_GE(error.slope[i], expected[i] * kUnit) << "feature " << i;
    EXPECT_LE(error.slope[i], expected[i] * kUnit * 1.00001) << "feature " << i;
  }
}

TEST(DeployedError, EachStepOfTheMapAddsARounding) {
  model::Model model = affine_model({2}, 0);  // product, sum with the bias, threshold
  expect_roundings(model, {2 * 3});
  model.feature_map = model::standardise_map({1}, {3});
  expect_roundings(model, {3 * 2 * (2 + 3)});
  model.feature_map = model::with_abs(model::identity_map({1}));
  model.graph.input_shape = {2};
  model.graph.nodes[0].weight = {{1, 2}, {2, 5}};
  expect_roundings(model, {(2 + 5) * (1 + 4)});
}

TEST(DeployedError, ASumOfNodesAddsARounding) {
  model::Model model = affine_model({1}, 0);
  model.graph.nodes.push_back(model.graph.nodes[0]);
  model.graph.nodes[1].name = "second";
  model.graph.nodes.push_back(node_of(model::NodeKind::kAdd, "sum", {0, 1}));
  expect_roundings(model, {2 * (2 + 1 + 1)});
}

TEST(DeployedError, AMaximumThatIsReadOnCostsTheSumOfItsPieces) {
  model::Model model = affine_model({1}, 0);
  model.graph.nodes[0].weight = {{2, 1}, {1, 2}};
  model.graph.nodes[0].bias = {};
  model::Node last = node_of(model::NodeKind::kLinear, "last", {1});
  last.weight = {{1, 1}, {4}};
  model.graph.nodes.push_back(node_of(model::NodeKind::kMax, "max", {0}));
  model.graph.nodes.push_back(last);
  expect_roundings(model, {4 * (1 + 2) * (2 + 3)});
}

TEST(DeployedError, APoolCostsTheSumOfItsWindows) {
  model::Model model = affine_model({1}, 0);
  model.input_shape = model.graph.input_shape = {1, 3, 3};
  model.feature_map = model::identity_map({1});
  model::Node pool = node_of(model::NodeKind::kMaxPool, "pool", {model::kGraphInput});
  pool.kernel = 2;
  model::Node last = node_of(model::NodeKind::kLinear, "last", {0});
  last.weight = {{1, 4}, {1, 10, 100, 1000}};
  model.graph.nodes = {pool, last};
  // one for the centre, five for the sum of four terms, one for the threshold; windows overlap in rows and columns
  expect_roundings(model, {7 * 1, 7 * 11, 7 * 10, 7 * 101, 7 * 1111, 7 * 1010, 7 * 100, 7 * 1100, 7 * 1000});
}

TEST(DeployedError, ProductsThatUnderflowArePaidFor) {
  const model::Model model = affine_model({0x1p-100F, 0x1p-100F, 0x1p-120F}, 0);
  const std::vector<float> x = {0x1p-51F, -0x1.8p-51F, std::numeric_limits<float>::denorm_min()};
  const infer::Plan plan(model);
  infer::InferWorkspace workspace;
  const double logit = plan.forward(x, workspace);
  const double exact = -0x1p-152 + 0x1p-269;
  EXPECT_NE(logit, exact);
  EXPECT_LE(std::fabs(logit - exact), deployed_error(model).at(x));
}

TEST(DeployedError, DenormalWeightsInAChainDoNotVanishFromTheBound) {
  model::Model model = affine_model({1}, 0);
  for (int k = 0; k < 12; ++k) support::append_unit(model, std::numeric_limits<float>::denorm_min(), 0);
  const DeployedError error = deployed_error(model);
  EXPECT_GT(error.slope[0], 0);
  EXPECT_GT(error.at(std::vector<float>{1}), 0);
  EXPECT_LE(error.at(std::vector<float>{1}), 0x1p-148);
}

TEST(DeployedError, CentresArePartOfTheDistance) {
  model::Model model = affine_model({1, 1}, 0);
  model.feature_map = model::identity_map({1000, -1000});
  const DeployedError error = deployed_error(model);
  EXPECT_LE(error.at(std::vector<float>{1000, -1000}), 0x1p-140);
  EXPECT_LE(error.at(std::vector<float>{1001, -1001}), 11 * kUnit);
  EXPECT_GE(error.at(std::vector<float>{0, 0}), 2000 * kUnit);
}

TEST(DeployedError, EqualPiecesOfAMaximumAreNotAddedUp) {
  model::Model model = affine_model({1, 2}, 3);
  model::Node maximum;
  maximum.kind = model::NodeKind::kMax;
  maximum.name = "max";
  maximum.inputs = {0};
  model.graph.nodes.push_back(maximum);
  const double one = deployed_error(model).at(std::vector<float>{1, 1});
  model::Node& pieces = model.graph.nodes[0];
  pieces.weight = {{3, 2}, {1, 2, 1, 2, 1, 2}};
  pieces.bias = {{3}, {3, 3, 3}};
  EXPECT_NEAR(deployed_error(model).at(std::vector<float>{1, 1}), one, 1e-6 * one);
}

TEST(DeployedError, AnOverflowInsideTheBoundIsInfinite) {
  // each product is a float32 number, but the chain is not, and neither is its bound in float64
  model::Model model = affine_model({3e38F}, 0);
  for (int k = 0; k < 9; ++k) support::append_unit(model, 3e38F, 0);
  const DeployedError error = deployed_error(model);
  EXPECT_EQ(error.constant, kInfinity);
  EXPECT_EQ(error.at(std::vector<float>{0}), kInfinity);
}

TEST(DeployedError, AnOverflowThatAReluHidesIsInfinite) {
  const model::Model model = support::one_unit_model({-3e38F, 3e38F}, 0, 1, 1);
  const std::vector<float> x = {2, 3};
  const infer::Plan plan(model);
  infer::InferWorkspace workspace;
  ASSERT_EQ(plan.forward(x, workspace), 1);  // f(x) is 3e38: infinity less infinity is no positive number
  EXPECT_EQ(deployed_error(model).at(x), kInfinity);
  EXPECT_LE(deployed_error(model).at(std::vector<float>{0.01F, 0.01F}), 1e33);
}

TEST(DeployedError, SumsTooLongForFloat32HaveNoBound) {
  const std::size_t n = std::size_t{1} << 23;
  const DeployedError error = deployed_error(affine_model(std::vector<float>(n, 0), 1));
  EXPECT_EQ(error.constant, kInfinity);
  EXPECT_EQ(error.at(std::vector<float>(n, 0)), kInfinity);
}

TEST(DeployedError, InputsThatAreNotFiniteHaveNoBound) {
  const DeployedError error = deployed_error(affine_model({1, 0}, 1));
  for (const float bad : {std::numeric_limits<float>::quiet_NaN(), std::numeric_limits<float>::infinity()}) {
    EXPECT_EQ(error.at(std::vector<float>{bad, 0}), kInfinity);
    EXPECT_EQ(error.at(std::vector<float>{0, bad}), kInfinity);
  }
}

TEST(DeployedError, ABoxHasTheBoundOfItsWorstCorner) {
  const DeployedError error = deployed_error(affine_model({1, -2}, 1));
  const std::vector<double> lower = {-1, 0}, upper = {0.5, 3};
  EXPECT_EQ(error.over(lower, upper), error.at(std::vector<float>{-1, 3}));
  const std::vector<double> low = {-2}, high = {1}, none = {-kInfinity};
  EXPECT_EQ(error.over(low, high), error.at(std::vector<float>{2, 2}));
  EXPECT_EQ(error.over(none, high), kInfinity);
  EXPECT_EQ(deployed_error(affine_model({0, 0}, 1)).over(none, high), kInfinity);
}

}  // namespace
}  // namespace standfast::deployed
