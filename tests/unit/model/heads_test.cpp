#include "model/heads.hpp"

#include <gtest/gtest.h>

#include "builders.hpp"

namespace standfast::model {
namespace {

using test::constant;
using test::small_model;

/// A trunk of three units; one head over it, one over the features, and the feature-free third repeats the first.
Model three_heads() {
  Model model = small_model();
  GraphBuilder graph({4});
  const auto trunk = graph.relu("trunk", graph.linear("first", kGraphInput, constant({3, 4}, -0.5F)));
  const auto aside = graph.linear("aside", kGraphInput, constant({1, 4}, -1));
  const auto deep = graph.linear("deep", trunk, constant({1, 3}, 2));
  graph.min("score", {deep, aside, deep});
  model.graph = std::move(graph).take();
  return model;
}

std::vector<std::string> names_of(const Graph& graph) {
  std::vector<std::string> names;
  for (const Node& node : graph.nodes) names.push_back(node.name);
  return names;
}

TEST(Heads, AMinimumHasAsManyAsItReads) {
  EXPECT_EQ(head_count(small_model()), 1U);
  EXPECT_EQ(head_count(three_heads()), 3U);
  EXPECT_TRUE(validate(three_heads()).ok());
}

TEST(Heads, AHeadKeepsTheNodesThatItNeeds) {
  const Model model = three_heads();
  EXPECT_EQ(names_of(head_of(model, 0).graph), (std::vector<std::string>{"first", "trunk", "deep"}));
  EXPECT_EQ(names_of(head_of(model, 1).graph), (std::vector<std::string>{"aside"}));
  EXPECT_EQ(head_of(model, 0), head_of(model, 2));
  EXPECT_EQ(head_of(model, 0).threshold, model.threshold);
  for (const std::size_t head : {0, 1, 2}) EXPECT_TRUE(validate(head_of(model, head)).ok());
}

TEST(Heads, AModelWithoutAMinimumIsItsOwnHead) { EXPECT_EQ(head_of(small_model(), 0), small_model()); }

TEST(Heads, TheFeatureItselfCanBeAHead) {
  Model model = small_model();
  model.input_shape = {1};
  model.feature_map = {};
  model.graph = {
      {1}, {linear_node("a", kGraphInput, constant({1, 1}, 1)), node_of(NodeKind::kMin, "score", {0, kGraphInput})}};
  ASSERT_TRUE(validate(model).ok()) << validate(model).error().message;
  EXPECT_TRUE(validate(head_of(model, 1)).ok());
}

TEST(Heads, NothingMayReadAMinimum) {
  Graph graph = three_heads().graph;
  graph.nodes.push_back(linear_node("more", static_cast<std::int32_t>(graph.nodes.size()) - 1, constant({1, 1}, 1)));
  const Status status = check_input_convex(graph);
  ASSERT_FALSE(status.ok());
  EXPECT_EQ(status.error().code, ErrorCode::kNotConvex);
  EXPECT_EQ(status.error().message, "node 4 \"score\" (min): is not the last node, expected a minimum of heads there");
}

TEST(Heads, EachHasToBeConvex) {
  Model model = three_heads();
  model.graph.nodes[3].weight.values[1] = -1;
  EXPECT_EQ(validate(model).error().code, ErrorCode::kNotConvex);
}

TEST(Heads, OneAloneOrOneOfSeveralElementsIsRefused) {
  Model model = three_heads();
  model.graph.nodes.back().inputs = {3};
  EXPECT_NE(validate(model).error().message.find("has 1 inputs, expected at least 2"), std::string::npos);
  model.graph.nodes.back().inputs = {3, 1};
  EXPECT_NE(validate(model).error().message.find("input is (3), expected one element"), std::string::npos);
}

TEST(Heads, ATrunkThatIsSharedTooOftenIsRefusedBeforeItIsCopied) {
  Model model = three_heads();
  // 6 values a unit, with its slope
  const std::int64_t units = kMaxHeadValues / (7 * 100);
  model.graph.nodes[0].weight = constant({units, 4}, -0.5F);
  model.graph.nodes[3].weight = constant({1, units}, 2);
  model.graph.nodes.back().inputs.assign(99, 3);
  EXPECT_TRUE(validate(model).ok()) << validate(model).error().message;
  model.graph.nodes.back().inputs.assign(101, 3);
  const Status status = validate(model);
  ASSERT_FALSE(status.ok());
  EXPECT_EQ(status.error().code, ErrorCode::kUnsupported);
  EXPECT_NE(status.error().message.find("each with all that it shares"), std::string::npos) << status.error().message;
}

TEST(Heads, TooManyAreRefused) {
  Model model = three_heads();
  model.graph.nodes.back().inputs.assign(kMostHeads, 2);
  EXPECT_TRUE(validate(model).ok());
  model.graph.nodes.back().inputs.push_back(2);
  const Status status = validate(model);
  ASSERT_FALSE(status.ok());
  EXPECT_EQ(status.error().message, "node 4 \"score\" (min): has 1025 heads, expected at most 1024");
}

}  // namespace
}  // namespace standfast::model
