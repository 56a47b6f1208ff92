// A finished graph in libtorch: what validation judges is what the model file holds.
#include <algorithm>

#include <torch/torch.h>

#include "trainer/torch_learner.hpp"

namespace standfast::trainer {
namespace {

constexpr std::size_t kRowsAtOnce = 256;  // bounds the memory of a ConvNet's activations

/// A view: the graph outlives the pass.
TorchArray shaped(const model::Tensor& tensor) { return view_of(tensor.values, 1).reshape(tensor.shape); }

TorchArray conv2d(const model::Node& node, const TorchArray& input) {
  const TorchArray sum = torch::conv2d(input, shaped(node.weight), {}, node.stride, node.padding, node.dilation);
  if (node.bias.empty()) return sum;
  // a value per channel, or per pixel
  const TorchArray bias = shaped(node.bias);
  return sum + (bias.dim() == 1 ? bias.reshape({-1, 1, 1}) : bias);
}

TorchArray linear(const model::Node& node, const TorchArray& input) {
  const TorchArray product = input.flatten(1).mm(shaped(node.weight).t());
  return node.bias.empty() ? product : product + shaped(node.bias);
}

TorchArray run_node(const model::Node& node, const std::vector<TorchArray>& inputs) {
  switch (node.kind) {
    case model::NodeKind::kLinear:
      return linear(node, inputs[0]);
    case model::NodeKind::kConv2d:
      return conv2d(node, inputs[0]);
    case model::NodeKind::kAdd: {
      TorchArray sum = inputs[0];
      for (std::size_t i = 1; i < inputs.size(); ++i) sum = sum + inputs[i];
      return sum;
    }
    case model::NodeKind::kRelu:
      return inputs[0].relu();
    case model::NodeKind::kMaxPool:
      return torch::max_pool2d(inputs[0], {node.kernel, node.kernel}, {node.stride, node.stride});
    case model::NodeKind::kFlatten:
      return inputs[0].flatten(1);
    case model::NodeKind::kMin: {
      TorchArray smallest = inputs[0];
      for (std::size_t j = 1; j < inputs.size(); ++j) smallest = torch::minimum(smallest, inputs[j]);
      return smallest.reshape({-1, 1});
    }
    case model::NodeKind::kMax:
      break;
  }
  return inputs[0].flatten(1).amax(1, true);
}

TorchArray run_graph(const model::Graph& graph, const TorchArray& rows) {
  model::Shape shape = {rows.size(0)};
  shape.insert(shape.end(), graph.input_shape.begin(), graph.input_shape.end());
  const TorchArray input = rows.reshape(shape);
  std::vector<TorchArray> values;
  for (const auto& node : graph.nodes) {
    std::vector<TorchArray> inputs;
    for (const auto index : node.inputs)
      inputs.push_back(index == model::kGraphInput ? input : values[static_cast<std::size_t>(index)]);
    values.push_back(run_node(node, inputs));
  }
  return values.back().flatten();
}

/// u - W^T relu(W u + b), by a convolution or, if W has two dimensions, a matrix.
TorchArray convex_potential(const model::MapStep& step, const TorchArray& u) {
  const TorchArray weight = shaped(step.values), bias = shaped(step.bias);
  if (weight.dim() == 2) {
    const TorchArray rows = u.flatten(1);
    return (rows - torch::addmm(bias, rows, weight.t()).relu().mm(weight)).reshape(u.sizes());
  }
  const TorchArray hidden = torch::conv2d(u, weight, bias, step.stride, step.padding, step.dilation).relu();
  return u - torch::conv_transpose2d(hidden, weight, {}, step.stride, step.padding, 0, 1, step.dilation);
}

TorchArray max_min(const TorchArray& u) {
  at::IntArrayRef sizes = u.sizes();
  const TorchArray pairs = u.reshape({sizes[0], sizes[1] / 2, 2, -1});
  return torch::stack({pairs.amax(2), pairs.amin(2)}, 2).reshape(sizes);
}

TorchArray run_step(const model::MapStep& step, const TorchArray& u) {
  switch (step.kind) {
    case model::MapKind::kAbs:
      return torch::cat({u, u.abs()}, 1);
    case model::MapKind::kPixelUnshuffle:
      return torch::pixel_unshuffle(u, step.stride);
    case model::MapKind::kMaxMin:
      return max_min(u);
    case model::MapKind::kConvexPotential:
      return convex_potential(step, u);
    default:
      break;
  }
  const TorchArray bias = step.bias.empty() ? TorchArray() : shaped(step.bias);
  return torch::conv2d(u, shaped(step.values), bias, step.stride, step.padding, step.dilation);
}

/// What learnt maps are made of: convolutions and what needs no numbers. Shape: (count, elements) before and after.
TorchArray run_map(const model::FeatureMap& map, const model::Shape& image, const TorchArray& rows) {
  if (map.empty()) return rows;
  TorchArray u = rows.reshape({rows.size(0), image[0], image[1], image[2]});
  for (const auto& step : map) u = run_step(step, u);
  return u.flatten(1);
}

}  // namespace

std::vector<float> torch_scores(const model::FeatureMap& map, const model::Shape& image, const model::Graph& graph,
                                std::span<const float> features, std::size_t count) {
  const torch::NoGradGuard no_grad;
  const std::size_t dim = model::element_count(image);
  std::vector<float> scores;
  for (std::size_t first = 0; first < count; first += kRowsAtOnce) {
    const std::size_t rows = std::min(kRowsAtOnce, count - first);
    const TorchArray part_rows = view_of(features.subspan(first * dim, rows * dim), rows);
    const auto part = values_of(run_graph(graph, run_map(map, image, part_rows)));
    scores.insert(scores.end(), part.begin(), part.end());
  }
  return scores;
}

std::vector<float> torch_scores(const model::FeatureMap& map, const model::Shape& image, const model::Graph& graph,
                                const FeatureRows& rows) {
  if (!rows.features.empty()) return torch_scores(map, image, graph, rows.features, rows.count());
  const std::size_t dim = model::element_count(image);
  std::vector<float> scores;
  for (std::size_t first = 0; first < rows.count(); first += kRowsAtOnce) {
    const std::size_t count = std::min(kRowsAtOnce, rows.count() - first);
    const auto part = torch_scores(map, image, graph, dense_rows(rows, dim, first, count), count);
    scores.insert(scores.end(), part.begin(), part.end());
  }
  return scores;
}

std::vector<float> torch_scores(const model::Graph& graph, std::span<const float> features, std::size_t count) {
  return torch_scores({}, graph.input_shape, graph, features, count);
}

std::vector<float> torch_gradients(const model::FeatureMap& map, const model::Shape& image, const model::Graph& graph,
                                   std::span<const float> features, std::size_t count) {
  const TorchArray rows = view_of(features, count).clone().requires_grad_();
  run_graph(graph, run_map(map, image, rows)).sum().backward();
  return values_of(rows.grad());
}

std::vector<float> torch_gradients(const model::Graph& graph, std::span<const float> features, std::size_t count) {
  return torch_gradients({}, graph.input_shape, graph, features, count);
}

}  // namespace standfast::trainer
