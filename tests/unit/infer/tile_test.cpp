// A tile gives each of its inputs the bits that the input gets alone, on every instruction set that this machine has.
#include <algorithm>
#include <bit>
#include <cmath>
#include <vector>

#include <gtest/gtest.h>

#include "infer/plan.hpp"
#include "kernels/instruction_set.hpp"
#include "support/random_model.hpp"
#include "support/reference.hpp"
#include "support/small_models.hpp"

namespace standfast::infer {
namespace {

/// Two floats that are the same number, NaN included.
bool same(float a, float b) { return a == b || (std::isnan(a) && std::isnan(b)); }

std::vector<float> inputs_of(Random& random, const support::RandomModel& made, std::size_t count) {
  std::vector<float> x;
  for (std::size_t i = 0; i < count; ++i) {
    const auto one = support::random_input(random, made);
    x.insert(x.end(), one.begin(), one.end());
  }
  return x;
}

std::vector<float> random_values(Random& random, std::size_t count) {
  std::vector<float> values(count);
  for (float& v : values) v = static_cast<float>(random.uniform(-1, 1));
  return values;
}

template <class Array>
bool lane_is(const Array& tile, std::size_t lane, const auto& one) {
  for (std::size_t i = 0; i < one.size(); ++i) {
    if (!same(static_cast<float>(tile[i * kLanes + lane]), static_cast<float>(one[i]))) return false;
  }
  return tile.size() == one.size() * kLanes;
}

bool idle_lanes_are_zero(const AlignedFloats& tile, std::size_t count) {
  for (std::size_t i = 0; i < tile.size(); ++i) {
    if (i % kLanes >= count && tile[i] != 0) return false;
  }
  return true;
}

void expect_lane_is_one_input(const Plan& plan, std::span<const float> x, std::size_t lane, float logit,
                              const TileWorkspace& tile) {
  InferWorkspace alone;
  EXPECT_TRUE(same(plan.forward(x, alone), logit));
  plan.backward(alone);
  if (!alone.map_values.empty()) {
    EXPECT_TRUE(lane_is(tile.features, lane, alone.map_values.back()));
  }
  EXPECT_TRUE(lane_is(tile.feature_dual, lane, alone.feature_dual));
  for (std::size_t k = 0; k < alone.slopes.size(); ++k) {
    EXPECT_TRUE(lane_is(tile.slopes[k].relu, lane, alone.slopes[k].relu)) << "node " << k;
    EXPECT_TRUE(lane_is(tile.slopes[k].winner, lane, alone.slopes[k].winner)) << "node " << k;
  }
}

/// Counts up and down, so that a tile finds what a fuller one left behind.
constexpr std::size_t kCounts[] = {1, kLanes, 7, kLanes - 1, 2, 5, 4};

void expect_tiles_are_inputs_alone(const Plan& plan, std::span<const float> x, std::size_t dim) {
  TileWorkspace tile;
  std::vector<float> logits(kLanes);
  for (const std::size_t count : kCounts) {
    plan.forward_tile(x.first(count * dim), count, tile, logits);
    plan.backward_tile(tile);
    for (const std::size_t lane : {std::size_t{0}, count / 2, count - 1}) {
      SCOPED_TRACE(testing::Message() << "lane " << lane << " of " << count);
      expect_lane_is_one_input(plan, x.subspan(lane * dim, dim), lane, logits[lane], tile);
    }
    EXPECT_TRUE(idle_lanes_are_zero(tile.features, count));
    EXPECT_TRUE(idle_lanes_are_zero(tile.feature_dual, count));
  }
}

TEST(PlanTile, EachInputHasTheBitsOfThatInputAlone) {
  for (std::uint64_t seed = 0; seed < 120; ++seed) {
    SCOPED_TRACE(testing::Message() << "seed " << seed);
    Random random(seed);
    const auto map = seed % 5 == 4   ? support::MapFamily::kKnots
                     : seed % 5 == 2 ? support::MapFamily::kDeep
                     : seed % 3 == 0 ? support::MapFamily::kMixing
                                     : support::MapFamily::kSeparable;
    const auto made = support::random_model(random, support::random_family(random), map);
    const auto x = inputs_of(random, made, kLanes);
    for (const kernels::InstructionSet set : kernels::available_sets()) {
      SCOPED_TRACE(kernels::name_of(set));
      expect_tiles_are_inputs_alone(Plan(made.model, kernels::kernels_of(set)), x, made.model.dim());
    }
  }
}

TEST(PlanTile, EverySetIsWithinTheRoundingOfTheNetwork) {
  for (std::uint64_t seed = 0; seed < 60; ++seed) {
    Random random(seed);
    const auto made = support::random_model(random, support::random_family(random), support::MapFamily::kSeparable);
    const support::Reference reference(made.model);
    const std::size_t dim = made.model.dim();
    const auto x = inputs_of(random, made, 3);
    for (const kernels::InstructionSet set : kernels::available_sets()) {
      const Plan plan(made.model, kernels::kernels_of(set));
      TileWorkspace tile;
      std::vector<float> logits(3);
      plan.forward_tile(x, 3, tile, logits);
      for (std::size_t i = 0; i < 3; ++i) {
        if (!std::isfinite(logits[i])) continue;
        const std::vector<double> wide(x.begin() + static_cast<std::ptrdiff_t>(i * dim),
                                       x.begin() + static_cast<std::ptrdiff_t>((i + 1) * dim));
        // the wide evaluation's own error bound, scaled from 2^-64 to 2^-24, is what float32 may be off by
        const auto exact = reference.bounded_value(wide);
        EXPECT_NEAR(logits[i], static_cast<double>(exact.value), static_cast<double>(exact.error) * 0x1p41 + 1e-30)
            << kernels::name_of(set) << ", seed " << seed;
      }
    }
  }
}

TEST(PlanTile, FeaturesInPlaceOfTheInputsGiveTheSameBits) {
  for (std::uint64_t seed = 0; seed < 40; ++seed) {
    Random random(seed);
    const auto made = support::random_model(random, support::random_family(random), support::MapFamily::kMixing);
    const Plan plan(made.model);
    TileWorkspace tile, other;
    std::vector<float> logits(kLanes), again(kLanes);
    plan.forward_tile(inputs_of(random, made, 9), 9, tile, logits);
    plan.backward_tile(tile);
    plan.prepare_tile(other);
    other.features = tile.features;
    plan.forward_features_tile(9, other, again);
    plan.backward_tile(other);
    for (std::size_t i = 0; i < 9; ++i) EXPECT_TRUE(same(logits[i], again[i])) << "seed " << seed;
    EXPECT_TRUE(std::equal(tile.feature_dual.begin(), tile.feature_dual.end(), other.feature_dual.begin(), same));
  }
}

model::Node node(model::NodeKind kind, std::vector<std::int32_t> inputs, model::Tensor weight = {}) {
  model::Node made;
  made.kind = kind;
  made.inputs = std::move(inputs);
  made.weight = std::move(weight);
  return made;
}

model::Model model_of(model::Shape input_shape, std::vector<model::Node> nodes) {
  model::Model model = support::one_unit_model({1}, 0, 1, 0);
  model.input_shape = input_shape;
  model.graph = {std::move(input_shape), std::move(nodes)};
  for (std::size_t k = 0; k < model.graph.nodes.size(); ++k) model.graph.nodes[k].name = "n" + std::to_string(k);
  return model;
}

std::vector<float> gradient_of(const model::Model& model, std::vector<float> x, float logit) {
  EXPECT_TRUE(model::validate(model).ok()) << model::validate(model).error().message;
  const Plan plan(model);
  InferWorkspace workspace;
  EXPECT_EQ(plan.forward(x, workspace), logit);
  const auto gradient = plan.backward(workspace);
  Random random(1);
  expect_tiles_are_inputs_alone(plan, random_values(random, kLanes * x.size()), x.size());
  return {gradient.begin(), gradient.end()};
}

TEST(PlanGraph, AValueMayBeReadTwiceByOneNodeAndAgainByOthers) {
  // relu(3 u) = a; a + a, then + a
  const model::Model model = model_of(
      {1}, {node(model::NodeKind::kLinear, {model::kGraphInput}, {{1, 1}, {3}}), node(model::NodeKind::kRelu, {0}),
            node(model::NodeKind::kAdd, {1, 1}), node(model::NodeKind::kAdd, {2, 1})});
  EXPECT_EQ(gradient_of(model, {2}, 18), (std::vector<float>{9}));
}

TEST(PlanGraph, AFlattenedValueIsTheValueItself) {
  // flatten twice, read before and after
  const model::Model model =
      model_of({1, 1, 2}, {node(model::NodeKind::kFlatten, {model::kGraphInput}), node(model::NodeKind::kFlatten, {0}),
                           node(model::NodeKind::kLinear, {1}, {{1, 2}, {1, 2}}),
                           node(model::NodeKind::kLinear, {model::kGraphInput}, {{1, 2}, {10, 20}}),
                           node(model::NodeKind::kAdd, {2, 3}), node(model::NodeKind::kFlatten, {4})});
  EXPECT_EQ(gradient_of(model, {1, 1}, 33), (std::vector<float>{11, 22}));
}

TEST(PlanGraph, WhatNobodyReadsAddsNothing) {
  const model::Model model =
      model_of({2}, {node(model::NodeKind::kLinear, {model::kGraphInput}, {{1, 2}, {1, 2}}),
                     node(model::NodeKind::kLinear, {model::kGraphInput}, {{3, 2}, {5, 5, 5, 5, 5, 5}}),
                     node(model::NodeKind::kRelu, {1}), node(model::NodeKind::kRelu, {0})});
  EXPECT_EQ(gradient_of(model, {1, 1}, 3), (std::vector<float>{1, 2}));
}

TEST(PlanGraph, TheScoreMayBeTheInput) {
  const model::Model model = model_of(
      {1}, {node(model::NodeKind::kRelu, {model::kGraphInput}), node(model::NodeKind::kFlatten, {model::kGraphInput})});
  EXPECT_EQ(gradient_of(model, {-2}, -2), (std::vector<float>{1}));
}

TEST(PlanGraph, TheFirstOfEqualElementsWins) {
  const model::Model model = model_of({3}, {node(model::NodeKind::kMax, {model::kGraphInput})});
  EXPECT_EQ(gradient_of(model, {1, 4, 4}, 4), (std::vector<float>{0, 1, 0}));
}

}  // namespace
}  // namespace standfast::infer
