#include "model/graph_builder.hpp"

#include <utility>

#include <gtest/gtest.h>

#include "model/shape.hpp"
#include "unit/model/builders.hpp"

namespace standfast::model {
namespace {

TEST(GraphBuilder, EveryKindOfNodeFitsTheShapesItIsGiven) {
  GraphBuilder builder({2, 5, 5});
  const auto conv = builder.conv2d("conv", kGraphInput, test::constant({3, 2, 2, 2}, -1), test::constant({3}, 0.5F),
                                   {.stride = 1, .padding = 1, .dilation = 2});
  const auto relu = builder.relu("relu", conv);
  const auto pool = builder.max_pool("pool", relu, 2, 3);
  const auto flat = builder.flatten("flat", pool);
  const auto skip = builder.linear("skip", kGraphInput, test::constant({12, 50}, -1));
  const auto sum = builder.add("sum", {flat, skip});
  const auto last = builder.max("max", sum);
  EXPECT_EQ(last, 6);
  EXPECT_EQ(builder.size(), 7);
  const Graph graph = std::move(builder).take();
  const auto shapes = infer_shapes(graph);
  ASSERT_TRUE(shapes.ok()) << shapes.error().message;
  EXPECT_EQ(*shapes, (std::vector<Shape>{{3, 5, 5}, {3, 5, 5}, {3, 2, 2}, {12}, {12}, {12}, {1}}));
  EXPECT_TRUE(check_input_convex(graph).ok());
  EXPECT_EQ(graph.nodes[1].inputs, std::vector<std::int32_t>{conv});
  EXPECT_EQ(graph.nodes[5].inputs, (std::vector<std::int32_t>{flat, skip}));
  EXPECT_EQ(graph.nodes[2].kernel, 2);
  EXPECT_EQ(graph.nodes[2].stride, 3);
}

TEST(GraphBuilder, GoesOnBehindAGraph) {
  const Graph start = test::small_model().graph;
  GraphBuilder builder(start);
  EXPECT_EQ(builder.relu("more", builder.size() - 1), static_cast<std::int32_t>(start.nodes.size()));
  EXPECT_EQ(builder.graph().nodes.back().inputs.front(), static_cast<std::int32_t>(start.nodes.size()) - 1);
  EXPECT_EQ(builder.graph().input_shape, start.input_shape);
}

}  // namespace
}  // namespace standfast::model
