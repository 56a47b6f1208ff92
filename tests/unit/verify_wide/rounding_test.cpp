// Sums whose roundings all go one way: the proven numbers must give way by nearly as much as the bounds promise.
#include "base/rounding.hpp"

#include <algorithm>
#include <cmath>
#include <vector>

#include <gtest/gtest.h>

#include "base/random.hpp"
#include "support/small_models.hpp"
#include "support/wide_proofs.hpp"
#include "unit/verify_wide/product_sets.hpp"
#include "verify/radius.hpp"
#include "verify/worst_case.hpp"
#include "verify_wide/wide_verifier.hpp"

namespace standfast::verify_wide {
namespace {

using verify::ProvenMinorant;

constexpr std::size_t kTerms = 1000;
// 1 + kDown is rounded to 1 again and again, and 1 + kUp to the next number: all errors add up
constexpr float kDown = 0x1p-53F, kUp = 0x1.00001p-53F;

/// 1, then kTerms - 1 times `small`.
std::vector<float> one_and(float small) {
  std::vector<float> values(kTerms, small);
  values[0] = 1;
  return values;
}

model::Node linear(std::size_t out, std::size_t in, std::int32_t source, std::vector<float> weight,
                   std::vector<float> bias = {}) {
  model::Node node;
  node.name = "n" + std::to_string(source + 1);
  node.inputs = {source};
  node.weight = {{static_cast<std::int64_t>(out), static_cast<std::int64_t>(in)}, std::move(weight)};
  if (!bias.empty()) node.bias = {{static_cast<std::int64_t>(out)}, std::move(bias)};
  return node;
}

model::Node relu(std::int32_t source) {
  model::Node node;
  node.kind = model::NodeKind::kRelu;
  node.name = "r" + std::to_string(source + 1);
  node.inputs = {source};
  return node;
}

model::Model model_of(std::vector<model::Node> nodes) {
  model::Model model = support::affine_model({1}, 0);
  model.graph.nodes = std::move(nodes);
  return model;
}

ProvenMinorant proven(const model::Model& model, const std::vector<float>& x, const Products& products,
                      Precision precision = Precision::kFloat64) {
  const auto verifier = support::wide_proofs(model, products);
  EXPECT_NE(verifier, nullptr);
  minorant::Slopes slopes(model.graph.nodes.size());
  for (std::size_t k = 0; k < slopes.size(); ++k) {
    if (model.graph.nodes[k].kind == model::NodeKind::kRelu) slopes[k].relu.assign(kTerms, 1.0F);
  }
  VerifyWorkspace workspace;
  ProvenMinorant m;
  verifier->wide.prove(x, slopes, workspace, m, precision);
  return m;
}

// The bound of Cauchy and Schwarz on a sum over units, one of which has all the weight, is so many times the sum.
const double kCauchySchwarz = std::sqrt(static_cast<double>(kTerms));

/// |slope - exact| <= gradient_error, which is not much larger than what was lost, times `looseness`.
void expect_slope(const ProvenMinorant& m, long double exact, double lost, const char* set, double looseness = 1) {
  const long double off = std::fabs(m.separable.coefficient[0] - exact);
  EXPECT_GE(off, 0.9 * lost) << set;
  EXPECT_GE(m.gradient_error[0], off) << set;
  EXPECT_LE(m.gradient_error[0], 1.2 * lost * looseness + 10 * kUnitRoundoff) << set;
}

TEST(Rounding, ASumOverUnitsThatLosesEveryTermIsPaidFor) {
  for (const auto* set : every_set()) {
    // f(x) = sum_o a_o x with a = (1, tiny, ..., tiny)
    for (const float small : {kDown, kUp}) {
      const model::Model model = model_of(
          {linear(kTerms, 1, model::kGraphInput, one_and(small)), linear(1, kTerms, 0, std::vector<float>(kTerms, 1))});
      const long double exact = 1 + (kTerms - 1) * static_cast<long double>(small);
      expect_slope(proven(model, {0}, *set), exact, (kTerms - 1) * kUnitRoundoff, set->name, kCauchySchwarz);
    }
  }
}

TEST(Rounding, AnErrorThatALowerLayerScalesIsPaidFor) {
  for (const auto* set : every_set()) {
    // the dual of the first node is a sum of kTerms, and its only weight then multiplies it by 1
    for (const float small : {kDown, kUp}) {
      const model::Model model = model_of({linear(1, 1, model::kGraphInput, {1}), linear(kTerms, 1, 0, one_and(small)),
                                           linear(1, kTerms, 1, std::vector<float>(kTerms, 1))});
      const long double exact = 1 + (kTerms - 1) * static_cast<long double>(small);
      expect_slope(proven(model, {0}, *set), exact, (kTerms - 1) * kUnitRoundoff, set->name, kCauchySchwarz);
    }
  }
}

model::Node joined(model::NodeKind kind, std::string name, std::vector<std::int32_t> inputs) {
  model::Node node;
  node.kind = kind;
  node.name = std::move(name);
  node.inputs = std::move(inputs);
  return node;
}

TEST(Rounding, AnErrorTravelsThroughCopiesAndProductsToTheSlopeAndTheBiases) {
  // the sum of kTerms reaches x through a second product, or through a copy; a bias of 1 on the way sees it as well
  for (const bool copied : {false, true}) {
    for (const auto* set : every_set()) {
      const model::Model model =
          model_of({linear(1, 1, model::kGraphInput, {1}, {1}),
                    copied ? joined(model::NodeKind::kFlatten, "copy", {0}) : linear(1, 1, 0, {1}),
                    linear(kTerms, 1, 1, one_and(kUp)), linear(1, kTerms, 2, std::vector<float>(kTerms, 1))});
      const long double exact = 1 + (kTerms - 1) * static_cast<long double>(kUp);
      const ProvenMinorant m = proven(model, {0}, *set);
      expect_slope(m, exact, (kTerms - 1) * kUnitRoundoff, set->name, kCauchySchwarz);
      EXPECT_LE(m.separable.margin, exact) << set->name;
      EXPECT_GE(m.separable.margin, exact - 1.2 * kTerms * kUnitRoundoff * kCauchySchwarz) << set->name;
    }
  }
}

TEST(Rounding, ManyReadersOfOneNodeAddTheirErrorsUp) {
  // f = 1.5 relu(relu(x)) + tiny relu(relu(x)) + ...: copies of clipped duals, whose sum the lower relu must not exceed
  std::vector<model::Node> nodes = {linear(1, 1, model::kGraphInput, {1}), relu(0), linear(1, 1, 1, {1})};
  std::vector<std::int32_t> heads;
  constexpr int kReaders = 300;
  for (int k = 0; k < kReaders; ++k) {
    nodes.push_back(joined(model::NodeKind::kRelu, "reader" + std::to_string(k), {2}));
    nodes.push_back(linear(1, 1, static_cast<std::int32_t>(nodes.size() - 1), {k + 1 == kReaders ? 1.5F : kUp}));
    nodes.back().name = "head" + std::to_string(k);
    heads.push_back(static_cast<std::int32_t>(nodes.size() - 1));
  }
  nodes.push_back(joined(model::NodeKind::kAdd, "sum", heads));
  const model::Model model = model_of(std::move(nodes));
  const long double exact = 1.5L + (kReaders - 1) * static_cast<long double>(kUp);
  for (const auto* set : every_set()) {
    const ProvenMinorant m = proven(model, {1}, *set);
    EXPECT_LE(m.separable.coefficient[0] - m.gradient_error[0], exact) << set->name;
    EXPECT_GE(m.separable.coefficient[0], 1.5L - 2 * kReaders * kUnitRoundoff) << set->name;
  }
}

TEST(Rounding, LargeDualsThatCancelLeaveTheirErrorBehind) {
  // f = W x + x - W x for W = 2^60: float64 sees a slope of 0
  std::vector<model::Node> nodes = {linear(1, 1, model::kGraphInput, {1})};
  for (const float w : {0x1p60F, 1.0F, -0x1p60F}) {
    nodes.push_back(linear(1, 1, 0, {w}));
    nodes.back().name = "w" + std::to_string(w);
  }
  nodes.push_back(joined(model::NodeKind::kAdd, "sum", {1, 2, 3}));
  const model::Model model = model_of(std::move(nodes));
  for (const auto* set : every_set()) {
    const ProvenMinorant m = proven(model, {0}, *set);
    EXPECT_GE(m.gradient_error[0], std::fabs(1 - m.separable.coefficient[0])) << set->name;
  }
}

TEST(Rounding, EveryProductOfAChainIsPaidFor) {
  for (std::uint64_t seed = 0; seed < 300; ++seed) {
    Random random(seed);
    long double exact = 1;
    std::vector<model::Node> nodes;
    for (std::int32_t k = 0; k < 60; ++k) {
      const auto w = static_cast<float>(random.uniform(0.5, 2));
      exact *= w;
      nodes.push_back(linear(1, 1, k == 0 ? model::kGraphInput : k - 1, {w}));
    }
    const ProvenMinorant m = proven(model_of(std::move(nodes)), {0}, best_products());
    ASSERT_LE(std::fabs(m.separable.coefficient[0] - exact), m.gradient_error[0] * (1 + 0x1p-6L)) << seed;
  }
}

TEST(Rounding, TheDualOfAReluIsNotAboveTheTrueOne) {
  for (const auto* set : every_set()) {
    // f(x) = a . relu(z), z = (relu(x), ..., relu(x)); the lower relu's dual is the sum of a, rounded up each time
    const model::Model model =
        model_of({linear(1, 1, model::kGraphInput, {1}), relu(0), linear(kTerms, 1, 1, one_and(kUp)), relu(2),
                  linear(1, kTerms, 3, std::vector<float>(kTerms, 1))});
    const ProvenMinorant m = proven(model, {1}, *set);
    const long double exact = 1 + (kTerms - 1) * static_cast<long double>(kUp);
    EXPECT_LE(m.separable.coefficient[0] - m.gradient_error[0], exact) << set->name;
    EXPECT_LE(m.gradient_error[0], 10 * kUnitRoundoff) << set->name << ": a clipped dual has no error of its own";
    EXPECT_GE(m.separable.coefficient[0], exact * (1 - 1.2 * kTerms * kUnitRoundoff)) << set->name;
    EXPECT_LE(m.separable.margin, exact) << set->name;
  }
}

TEST(Rounding, ASumOfBiasesThatIsRoundedUpIsPaidFor) {
  for (const auto* set : every_set()) {
    const model::Model model =
        model_of({linear(kTerms, 1, model::kGraphInput, std::vector<float>(kTerms, 0), one_and(kUp)),
                  linear(1, kTerms, 0, std::vector<float>(kTerms, 1))});
    const long double exact = 1 + (kTerms - 1) * static_cast<long double>(kUp);
    const ProvenMinorant m = proven(model, {0}, *set);
    EXPECT_LE(m.separable.margin, exact) << set->name;
    EXPECT_GE(m.separable.margin, exact - 1.2 * kTerms * kUnitRoundoff) << set->name;
  }
}

TEST(Rounding, ASumOverFeaturesThatIsRoundedUpIsPaidFor) {
  for (const auto* set : every_set()) {
    const model::Model model = support::affine_model(one_and(kUp), 0);
    const long double exact = 1 + (kTerms - 1) * static_cast<long double>(kUp);
    const ProvenMinorant m = proven(model, std::vector<float>(kTerms, 1), *set);
    EXPECT_LE(m.separable.margin, exact) << set->name;
    EXPECT_GE(m.separable.margin, exact - 1.2 * kTerms * kUnitRoundoff) << set->name;
  }
}

TEST(Rounding, TheErrorOfTheSlopeAtTheInputIsPaidForInTheMargin) {
  for (const auto* set : every_set()) {
    // as ASumOverUnits, at x = 1: the margin is the slope
    const model::Model model = model_of(
        {linear(kTerms, 1, model::kGraphInput, one_and(kUp)), linear(1, kTerms, 0, std::vector<float>(kTerms, 1))});
    const long double exact = 1 + (kTerms - 1) * static_cast<long double>(kUp);
    const ProvenMinorant m = proven(model, {1}, *set);
    EXPECT_LE(m.separable.margin, exact) << set->name;
    EXPECT_GE(m.separable.margin, exact - 1.3 * kTerms * kUnitRoundoff * kCauchySchwarz) << set->name;
  }
}

TEST(Rounding, AMapThatRoundsUpEachTimeIsPaidForInTheMargin) {
  model::Model model = support::affine_model({1}, 0);
  model::MapStep centre;
  centre.kind = model::MapKind::kCenter;
  centre.values = {{1}, {0x1p-54F}};
  model.feature_map.assign(200, centre);
  // 1 - 2^-54 is rounded to 1, two hundred times
  const ProvenMinorant m = proven(model, {1}, best_products());
  EXPECT_LE(m.separable.margin, 1 - 200 * 0x1p-54L);
  EXPECT_GE(m.separable.margin, 1 - 2000 * kUnitRoundoff);
}

TEST(Rounding, AKinkThatIsOffIsPaidForInTheMargin) {
  // f = 1 - 1000 |x - 200 * 2^-54|, seen from x = 1 with a kink that float64 puts at 0
  model::Model model = support::affine_model({0, -1000}, 2000);
  model.input_shape = {1};
  model::MapStep centre;
  centre.kind = model::MapKind::kCenter;
  centre.values = {{1}, {0x1p-54F}};
  model.feature_map.assign(200, centre);
  model::MapStep abs;
  abs.kind = model::MapKind::kAbs;
  model.feature_map.push_back(abs);
  const ProvenMinorant m = proven(model, {1}, best_products());
  const minorant::SeparableMinorant& q = m.separable;
  ASSERT_TRUE(q.has_bends());
  for (const long double d : {-2.0L, -1.0L, -0.5L, 0.5L}) {
    const long double bend = std::fabs(q.offset[0] + d) - std::fabs(static_cast<long double>(q.offset[0]));
    const long double value = q.margin + q.coefficient[0] * d + q.bend[0] * bend - m.gradient_error[0] * std::fabs(d);
    const long double exact = 2000 - 1000 * std::fabs(1 + d - 200 * 0x1p-54L);
    EXPECT_LE(value, exact * (1 + 0x1p-62L)) << static_cast<double>(d);
  }
}

TEST(Rounding, AFloat32SumThatLosesEveryTermIsPaidFor) {
  constexpr std::size_t kRows = Products::kRowsAtOnce;
  for (const auto* set : every_set()) {
    // 1 + 2^-24 is 1 in float32; the sums of the rows behind the first ones keep all that they have
    for (const float small : {0x1p-24F, 0x1.00001p-24F}) {
      const std::vector<float> a = one_and(small), ones(kTerms, 1);
      const model::Model one_layer = model_of({linear(kTerms, 1, model::kGraphInput, a), linear(1, kTerms, 0, ones)});
      const model::Model two_layers =
          model_of({linear(1, 1, model::kGraphInput, {1}), linear(kTerms, 1, 0, a), linear(1, kTerms, 1, ones)});
      const long double exact = 1 + (kTerms - 1) * static_cast<long double>(small);
      for (const model::Model* model : {&one_layer, &two_layers}) {
        const ProvenMinorant m = proven(*model, {1}, *set, Precision::kFloat32);
        const long double off = std::fabs(m.separable.coefficient[0] - exact);
        EXPECT_GE(off, 0.9 * (kRows - 1) * 0x1p-24L) << set->name;
        EXPECT_GE(m.gradient_error[0], off) << set->name;
        EXPECT_LE(m.gradient_error[0], 1.2 * kRows * 0x1p-24 * kCauchySchwarz) << set->name;
        EXPECT_LE(m.separable.margin, exact) << set->name;
      }
    }
  }
}

TEST(Rounding, AFloat32DualOfAReluIsNotAboveTheTrueOne) {
  for (const auto* set : every_set()) {
    const model::Model model =
        model_of({linear(1, 1, model::kGraphInput, {1}), relu(0), linear(kTerms, 1, 1, one_and(0x1.00001p-24F)),
                  relu(2), linear(1, kTerms, 3, std::vector<float>(kTerms, 1))});
    const ProvenMinorant m = proven(model, {1}, *set, Precision::kFloat32);
    const long double exact = 1 + (kTerms - 1) * 0x1.00001p-24L;
    EXPECT_LE(m.separable.coefficient[0] - m.gradient_error[0], exact) << set->name;
    EXPECT_LE(m.separable.margin, exact) << set->name;
    EXPECT_GE(m.separable.margin, exact * (1 - 2e-5)) << set->name;
  }
}

TEST(Rounding, AFloat32DualIsRoundedAndPaidFor) {
  for (const auto* set : every_set()) {
    // the dual of the first node is a sum of two, 1 + 2^-30, which float32 does not have
    std::vector<model::Node> nodes = {linear(1, 1, model::kGraphInput, {3}), linear(1, 1, 0, {1}),
                                      linear(1, 1, 0, {0x1p-30F})};
    nodes[2].name = "small";
    nodes.push_back(joined(model::NodeKind::kAdd, "sum", {1, 2}));
    const ProvenMinorant m = proven(model_of(std::move(nodes)), {0}, *set, Precision::kFloat32);
    const long double off = std::fabs(m.separable.coefficient[0] - 3 * (1 + 0x1p-30L));
    EXPECT_GE(off, 3 * 0x1p-31L) << set->name;
    EXPECT_GE(m.gradient_error[0], off) << set->name;
  }
}

TEST(Rounding, NumbersThatFloat32CannotHoldAreDroppedNotForgotten) {
  for (const auto* set : every_set()) {
    // a chain of 2^-50: after three of them a dual is not float32's any more
    std::vector<model::Node> nodes = {linear(1, 1, model::kGraphInput, {0x1p-50F})};
    for (std::int32_t k = 0; k < 4; ++k) nodes.push_back(linear(1, 1, k, {0x1p-50F}));
    const ProvenMinorant m = proven(model_of(std::move(nodes)), {1}, *set, Precision::kFloat32);
    EXPECT_GE(m.gradient_error[0], std::fabs(0x1p-250 - m.separable.coefficient[0])) << set->name;
    EXPECT_LE(m.separable.margin, 0x1p-250) << set->name;
    // 2^-130 is below what float32 multiplies without loss: such weights are read in float64
    const ProvenMinorant tiny =
        proven(model_of({linear(1, 1, model::kGraphInput, {0x1.8p-130F})}), {1}, *set, Precision::kFloat32);
    EXPECT_EQ(tiny.separable.coefficient[0], 0x1.8p-130) << set->name;
  }
}

TEST(Rounding, AFloat32OverflowProvesNothing) {
  for (const auto* set : every_set()) {
    std::vector<model::Node> nodes = {linear(1, 1, model::kGraphInput, {0x1p50F}, {1})};
    for (std::int32_t k = 0; k < 5; ++k) nodes.push_back(linear(1, 1, k, {0x1p50F}));
    const ProvenMinorant m = proven(model_of(std::move(nodes)), {1}, *set, Precision::kFloat32);
    EXPECT_FALSE(m.separable.margin > -kInfinity) << set->name;
  }
}

TEST(Rounding, NumbersThatAreTooSmallForRelativeBoundsAreDroppedNotForgotten) {
  for (const auto* set : every_set()) {
    // a chain of 2^-130: the slope is 2^-1040, which float64 cannot hold, and is charged for
    std::vector<model::Node> nodes = {linear(1, 1, model::kGraphInput, {0x1p-130F})};
    for (std::int32_t k = 0; k < 7; ++k) nodes.push_back(linear(1, 1, k, {0x1p-130F}));
    const ProvenMinorant m = proven(model_of(std::move(nodes)), {1}, *set);
    EXPECT_GT(m.gradient_error[0], 0) << set->name;
    EXPECT_LE(m.separable.margin, 0) << set->name;
  }
}

TEST(Rounding, AnOverflowOnTheWayProvesNothing) {
  for (const auto* set : every_set()) {
    std::vector<model::Node> nodes = {linear(1, 1, model::kGraphInput, {0x1p120F}, {1})};
    for (std::int32_t k = 0; k < 9; ++k) nodes.push_back(linear(1, 1, k, {0x1p120F}));
    const ProvenMinorant m = proven(model_of(std::move(nodes)), {1}, *set);
    EXPECT_FALSE(m.separable.margin > -kInfinity) << set->name;
  }
}

}  // namespace
}  // namespace standfast::verify_wide
