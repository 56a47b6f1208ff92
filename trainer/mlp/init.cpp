// Starting weights: every draw comes from our own stream, so that they are the same bits on every platform.
#include "trainer/mlp/init.hpp"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <numbers>
#include <numeric>
#include <span>
#include <utility>

namespace standfast::trainer {
namespace {

constexpr double kCorrelation = 0.5;  // rho: of the pre-activations of two units
constexpr double kInputShare = 0.5;   // of the variance that units do not share, from the input's own connections

std::span<float> input_rows(ConvexMlp& network, std::size_t layer) {
  const auto first = static_cast<std::size_t>(network.first_row(layer) * network.inputs);
  return std::span(network.input_weight)
      .subspan(first, static_cast<std::size_t>(network.width(layer) * network.inputs));
}

/// values += weight * rows. Shapes: (rows, outputs), (outputs, inputs), (rows, inputs).
void add_product(std::span<const float> weight, std::span<const float> rows, std::size_t inputs,
                 std::vector<float>& values) {
  const std::size_t outputs = weight.size() / inputs;
  for (std::size_t i = 0; i < values.size(); ++i) {
    const float* row = rows.data() + i / outputs * inputs;
    const float* unit = weight.data() + i % outputs * inputs;
    values[i] = std::inner_product(row, row + inputs, unit, values[i]);
  }
}

/// Subtracts from each of the units its mean over the rows, and returns what it added.
std::vector<float> centre(std::vector<float>& values, std::size_t units) {
  std::vector<double> sums(units);
  for (std::size_t i = 0; i < values.size(); ++i) sums[i % units] += values[i];
  std::vector<float> added;
  const auto count = static_cast<double>(values.size() / units);
  for (const double sum : sums) added.push_back(static_cast<float>(-sum / count));
  for (std::size_t i = 0; i < values.size(); ++i) values[i] += added[i % units];
  return added;
}

/// Log-normal with the given moments of the variable itself.
double log_normal(double mean, double variance, Random& random) {
  const double log_variance = std::log1p(variance / (mean * mean));
  const double log_mean = std::log(mean) - log_variance / 2;
  return std::exp(log_mean + std::sqrt(log_variance) * random.normal());
}

}  // namespace

ConvexMoments convex_moments(std::int64_t fan_in) {
  constexpr double kPi = std::numbers::pi;
  const double rho = kCorrelation;
  const auto n = static_cast<double>(fan_in);
  const double mixed_moment = std::sqrt(1 - rho * rho) + rho * std::acos(-rho);
  const double mean = std::sqrt(2 * kPi * rho / (n * (kPi - n + (n - 1) * mixed_moment)));
  return {mean, 2 * (1 - rho) / n, -n * mean / std::sqrt(2 * kPi)};
}

ConvexMlp icnn_network(std::int64_t inputs, const std::vector<std::int64_t>& hidden, bool batch_norm,
                       double mean_square, Random& random) {
  ConvexMlp network = zero_network(inputs, hidden, batch_norm);
  const double unit = mean_square > 0 ? 1 / std::sqrt(mean_square) : 1;
  for (std::size_t layer = 0; layer <= hidden.size(); ++layer) {
    const double deviation = layer == 0 ? unit : unit * std::sqrt(kInputShare * (1 - kCorrelation));
    for (float& weight : input_rows(network, layer)) weight = static_cast<float>(deviation * random.normal());
    if (layer == 0) continue;
    const auto moments = convex_moments(network.width(layer - 1));
    const double variance = (1 - kInputShare) * moments.weight_variance;
    for (float& weight : network.hidden_weight[layer - 1])
      weight = static_cast<float>(log_normal(moments.weight_mean, variance, random));
    const auto first = network.bias.begin() + network.first_row(layer);
    std::fill(first, first + network.width(layer), static_cast<float>(moments.bias));
  }
  return network;
}

ConvexMlp paper_network(std::int64_t inputs, const std::vector<std::int64_t>& hidden, bool batch_norm, Random& random) {
  ConvexMlp network = zero_network(inputs, hidden, batch_norm);
  const double half_width = 1 / std::sqrt(static_cast<double>(inputs));
  for (float& weight : network.input_weight) weight = static_cast<float>(random.uniform(-half_width, half_width));
  for (float& weight : input_rows(network, 0)) weight += static_cast<float>(random.uniform(-half_width, half_width));
  for (float& bias : network.bias) bias = static_cast<float>(random.uniform(-half_width, half_width));
  for (auto& weights : network.hidden_weight)
    for (float& weight : weights) weight = static_cast<float>(random.uniform(0, 0.003));
  return network;
}

ConvexMlp centred_network(std::int64_t inputs, const std::vector<std::int64_t>& hidden, bool batch_norm,
                          std::span<const float> rows, Random& random) {
  ConvexMlp network = zero_network(inputs, hidden, batch_norm);
  const double half_width = 1 / std::sqrt(static_cast<double>(inputs));
  for (float& weight : network.input_weight) weight = static_cast<float>(random.uniform(-half_width, half_width));
  const std::size_t count = rows.size() / static_cast<std::size_t>(inputs);
  std::vector<float> units;
  for (std::size_t layer = 0; layer <= hidden.size(); ++layer) {
    const auto width = static_cast<std::size_t>(network.width(layer));
    std::vector<float> values(count * width);
    add_product(input_rows(network, layer), rows, static_cast<std::size_t>(inputs), values);
    if (layer > 0) {
      const auto fan_in = static_cast<std::size_t>(network.width(layer - 1));
      auto& weights = network.hidden_weight[layer - 1];
      for (float& weight : weights) weight = static_cast<float>(random.uniform(0, 2 / static_cast<double>(fan_in)));
      add_product(weights, units, fan_in, values);
    }
    std::ranges::copy(centre(values, width), network.bias.begin() + network.first_row(layer));
    for (float& value : values) value = std::max(value, 0.0F);
    units = std::move(values);
  }
  return network;
}

}  // namespace standfast::trainer
