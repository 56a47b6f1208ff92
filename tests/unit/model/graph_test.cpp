#include "model/graph.hpp"

#include <cmath>
#include <limits>

#include <gtest/gtest.h>

#include "builders.hpp"

namespace standfast::model {
namespace {

using test::constant;
using test::conv_node;
using test::linear_node;
using test::node_of;

Graph graph_of(Shape input, std::vector<Node> nodes) { return {std::move(input), std::move(nodes)}; }

void expect_refused(const Graph& graph, ErrorCode code, const std::string& part) {
  const auto shapes = infer_shapes(graph);
  ASSERT_FALSE(shapes.ok()) << part;
  EXPECT_EQ(shapes.error().code, code) << shapes.error().message;
  EXPECT_NE(shapes.error().message.find(part), std::string::npos) << shapes.error().message;
}

TEST(Graph, KindNamesSurviveTheRoundTrip) {
  for (const auto kind : {NodeKind::kLinear, NodeKind::kConv2d, NodeKind::kAdd, NodeKind::kRelu, NodeKind::kMaxPool,
                          NodeKind::kFlatten, NodeKind::kMax, NodeKind::kMin}) {
    const auto parsed = parse_node_kind(node_kind_name(kind));
    ASSERT_TRUE(parsed.ok());
    EXPECT_EQ(*parsed, kind);
  }
  EXPECT_EQ(parse_node_kind("softmax").error().code, ErrorCode::kBadFormat);
}

TEST(Graph, EveryKindHasItsOutputShape) {
  Node conv = conv_node("conv", kGraphInput, constant({5, 2, 3, 3}, 1), 1, constant({5}, 0));
  conv.stride = 2;
  Node dilated = conv_node("dilated", 0, constant({4, 5, 2, 2}, 1), 0, constant({4, 2, 2}, 0));
  dilated.dilation = 2;
  Node pool = node_of(NodeKind::kMaxPool, "pool", {2});
  pool.kernel = 2;
  const Graph graph =
      graph_of({2, 8, 7}, {conv, dilated, node_of(NodeKind::kRelu, "relu", {1}), pool,
                           node_of(NodeKind::kFlatten, "flat", {3}), linear_node("linear", 2, constant({4, 16}, 1)),
                           node_of(NodeKind::kAdd, "add", {4, 5}), node_of(NodeKind::kMax, "max", {6})});
  const auto shapes = infer_shapes(graph);
  ASSERT_TRUE(shapes.ok()) << shapes.error().message;
  EXPECT_EQ((*shapes)[0], (Shape{5, 4, 4}));
  EXPECT_EQ((*shapes)[1], (Shape{4, 2, 2}));
  EXPECT_EQ((*shapes)[3], (Shape{4, 1, 1}));
  EXPECT_EQ((*shapes)[4], (Shape{4}));
  EXPECT_EQ((*shapes)[5], (Shape{4}));
  EXPECT_EQ((*shapes)[7], (Shape{1}));
}

TEST(Graph, AnEmptyGraphIsRefused) {
  expect_refused(graph_of({4}, {}), ErrorCode::kBadShape, "no nodes");
  expect_refused(graph_of({}, {linear_node("a", kGraphInput, constant({1, 1}, 1))}), ErrorCode::kBadShape,
                 "graph input");
}

TEST(Graph, AWeightOfTheWrongShapeNamesTheNodeAndBothShapes) {
  expect_refused(graph_of({12}, {linear_node("z2", kGraphInput, constant({64, 10}, 1))}), ErrorCode::kBadShape,
                 "node 0 \"z2\" (linear): weight is (64, 10), expected (out, 12)");
  expect_refused(graph_of({2, 5, 5}, {conv_node("c", kGraphInput, constant({1, 3, 2, 2}, 1), 0)}), ErrorCode::kBadShape,
                 "weight is (1, 3, 2, 2), expected (out, 2,");
  expect_refused(graph_of({5}, {conv_node("c", kGraphInput, constant({1, 3, 2, 2}, 1), 0)}), ErrorCode::kBadShape,
                 "input is (5)");
  expect_refused(graph_of({1, 2, 2}, {conv_node("c", kGraphInput, constant({1, 1, 3, 3}, 1), 0)}), ErrorCode::kBadShape,
                 "reach");
}

TEST(Graph, APaddingBeyondTheKernelIsRefused) {
  const auto padded = [](Shape weight, std::int64_t padding, std::int64_t dilation) {
    Node node = conv_node("c", kGraphInput, constant(std::move(weight), 1), padding);
    node.dilation = dilation;
    return graph_of({1, 2, 2}, {node, node_of(NodeKind::kMax, "m", {0})});
  };
  expect_refused(padded({1, 1, 1, 1}, 1, 1), ErrorCode::kBadValue,
                 "padding is 1, expected less than 1, the reach of a 1 by 1 kernel with dilation 1");
  expect_refused(padded({1, 1, 1, 1}, 23169, 1), ErrorCode::kBadValue, "padding is 23169");
  expect_refused(padded({1, 1, 3, 2}, 3, 1), ErrorCode::kBadValue, "expected less than 3");
  expect_refused(padded({1, 1, 2, 2}, 4, 3), ErrorCode::kBadValue, "expected less than 4");
  EXPECT_TRUE(infer_shapes(padded({1, 1, 3, 2}, 2, 1)).ok());
  EXPECT_TRUE(infer_shapes(padded({1, 1, 2, 2}, 3, 3)).ok());
}

TEST(Graph, AllThatIsComputedIsAddedUp) {
  constexpr std::int64_t kSide = 2048;  // a quarter of the limit squared
  std::vector<Node> nodes = {node_of(NodeKind::kRelu, "a", {kGraphInput}), node_of(NodeKind::kRelu, "b", {0}),
                             node_of(NodeKind::kMax, "m", {1})};
  EXPECT_TRUE(infer_shapes(graph_of({1, kSide, kSide}, nodes)).ok());
  nodes.insert(nodes.end() - 1, node_of(NodeKind::kRelu, "c", {1}));
  expect_refused(graph_of({1, kSide, kSide}, nodes), ErrorCode::kUnsupported,
                 "node 3 \"m\" (max): 16777217 elements are computed up to here, expected at most 2^24 = 16777216");
}

TEST(Graph, ABiasIsPerChannelOrAMapOfTheOutput) {
  const Tensor weight = constant({2, 1, 1, 1}, 1);
  expect_refused(graph_of({1, 3, 3}, {conv_node("c", kGraphInput, weight, 0, constant({2, 3, 4}, 0))}),
                 ErrorCode::kBadShape, "bias is (2, 3, 4), expected (2) or (2, 3, 3)");
  expect_refused(graph_of({3}, {linear_node("l", kGraphInput, constant({1, 3}, 1), constant({3}, 0))}),
                 ErrorCode::kBadShape, "bias is (3), expected (1)");
}

TEST(Graph, AMissingWeightIsRefused) {
  expect_refused(graph_of({3}, {linear_node("l", kGraphInput, {})}), ErrorCode::kBadShape, "weight");
}

TEST(Graph, AWeightThatIsNotFiniteIsRefused) {
  for (const float bad : {std::numeric_limits<float>::quiet_NaN(), -std::numeric_limits<float>::infinity()}) {
    Tensor weight = constant({1, 3}, 1);
    weight.values[2] = bad;
    const auto refused = [](const Graph& graph) {
      const Status status = check_finite(graph);
      return status.ok() ? std::string() : status.error().message;
    };
    EXPECT_NE(refused(graph_of({3}, {linear_node("l", kGraphInput, weight)})).find("weight: value 2"),
              std::string::npos);
    EXPECT_NE(
        refused(graph_of({3}, {linear_node("l", kGraphInput, constant({1, 3}, 1), constant({1}, bad))})).find("bias: "),
        std::string::npos);
    EXPECT_EQ(refused(graph_of({3}, {linear_node("l", kGraphInput, constant({1, 3}, 1))})), "");
  }
}

TEST(Graph, ValuesThatDoNotFillTheirShapeAreRefused) {
  Tensor weight = constant({1, 3}, 1);
  weight.values.pop_back();
  expect_refused(graph_of({3}, {linear_node("l", kGraphInput, weight)}), ErrorCode::kBadShape, "has 2 values");
}

TEST(Graph, ANodeMayOnlyReadEarlierNodes) {
  const Tensor one = constant({1, 1}, 1);
  expect_refused(graph_of({1}, {linear_node("l", 0, one)}), ErrorCode::kBadFormat, "reads node 0");
  expect_refused(graph_of({1}, {linear_node("l", 1, one), linear_node("m", 0, one)}), ErrorCode::kBadFormat, "node 1");
  expect_refused(graph_of({1}, {linear_node("l", -2, one)}), ErrorCode::kBadFormat, "node -2");
}

TEST(Graph, InputsAreCounted) {
  expect_refused(graph_of({1}, {node_of(NodeKind::kAdd, "a", {kGraphInput})}), ErrorCode::kBadShape, "at least 2");
  expect_refused(graph_of({1}, {node_of(NodeKind::kRelu, "r", {})}), ErrorCode::kBadShape, "has 0 inputs, expected 1");
  expect_refused(graph_of({1}, {node_of(NodeKind::kMax, "m", {kGraphInput, kGraphInput})}), ErrorCode::kBadShape,
                 "has 2 inputs");
}

TEST(Graph, AddNeedsEqualShapes) {
  expect_refused(graph_of({2}, {linear_node("l", kGraphInput, constant({1, 2}, 1)),
                                node_of(NodeKind::kAdd, "a", {0, kGraphInput})}),
                 ErrorCode::kBadShape, "input is (2), expected (1)");
}

TEST(Graph, TheLastNodeIsOneScore) {
  expect_refused(graph_of({2}, {node_of(NodeKind::kRelu, "r", {kGraphInput})}), ErrorCode::kBadShape, "one element");
}

TEST(Graph, PoolingNeedsAWindowInsideTheImage) {
  Node pool = node_of(NodeKind::kMaxPool, "p", {kGraphInput});
  expect_refused(graph_of({1, 2, 3}, {pool}), ErrorCode::kBadShape, "kernel is 0, expected 1 to 2");
  pool.kernel = 3;
  expect_refused(graph_of({1, 2, 3}, {pool}), ErrorCode::kBadShape, "kernel is 3");
  pool.kernel = 2;
  pool.stride = 0;
  expect_refused(graph_of({1, 2, 3}, {pool}), ErrorCode::kBadValue, "stride is 0");
  expect_refused(graph_of({6}, {pool}), ErrorCode::kBadShape, "input is (6)");
}

TEST(Graph, HugeGeometryIsRefusedWithoutOverflow) {
  const std::int64_t huge = std::numeric_limits<std::int64_t>::max();
  for (const std::int64_t bad : {huge, std::int64_t{1} << 40, std::int64_t{-1}, -huge}) {
    Node conv = conv_node("c", kGraphInput, constant({1, 1, 2, 2}, 1), bad);
    expect_refused(graph_of({1, 4, 4}, {conv}), ErrorCode::kBadValue, "padding is");
    conv.padding = 0;
    conv.dilation = bad;
    expect_refused(graph_of({1, 4, 4}, {conv}), ErrorCode::kBadValue, "dilation is");
    conv.dilation = 1;
    conv.stride = bad;
    expect_refused(graph_of({1, 4, 4}, {conv}), ErrorCode::kBadValue, "stride is");
  }
  expect_refused(graph_of({1, 4, 4}, {conv_node("c", kGraphInput, constant({1, 1, 2, 2}, 1), 1 << 20)}),
                 ErrorCode::kBadValue, "padding is 1048576");
}

TEST(Graph, HugeShapesAreRefusedWithoutOverflow) {
  expect_refused(graph_of({std::int64_t{1} << 60}, {node_of(NodeKind::kMax, "m", {kGraphInput})}),
                 ErrorCode::kUnsupported, "2^31");
  expect_refused(graph_of({1 << 30, 1 << 30, 16}, {node_of(NodeKind::kMax, "m", {kGraphInput})}),
                 ErrorCode::kUnsupported, "2^31");
  expect_refused(graph_of({0}, {node_of(NodeKind::kMax, "m", {kGraphInput})}), ErrorCode::kBadShape, "at least 1");
  expect_refused(graph_of({1, 1, 1, 1, 1, 1, 1, 1, 1}, {node_of(NodeKind::kMax, "m", {kGraphInput})}),
                 ErrorCode::kBadShape, "9 extents");
}

TEST(Graph, AFieldThatTheKindDoesNotReadIsRefused) {
  Node relu = node_of(NodeKind::kRelu, "r", {kGraphInput});
  relu.weight = constant({1}, 1);
  expect_refused(graph_of({1}, {relu}), ErrorCode::kBadValue, "has a weight");
  Node linear = linear_node("l", kGraphInput, constant({1, 1}, 1));
  linear.stride = 2;
  expect_refused(graph_of({1}, {linear}), ErrorCode::kBadValue, "has a stride");
}

}  // namespace
}  // namespace standfast::model
