#include <limits>

#include <gtest/gtest.h>

#include "builders.hpp"
#include "model/graph.hpp"

namespace standfast::model {
namespace {

using test::constant;
using test::conv_node;
using test::linear_node;
using test::node_of;

TEST(Convexity, AffineNodesMayHaveAnyWeights) {
  const Graph graph{{2},
                    {linear_node("a", kGraphInput, constant({2, 2}, -1)), linear_node("b", 0, constant({2, 2}, -2)),
                     node_of(NodeKind::kAdd, "c", {0, 1}), linear_node("d", 2, constant({1, 2}, -3))}};
  EXPECT_TRUE(check_input_convex(graph).ok());
}

TEST(Convexity, ANegativeWeightAfterAReluIsRefusedAndNamed) {
  Tensor weight = constant({1, 2}, 1);
  weight.values[1] = -0.25F;
  const Graph graph{{2}, {node_of(NodeKind::kRelu, "r", {kGraphInput}), linear_node("top", 0, weight)}};
  const Status status = check_input_convex(graph);
  ASSERT_FALSE(status.ok());
  EXPECT_EQ(status.error().code, ErrorCode::kNotConvex);
  EXPECT_EQ(status.error().message,
            "node 1 \"top\" (linear): weight 1 is -0.25, expected at least 0 because it reads a convex node");
}

TEST(Convexity, MaxAndMaxPoolAndTheirSumsAreConvexNotAffine) {
  Node pool = node_of(NodeKind::kMaxPool, "pool", {kGraphInput});
  pool.kernel = 1;
  const Node conv = conv_node("conv", 0, constant({1, 1, 1, 1}, -1), 0);
  EXPECT_EQ(check_input_convex({{1, 2, 2}, {pool, conv}}).error().code, ErrorCode::kNotConvex);
  const Graph through_add{{1},
                          {node_of(NodeKind::kMax, "m", {kGraphInput}), node_of(NodeKind::kAdd, "s", {0, kGraphInput}),
                           node_of(NodeKind::kFlatten, "f", {1}), linear_node("l", 2, constant({1, 1}, -1))}};
  EXPECT_EQ(check_input_convex(through_add).error().code, ErrorCode::kNotConvex);
}

TEST(Convexity, NegativeZeroCountsAsZero) {
  const Graph graph{{1}, {node_of(NodeKind::kRelu, "r", {kGraphInput}), linear_node("l", 0, constant({1, 1}, -0.0F))}};
  EXPECT_TRUE(check_input_convex(graph).ok());
}

TEST(Convexity, TheSmallestNegativeNumberAndNanAreRefused) {
  for (const float bad : {-std::numeric_limits<float>::denorm_min(), std::numeric_limits<float>::quiet_NaN()}) {
    const Graph graph{{1}, {node_of(NodeKind::kRelu, "r", {kGraphInput}), linear_node("l", 0, constant({1, 1}, bad))}};
    EXPECT_EQ(check_input_convex(graph).error().code, ErrorCode::kNotConvex);
  }
}

TEST(Convexity, ABiasMayBeNegativeAnywhere) {
  const Graph graph{
      {1}, {node_of(NodeKind::kRelu, "r", {kGraphInput}), linear_node("l", 0, constant({1, 1}, 1), constant({1}, -5))}};
  EXPECT_TRUE(check_input_convex(graph).ok());
}

TEST(Convexity, ACycleIsRefusedBeforeItIsFollowed) {
  EXPECT_EQ(check_input_convex({{1}, {node_of(NodeKind::kRelu, "r", {7})}}).error().code, ErrorCode::kBadFormat);
}

}  // namespace
}  // namespace standfast::model
