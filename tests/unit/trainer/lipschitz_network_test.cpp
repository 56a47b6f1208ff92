// Orthonormal matrices, and the deep Lipschitz network before training: shapes and refusals.
#include "trainer/lipschitz/lipschitz_network.hpp"

#include <algorithm>
#include <cmath>
#include <vector>

#include <gtest/gtest.h>

#include "base/random.hpp"
#include "trainer/lipschitz/orthonormal.hpp"

namespace standfast::trainer {
namespace {

std::vector<float> normal(std::size_t count, std::uint64_t seed) {
  Random random(seed);
  std::vector<float> values(count);
  for (float& value : values) value = static_cast<float>(random.normal());
  return values;
}

TEST(Orthonormal, MatricesAreTheNearestOnes) {
  // of a positive definite matrix it is 1
  const auto one = orthonormal(std::vector<float>{5, 2, 2, 3}, 2, 2);
  EXPECT_NEAR(one[0], 1, 1e-9);
  EXPECT_NEAR(one[1], 0, 1e-9);
  EXPECT_NEAR(one[3], 1, 1e-9);
  const auto wide = orthonormal(normal(3 * 7, 1), 3, 7), tall = orthonormal(normal(7 * 3, 1), 7, 3);
  for (std::size_t i = 0; i < 3; ++i) {
    for (std::size_t j = 0; j < 3; ++j) {
      double rows = 0, columns = 0;
      for (std::size_t k = 0; k < 7; ++k) {
        rows += wide[i * 7 + k] * wide[j * 7 + k];
        columns += tall[k * 3 + i] * tall[k * 3 + j];
      }
      EXPECT_NEAR(rows, i == j ? 1 : 0, 1e-9);
      EXPECT_NEAR(columns, i == j ? 1 : 0, 1e-9);
    }
  }
}

TrainOptions lipschitz_options(LipschitzLayout layout) {
  TrainOptions options;
  options.network = Network::kLipschitz;
  options.lipschitz = std::move(layout);
  return options;
}

TEST(LipschitzNetwork, ExportsAMapAndALinearScoreThatFit) {
  Random random(1);
  const model::Shape image = {3, 16, 24};
  const auto network = starting_lipschitz_network(lipschitz_options({{12, 20}, {1, 2}}), image, random);
  ASSERT_TRUE(network.ok()) << network.error().message;
  EXPECT_TRUE(network->stages[0].projection.empty()) << "12 channels come in";
  const auto map = to_map(*network);
  const auto graph = to_graph(*network);
  ASSERT_TRUE(map.ok() && graph.ok());
  EXPECT_EQ(map->size(), 6U) << "two rearrangements, one projection, three blocks";
  EXPECT_EQ(model::infer_map_shapes(*map, image)->back(), (model::Shape{20, 4, 6}));
  EXPECT_EQ(graph->input_shape, (model::Shape{20, 4, 6}));
  EXPECT_TRUE(model::infer_shapes(*graph).ok());
}

TEST(LipschitzNetwork, TablesAndSidesThatDoNotHalveAreRefused) {
  Random random(1);
  for (const model::Shape& shape : {model::Shape{57}, model::Shape{1, 28, 28}, model::Shape{3, 32, 36}}) {
    const auto network = starting_lipschitz_network(lipschitz_options({}), shape, random);
    ASSERT_FALSE(network.ok());
    EXPECT_EQ(network.error().code, ErrorCode::kBadOption);
    EXPECT_NE(network.error().message.find("multiples of 8"), std::string::npos);
  }
}

TEST(LipschitzNetwork, WeightsThatDoNotFitAreAnError) {
  Random random(1);
  auto network = starting_lipschitz_network(lipschitz_options({{4}, {1}}), {1, 8, 8}, random);
  network->stages[0].blocks[0].bias[0] = NAN;
  EXPECT_FALSE(to_map(*network).ok());
  network->head_weight[0] = NAN;
  EXPECT_FALSE(to_graph(*network).ok());
}

}  // namespace
}  // namespace standfast::trainer
