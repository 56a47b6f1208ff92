// Filters and matrices of proven norm, and the deep Lipschitz network before training: shapes and refusals.
#include "trainer/lipschitz/lipschitz_network.hpp"

#include <algorithm>
#include <cmath>
#include <vector>

#include <gtest/gtest.h>

#include "base/random.hpp"
#include "trainer/lipschitz/unit_norms.hpp"

namespace standfast::trainer {
namespace {

constexpr std::int64_t kSide = 9;  // of the images that a convolution is applied to

std::vector<float> normal(std::size_t count, std::uint64_t seed) {
  Random random(seed);
  std::vector<float> values(count);
  for (float& value : values) value = static_cast<float>(random.normal());
  return values;
}

/// Calls visit(i, o, w) for each tap of the zero-padded convolution: it adds w times element i to element o.
void each_tap(const std::vector<double>& weight, const model::Shape& shape, auto&& visit) {
  for (std::int64_t f = 0; f < shape[0]; ++f) {
    for (std::int64_t c = 0; c < shape[1]; ++c) {
      for (std::int64_t tap = 0; tap < 9; ++tap) {
        const double w = weight[static_cast<std::size_t>((f * shape[1] + c) * 9 + tap)];
        for (std::int64_t at = 0; at < kSide * kSide; ++at) {
          const std::int64_t y = at / kSide + tap / 3 - 1, x = at % kSide + tap % 3 - 1;
          if (y < 0 || x < 0 || y >= kSide || x >= kSide) continue;
          visit(static_cast<std::size_t>((c * kSide + y) * kSide + x), static_cast<std::size_t>(f * kSide * kSide + at),
                w);
        }
      }
    }
  }
}

/// ||W||_2^2 from below, by power iteration.
double squared_norm(const std::vector<double>& weight, const model::Shape& shape) {
  const auto plane = static_cast<std::size_t>(kSide * kSide);
  const std::vector<float> start = normal(static_cast<std::size_t>(shape[1]) * plane, 3);
  std::vector<double> z(start.begin(), start.end());
  double found = 0;
  for (int step = 0; step < 60; ++step) {
    double squares = 0;
    for (const double value : z) squares += value * value;
    for (double& value : z) value /= std::sqrt(squares);
    std::vector<double> hidden(static_cast<std::size_t>(shape[0]) * plane), back(z.size());
    each_tap(weight, shape, [&](std::size_t i, std::size_t o, double w) { hidden[o] += w * z[i]; });
    each_tap(weight, shape, [&](std::size_t i, std::size_t o, double w) { back[i] += w * hidden[o]; });
    found = 0;
    for (const double value : hidden) found += value * value;
    z = back;
  }
  return found;
}

TEST(UnitNorms, BalancedFiltersHaveSquaredNorm2AtMost) {
  const model::Shape shape = {5, 4, 3, 3};
  std::vector<float> balance = normal(5, 2);
  for (const std::uint64_t seed : {1, 2, 3}) {
    const double found = squared_norm(balanced_filters(normal(5 * 4 * 9, seed), shape, balance), shape);
    EXPECT_LE(found, 2 + 1e-12);
    EXPECT_GT(found, 0.1) << "a map of nothing is bounded as well";
  }
}

TEST(UnitNorms, NothingIsLostWhereFiltersOverlapWithOneSign) {
  // the Gram matrix is ((9, 3), (3, 2))
  std::vector<float> weight(2 * 2 * 9);
  weight[4] = 3, weight[22] = 1, weight[31] = 1;
  const model::Shape shape = {2, 2, 3, 3};
  for (const float balance : {-1.0F, 0.0F, 2.0F}) {
    const auto filters = balanced_filters(weight, shape, std::vector<float>{0, balance});
    EXPECT_NEAR(squared_norm(filters, shape), 2, 1e-9) << balance;
  }
}

TEST(UnitNorms, FiltersOfZerosStay) {
  EXPECT_EQ(balanced_filters(std::vector<float>(18), {1, 2, 3, 3}, std::vector<float>{0}), std::vector<double>(18));
}

TEST(UnitNorms, OrthonormalMatricesAreTheNearestOnes) {
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
  network->stages[0].blocks[0].bias[0] = INFINITY;
  EXPECT_FALSE(to_map(*network).ok());
  network->head_weight[0] = NAN;
  EXPECT_FALSE(to_graph(*network).ok());
}

}  // namespace
}  // namespace standfast::trainer
