// The signs of slopes: every kind of node and step, agreement with slopes of random models, and what one weight
// changes.
#include "model/slope_signs.hpp"

#include <algorithm>
#include <vector>

#include <gtest/gtest.h>

#include "base/random.hpp"
#include "builders.hpp"

namespace standfast::model {
namespace {

using test::small_model;
using test::step_of;

constexpr SlopeSigns kRises = {true, false}, kFalls = {false, true}, kBoth = {true, true}, kNone = {};

/// x -> identity; hidden = relu(A x), score = w hidden + a x, with A (2, 3), w (1, 2), a (1, 3).
Model two_layers(std::vector<float> hidden, std::vector<float> skip) {
  Model model;
  model.input_shape = {3};
  GraphBuilder graph({3});
  const auto z = graph.relu("z", graph.linear("hidden", kGraphInput, {{2, 3}, std::move(hidden)}));
  const auto top = graph.linear("top", z, {{1, 2}, {1, 0.5F}});
  graph.add("score", {top, graph.linear("skip", kGraphInput, {{1, 3}, std::move(skip)})});
  model.graph = std::move(graph).take();
  model.sensitive_class = "spam";
  model.other_class = "mail";
  return model;
}

TEST(SlopeSigns, AreThoseOfAllPathsTogether) {
  const Model model = two_layers({1, -1, 0, 2, 0, 0}, {0, -3, 0});
  EXPECT_EQ(slope_signs(model), (std::vector{kRises, kFalls, kNone}));
  EXPECT_EQ(slope_signs(two_layers({1, -1, 0, 2, 0, 0}, {0, 3, 0})), (std::vector{kRises, kBoth, kNone}));
}

TEST(SlopeSigns, OneWrongWeightLosesTheClaim) {
  const Model model = two_layers({1, 1, 1, 1, 1, 1}, {1, 1, 1});
  EXPECT_EQ(slope_signs(model), (std::vector{kRises, kRises, kRises}));
  for (std::size_t i = 0; i < 9; ++i) {
    Model spoilt = model;
    auto& weights = spoilt.graph.nodes[i < 6 ? 0 : 3].weight.values;
    weights[i < 6 ? i : i - 6] = -1e-30F;
    const auto signs = slope_signs(spoilt);
    for (std::size_t feature = 0; feature < 3; ++feature)
      EXPECT_EQ(signs[feature], feature == i % 3 ? kBoth : kRises) << "weight " << i;
  }
}

TEST(SlopeSigns, TwoNegativeWeightsMakeARise) {
  Model model;
  model.input_shape = {2};
  GraphBuilder graph({2});
  const auto first = graph.linear("first", kGraphInput, {{1, 2}, {-1, 1}});
  graph.linear("score", first, {{1, 1}, {-2}});
  model.graph = std::move(graph).take();
  EXPECT_EQ(slope_signs(model), (std::vector{kRises, kFalls}));
}

TEST(SlopeSigns, PassThroughMaximumAndMinimum) {
  Model model;
  model.input_shape = {2};
  GraphBuilder graph({2});
  const auto one = graph.max("one", graph.linear("pieces", kGraphInput, {{2, 2}, {1, 0, 2, 1}}));
  graph.min("score", {one, graph.linear("two", kGraphInput, {{1, 2}, {1, -1}})});
  model.graph = std::move(graph).take();
  EXPECT_EQ(slope_signs(model), (std::vector{kRises, kBoth}));
}

TEST(SlopeSigns, ThroughMapsThatMixAndBend) {
  Model model = two_layers({1, 1, 0, 1, 0, 0}, {0, 0, 1});
  model.feature_map = {step_of(MapKind::kCenter, {{1}, {5}}), step_of(MapKind::kScale, {{1}, {0.5F}})};
  EXPECT_EQ(slope_signs(model), (std::vector{kRises, kRises, kRises}));
  MapStep knots;  // as many of each feature as of any other
  knots.kind = MapKind::kKnots;
  knots.values = {{3, 1}, {0, 1, -2}};
  knots.slopes = {{3, 2}, {1, 0.5F, 2, 1, 0.25F, 1e-20F}};
  model.feature_map = {knots, step_of(MapKind::kCenter, {{1}, {5}})};
  ASSERT_TRUE(infer_map_shapes(model.feature_map, model.input_shape).ok());
  EXPECT_EQ(slope_signs(model), (std::vector{kRises, kRises, kRises}));
  model.feature_map = {step_of(MapKind::kLinear, {{3, 3}, {0, -1, 0, 1, 0, 0, 0, 1, 1}})};
  EXPECT_EQ(slope_signs(model), (std::vector{kRises, kBoth, kRises}));
  // u reads x_0, |u| the others
  model = two_layers({1, 0, 0, 0, 0, 1}, {0, 0, 0});
  model.graph.nodes[0].weight = {{2, 6}, {1, -1, 0, 0, 0, 0, 0, 0, 0, 0, 1, 0}};
  model.graph.nodes[3].weight = {{1, 6}, std::vector<float>(6)};
  model.graph.input_shape = {6};
  model.feature_map = {step_of(MapKind::kAbs, {})};
  EXPECT_EQ(slope_signs(model), (std::vector{kRises, kBoth, kNone}));
}

TEST(SlopeSigns, OfAConvolutionAreThoseOfItsChannels) {
  Model model;
  model.input_shape = {2, 3, 3};
  GraphBuilder graph({2, 3, 3});
  Tensor kernel = test::constant({1, 2, 2, 2}, 0.5F);
  kernel.values[4] = -1;  // of the second channel
  const auto conv = graph.conv2d("conv", kGraphInput, kernel);
  const auto pool = graph.max_pool("pool", graph.relu("z", conv), 2, 1);
  graph.linear("score", graph.flatten("flat", pool), {{1, 1}, {1}});
  model.graph = std::move(graph).take();
  const auto signs = slope_signs(model);
  for (std::size_t i = 0; i < 18; ++i) EXPECT_EQ(signs[i], i < 9 ? kRises : kBoth) << i;
}

}  // namespace
}  // namespace standfast::model
