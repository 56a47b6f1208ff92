// The network with a learnt map before training: shapes, signs, whitened filters, refusals.
#include "trainer/learnt/learnt_network.hpp"

#include <algorithm>
#include <cmath>
#include <vector>

#include <gtest/gtest.h>

#include "base/random.hpp"

namespace standfast::trainer {
namespace {

TrainOptions options_of(LearntLayout layout) {
  TrainOptions options;
  options.network = Network::kLearnt;
  options.learnt = layout;
  return options;
}

/// Images whose neighbouring pixels differ little.
std::vector<float> smooth_rows(std::size_t count, std::size_t dim) {
  Random random(4);
  std::vector<float> rows;
  double value = 0;
  for (std::size_t i = 0; i < count * dim; ++i) {
    value = 0.95 * value + 0.1 * random.normal();
    rows.push_back(static_cast<float>(value));
  }
  return rows;
}

TEST(LearntNetwork, ExportsAMapAndAConvexGraphThatFit) {
  Random random(1);
  const model::Shape image = {3, 32, 48};
  const auto network = starting_learnt_network(options_of({.filters = 5, .channels = 4}), image,
                                               smooth_rows(20, model::element_count(image)), random);
  ASSERT_TRUE(network.ok()) << network.error().message;
  const auto map = to_map(*network);
  const auto graph = to_graph(*network);
  ASSERT_TRUE(map.ok() && graph.ok());
  EXPECT_EQ(model::infer_map_shapes(*map, image)->back(), (model::Shape{10, 16, 24}));
  EXPECT_EQ(graph->input_shape, (model::Shape{10, 16, 24}));
  ASSERT_TRUE(model::infer_shapes(*graph).ok()) << model::infer_shapes(*graph).error().message;
  EXPECT_TRUE(model::check_input_convex(*graph).ok());
}

TEST(LearntNetwork, NegativeHeadWeightsDoNotExportAConvexGraph) {
  Random random(1);
  const model::Shape image = {1, 16, 16};
  auto network =
      starting_learnt_network(options_of({.filters = 2, .channels = 2}), image, smooth_rows(20, 256), random);
  network->head_weight[0] = -1;
  const auto graph = to_graph(*network);
  ASSERT_TRUE(graph.ok());
  EXPECT_EQ(model::check_input_convex(*graph).error().code, ErrorCode::kNotConvex);
}

TEST(LearntNetwork, FiltersOfSmoothImagesAnswerToEdges) {
  Random random(1);
  const model::Shape image = {1, 16, 16};
  const auto network =
      starting_learnt_network(options_of({.filters = 8, .channels = 2}), image, smooth_rows(200, 256), random);
  ASSERT_TRUE(network.ok());
  // a patch itself is nearly constant along its rows: whitening takes most of that away
  double steps = 0, sizes = 0;
  for (std::size_t i = 0; i < network->filter.size(); ++i) {
    if (i % 5 > 0) steps += std::fabs(network->filter[i] - network->filter[i - 1]);
    sizes += std::fabs(network->filter[i]);
  }
  EXPECT_GT(steps, 0.3 * sizes);
}

TEST(LearntNetwork, ConvexWeightsAreSparseWithTheirMean) {
  Random random(1);
  const model::Shape image = {1, 16, 16};
  const auto network =
      starting_learnt_network(options_of({.filters = 2, .channels = 40}), image, smooth_rows(20, 256), random);
  const auto& weight = network->blocks[0].weight;
  double sum = 0;
  for (const float w : weight) {
    EXPECT_GE(w, 0);
    sum += w;
  }
  EXPECT_NEAR(sum / 40, 1, 0.1) << "per output: fan-in weights of mean 1 / fan-in";
  EXPECT_NEAR(static_cast<double>(std::ranges::count(weight, 0.0F)) / static_cast<double>(weight.size()), 0.7, 0.03);
}

TEST(LearntNetwork, TablesAndSidesThatDoNotHalveAreRefused) {
  Random random(1);
  for (const model::Shape& shape : {model::Shape{57}, model::Shape{1, 28, 28}, model::Shape{3, 32, 40}}) {
    const auto network =
        starting_learnt_network(options_of({}), shape, smooth_rows(2, model::element_count(shape)), random);
    ASSERT_FALSE(network.ok());
    EXPECT_EQ(network.error().code, ErrorCode::kBadOption);
    EXPECT_NE(network.error().message.find("multiples of 16"), std::string::npos);
  }
}

TEST(LearntNetwork, WeightsThatDoNotFitAreAnError) {
  Random random(1);
  const model::Shape image = {1, 16, 16};
  auto network =
      starting_learnt_network(options_of({.filters = 2, .channels = 2}), image, smooth_rows(20, 256), random);
  network->filter[0] = INFINITY;
  EXPECT_FALSE(to_map(*network).ok());
  network->stem_weight[0] = NAN;
  EXPECT_FALSE(to_graph(*network).ok());
}

}  // namespace
}  // namespace standfast::trainer
