// Starting weights have the moments that their papers ask for.
#include "trainer/mlp/init.hpp"

#include <algorithm>
#include <cmath>
#include <numbers>
#include <vector>

#include <gtest/gtest.h>

namespace standfast::trainer {
namespace {

struct Sample {
  double mean = 0;
  double variance = 0;
};

Sample moments(const std::vector<float>& values) {
  Sample sample;
  for (const float value : values) sample.mean += value / static_cast<double>(values.size());
  for (const float value : values)
    sample.variance += (value - sample.mean) * (value - sample.mean) / static_cast<double>(values.size());
  return sample;
}

TEST(ConvexInit, MomentsSolveTheFixedPointOfVarianceAndCorrelation) {
  // pre-activations with variance 1 and correlation 1/2 are mapped to such again, by the exact moments of ReLU
  constexpr double kPi = std::numbers::pi;
  for (const double n : {2.0, 50.0, 200.0}) {
    const auto m = convex_moments(static_cast<std::int64_t>(n));
    const double square = 0.5;                                                   // E relu(s)^2
    const double cross = (std::sqrt(0.75) + 0.5 * std::acos(-0.5)) / (2 * kPi);  // E relu(s) relu(t)
    const double first = 1 / std::sqrt(2 * kPi);                                 // E relu(s)
    const double second_moment = n * square + n * (n - 1) * cross;               // E (sum of relu)^2
    const double covariance = m.weight_mean * m.weight_mean * (second_moment - n * n * first * first);
    EXPECT_NEAR(covariance, 0.5, 1e-12) << n;
    EXPECT_NEAR(covariance + n * m.weight_variance * square, 1, 1e-12) << n;
    EXPECT_NEAR(m.bias, -n * m.weight_mean * first, 1e-12) << n;
  }
}

TEST(ConvexInit, DrawsWeightsWithTheseMoments) {
  Random random(3);
  const auto network = icnn_network(30, {400, 400}, false, 30.0, random);
  const auto wanted = convex_moments(400);
  // of the logarithms, which are normal: the weights themselves have tails too heavy for sample moments
  const double ratio = wanted.weight_variance / 2 / (wanted.weight_mean * wanted.weight_mean);
  std::vector<float> logarithms = network.hidden_weight[0];
  for (float& value : logarithms) value = std::log(value);
  const auto found = moments(logarithms);
  EXPECT_NEAR(found.variance, std::log(1 + ratio), 0.1);
  EXPECT_NEAR(found.mean + found.variance / 2, std::log(wanted.weight_mean), 0.1);
  EXPECT_GT(*std::ranges::min_element(network.hidden_weight[0]), 0);
  EXPECT_FLOAT_EQ(network.bias[400], static_cast<float>(wanted.bias));
  EXPECT_FLOAT_EQ(network.bias[0], 0);
}

TEST(ConvexInit, ScalesConnectionsFromTheInputByTheRows) {
  Random random(4);
  const auto network = icnn_network(100, {300, 20}, false, 4.0, random);
  const std::vector<float> first(network.input_weight.begin(), network.input_weight.begin() + 30000);
  EXPECT_NEAR(moments(first).mean, 0, 5 * 0.5 / std::sqrt(30000));
  EXPECT_NEAR(moments(first).variance, 0.25, 0.02);
  const std::vector<float> second(network.input_weight.begin() + 30000, network.input_weight.begin() + 32000);
  EXPECT_NEAR(moments(second).variance, 0.25 / 4, 0.01);  // a quarter: half of the half that units do not share
}

TEST(ConvexInit, SurvivesRowsThatAreAllZero) {
  Random random(5);
  const auto network = icnn_network(4, {3}, false, 0.0, random);
  for (const float weight : network.input_weight) EXPECT_TRUE(std::isfinite(weight));
}

TEST(PaperInit, DrawsFromTheRangesOfThePublishedCode) {
  Random random(6);
  const auto network = paper_network(100, {300, 200}, true, random);
  const std::vector<float> first(network.input_weight.begin(), network.input_weight.begin() + 30000);
  EXPECT_NEAR(moments(first).variance, 2 * 0.01 / 3, 3e-4);  // two uniforms on [-0.1, 0.1]
  const std::vector<float> later(network.input_weight.begin() + 30000, network.input_weight.end());
  EXPECT_NEAR(moments(later).variance, 0.01 / 3, 2e-4);
  EXPECT_LE(*std::ranges::max_element(later), 0.1F);
  const auto [lowest, highest] = std::ranges::minmax(network.hidden_weight[0]);
  EXPECT_GE(lowest, 0.0F);
  EXPECT_LE(highest, 0.003F);
  EXPECT_NEAR(moments(network.hidden_weight[0]).mean, 0.0015, 2e-5);
  EXPECT_EQ(network.norms.size(), 2U);
}

TEST(Init, GivesTheSameBitsForTheSameSeed) {
  Random one(9);
  Random two(9);
  EXPECT_EQ(icnn_network(5, {4, 3}, false, 1, one).input_weight, icnn_network(5, {4, 3}, false, 1, two).input_weight);
}

TEST(CentredInit, CentresEveryPreActivationOnTheRows) {
  Random random(7);
  std::vector<float> rows(50 * 4);
  for (float& value : rows) value = static_cast<float>(1 + random.normal());
  const ConvexMlp network = centred_network(4, {6, 5}, false, rows, random);
  std::vector<double> sums(static_cast<std::size_t>(network.rows()));
  for (std::size_t i = 0; i < 50; ++i) {
    std::vector<double> units;
    std::size_t row = 0;
    for (std::size_t layer = 0; layer <= 2; ++layer) {
      std::vector<double> next;
      for (std::size_t unit = 0; unit < static_cast<std::size_t>(network.width(layer)); ++unit, ++row) {
        double value = network.bias[row];
        for (std::size_t k = 0; k < 4; ++k) value += network.input_weight[row * 4 + k] * rows[i * 4 + k];
        for (std::size_t k = 0; k < units.size(); ++k)
          value += network.hidden_weight[layer - 1][unit * units.size() + k] * units[k];
        sums[row] += value;
        next.push_back(std::max(value, 0.0));
      }
      units = next;
    }
  }
  for (const double sum : sums) EXPECT_NEAR(sum, 0, 1e-3);
  for (const auto& weights : network.hidden_weight) EXPECT_GE(*std::ranges::min_element(weights), 0);
}

}  // namespace
}  // namespace standfast::trainer
