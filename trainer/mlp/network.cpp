// Shapes, folding and export of the network being trained.
#include "trainer/mlp/network.hpp"

#include <cmath>
#include <cstddef>
#include <numeric>
#include <utility>

#include <fmt/format.h>

#include "trainer/nodes.hpp"

namespace standfast::trainer {
namespace {

model::Tensor rows_of(const std::vector<float>& values, std::int64_t first, std::int64_t count, std::int64_t columns) {
  const auto begin = values.begin() + first * columns;
  return {{count, columns}, std::vector<float>(begin, begin + count * columns)};
}

/// Takes n(z) = scale * z + shift into the layer that reads it.
void fold_norm(const ScalarBatchNorm& norm, ConvexMlp& network, std::size_t layer) {
  const double scale = norm.gain / std::sqrt(norm.variance + kBatchNormEpsilon);
  const double shift = norm.shift - norm.mean * scale;
  auto& weight = network.hidden_weight[layer - 1];
  const auto columns = static_cast<std::size_t>(network.width(layer - 1));
  const auto first = static_cast<std::size_t>(network.first_row(layer));
  for (std::size_t row = 0; row * columns < weight.size(); ++row) {
    double sum = 0;
    for (std::size_t column = 0; column < columns; ++column) {
      float& value = weight[row * columns + column];
      sum += value;
      value = static_cast<float>(value * scale);
    }
    network.bias[first + row] = static_cast<float>(network.bias[first + row] + shift * sum);
  }
}

}  // namespace

void restore_input_signs(ConvexMlp& network) {
  for (std::size_t i = 0; i < network.input_weight.size() && !network.input_signs.empty(); ++i) {
    const auto sign = static_cast<float>(network.input_signs[i % network.input_signs.size()]);
    if (network.input_weight[i] * sign < 0) network.input_weight[i] = 0;
  }
}

std::int64_t ConvexMlp::rows() const { return first_row(hidden.size()) + 1; }

std::int64_t ConvexMlp::first_row(std::size_t layer) const {
  return std::accumulate(hidden.begin(), hidden.begin() + static_cast<std::ptrdiff_t>(layer), std::int64_t{0});
}

std::int64_t ConvexMlp::width(std::size_t layer) const { return layer < hidden.size() ? hidden[layer] : 1; }

ConvexMlp zero_network(std::int64_t inputs, const std::vector<std::int64_t>& hidden, bool batch_norm) {
  ConvexMlp network;
  network.inputs = inputs;
  network.hidden = hidden;
  const auto rows = static_cast<std::size_t>(network.rows());
  network.input_weight.resize(rows * static_cast<std::size_t>(inputs));
  network.bias.resize(rows);
  for (std::size_t layer = 1; layer <= hidden.size(); ++layer)
    network.hidden_weight.emplace_back(static_cast<std::size_t>(network.width(layer) * network.width(layer - 1)));
  if (batch_norm) network.norms.resize(hidden.size());
  return network;
}

ConvexMlp fold_batch_norms(const ConvexMlp& network) {
  ConvexMlp folded = network;
  for (std::size_t k = 0; k < network.norms.size(); ++k) fold_norm(network.norms[k], folded, k + 1);
  folded.norms.clear();
  return folded;
}

namespace {

/// Appends the network's nodes and returns the index of its score.
std::int32_t append_network(const ConvexMlp& network, const std::string& prefix, model::GraphBuilder& graph) {
  std::int32_t previous = model::kGraphInput;
  for (std::size_t layer = 0; layer <= network.hidden.size(); ++layer) {
    const bool last = layer == network.hidden.size();
    const std::string place = prefix + (last ? "score" : fmt::format("layer{}", layer + 1));
    const std::int64_t first = network.first_row(layer);
    const std::int64_t width = network.width(layer);
    model::Tensor bias = {{width}, rows_of(network.bias, first, width, 1).values};
    std::int32_t node = graph.linear(place + ".input", model::kGraphInput,
                                     rows_of(network.input_weight, first, width, network.inputs), bias);
    if (layer > 0) {
      const model::Tensor weight = {{width, network.width(layer - 1)}, network.hidden_weight[layer - 1]};
      const auto convex = graph.linear(place + ".hidden", previous, weight);
      node = graph.add(place + ".sum", {node, convex});
    }
    previous = last ? node : graph.relu(place + ".relu", node);
  }
  return previous;
}

}  // namespace

model::Graph to_graph(const ConvexMlp& network, model::Shape input_shape) {
  model::GraphBuilder graph(std::move(input_shape));
  append_network(network, "", graph);
  return std::move(graph).take();
}

model::Graph to_graph(const std::vector<ConvexMlp>& heads, const model::Shape& input_shape) {
  if (heads.size() == 1) return to_graph(heads.front(), input_shape);
  model::GraphBuilder graph(input_shape);
  std::vector<std::int32_t> scores;
  for (std::size_t k = 0; k < heads.size(); ++k)
    scores.push_back(append_network(heads[k], fmt::format("head{}.", k + 1), graph));
  graph.min("score", std::move(scores));
  return std::move(graph).take();
}

}  // namespace standfast::trainer
