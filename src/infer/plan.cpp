#include "infer/plan.hpp"

#include <algorithm>
#include <cassert>
#include <cmath>

namespace standfast {
namespace {

std::vector<float> transposed(const Tensor& weight) {
  const std::size_t rows = static_cast<std::size_t>(weight.shape[0]);
  const std::size_t columns = static_cast<std::size_t>(weight.shape[1]);
  std::vector<float> result(weight.values.size());
  for (std::size_t r = 0; r < rows; ++r) {
    for (std::size_t c = 0; c < columns; ++c) result[c * rows + r] = weight.values[r * columns + c];
  }
  return result;
}

kernels::ConvShape conv_shape(const Shape& in, const Shape& out, const Tensor& weight, std::int64_t stride,
                              std::int64_t padding, std::int64_t dilation) {
  return {in[0], in[1], in[2], out[0], out[1], out[2], weight.shape[2], weight.shape[3], stride, padding, dilation};
}

/// The bias of each output, spread over the positions of a channel where it has one value per channel.
void fill_with_bias(const Tensor& bias, std::span<float> y) {
  if (bias.empty()) {
    std::fill(y.begin(), y.end(), 0.0F);
    return;
  }
  const std::size_t repeat = y.size() / bias.values.size();
  for (std::size_t i = 0; i < y.size(); ++i) y[i] = bias.values[i / repeat];
}

/// Flat index of the largest element of each pooling window.
void pool_winners(const Shape& in, const Shape& out, const Node& node, std::span<const float> x,
                  std::vector<std::int32_t>& winner) {
  std::size_t position = 0;
  for (std::int64_t c = 0; c < out[0]; ++c) {
    for (std::int64_t y = 0; y < out[1]; ++y) {
      for (std::int64_t z = 0; z < out[2]; ++z, ++position) {
        std::int64_t best = (c * in[1] + y * node.stride) * in[2] + z * node.stride;
        for (std::int64_t ky = 0; ky < node.kernel; ++ky) {
          for (std::int64_t kx = 0; kx < node.kernel; ++kx) {
            const std::int64_t at = (c * in[1] + y * node.stride + ky) * in[2] + z * node.stride + kx;
            if (x[at] > x[best]) best = at;
          }
        }
        winner[position] = static_cast<std::int32_t>(best);
      }
    }
  }
}

float broadcast(const Tensor& values, std::size_t i) { return values.values[values.values.size() == 1 ? 0 : i]; }

}  // namespace

Plan::Plan(const Model& model) : model_(&model) {
  map_shapes_ = std::move(infer_map_shapes(model.feature_map, model.input_shape)).value();
  node_shapes_ = std::move(infer_shapes(model.graph)).value();

  map_affine_.resize(model.feature_map.size());
  for (std::size_t k = 0; k < model.feature_map.size(); ++k) {
    const MapStep& step = model.feature_map[k];
    const Shape& in = k == 0 ? model.input_shape : map_shapes_[k - 1];
    if (step.kind == MapKind::kLinear) map_affine_[k].weight_by_input = transposed(step.values);
    if (step.kind == MapKind::kConv2d) {
      map_affine_[k].conv = conv_shape(in, map_shapes_[k], step.values, step.stride, step.padding, step.dilation);
    }
  }
  node_affine_.resize(model.graph.nodes.size());
  for (std::size_t k = 0; k < model.graph.nodes.size(); ++k) {
    const Node& node = model.graph.nodes[k];
    if (node.kind == NodeKind::kLinear) node_affine_[k].weight_by_input = transposed(node.weight);
    if (node.kind == NodeKind::kConv2d) {
      const Shape& in = node.inputs[0] == kGraphInput ? model.graph.input_shape : node_shapes_[node.inputs[0]];
      node_affine_[k].conv = conv_shape(in, node_shapes_[k], node.weight, node.stride, node.padding, node.dilation);
    }
  }
}

void Plan::prepare(InferWorkspace& workspace) const {
  if (workspace.values.size() == node_shapes_.size()) return;
  workspace.map_values.resize(map_shapes_.size());
  for (std::size_t k = 0; k < map_shapes_.size(); ++k) workspace.map_values[k].resize(element_count(map_shapes_[k]));
  workspace.values.resize(node_shapes_.size());
  workspace.duals.resize(node_shapes_.size());
  workspace.slopes.resize(node_shapes_.size());
  for (std::size_t k = 0; k < node_shapes_.size(); ++k) {
    const std::size_t size = element_count(node_shapes_[k]);
    workspace.values[k].resize(size);
    workspace.duals[k].resize(size);
    const NodeKind kind = model_->graph.nodes[k].kind;
    if (kind == NodeKind::kRelu) workspace.slopes[k].relu.resize(size);
    if (kind == NodeKind::kMaxPool || kind == NodeKind::kMax) workspace.slopes[k].winner.resize(size);
  }
  workspace.feature_dual.resize(element_count(model_->graph.input_shape));
}

void Plan::run_map(std::span<const float> x, InferWorkspace& workspace) const {
  std::span<const float> in = x;
  for (std::size_t k = 0; k < map_shapes_.size(); ++k) {
    const MapStep& step = model_->feature_map[k];
    const std::span<float> out = workspace.map_values[k];
    switch (step.kind) {
      case MapKind::kCenter:
        for (std::size_t i = 0; i < out.size(); ++i) out[i] = in[i] - broadcast(step.values, i);
        break;
      case MapKind::kScale:
        for (std::size_t i = 0; i < out.size(); ++i) out[i] = in[i] * broadcast(step.values, i);
        break;
      case MapKind::kLinear:
        fill_with_bias(step.bias, out);
        kernels::linear_forward(map_affine_[k].weight_by_input, in, out);
        break;
      case MapKind::kConv2d:
        fill_with_bias(step.bias, out);
        kernels::conv2d_forward(map_affine_[k].conv, step.values.values, in, out);
        break;
      case MapKind::kAbs:
        for (std::size_t i = 0; i < in.size(); ++i) {
          out[i] = in[i];
          out[in.size() + i] = std::fabs(in[i]);
        }
        break;
    }
    in = out;
  }
}

void Plan::run_node(std::size_t k, std::span<const float> features, InferWorkspace& workspace) const {
  const Node& node = model_->graph.nodes[k];
  const auto input = [&](std::size_t j) -> std::span<const float> {
    return node.inputs[j] == kGraphInput ? features : std::span<const float>(workspace.values[node.inputs[j]]);
  };
  const std::span<const float> x = input(0);
  const std::span<float> y = workspace.values[k];
  NodeSlopes& slopes = workspace.slopes[k];
  switch (node.kind) {
    case NodeKind::kLinear:
      fill_with_bias(node.bias, y);
      kernels::linear_forward(node_affine_[k].weight_by_input, x, y);
      break;
    case NodeKind::kConv2d:
      fill_with_bias(node.bias, y);
      kernels::conv2d_forward(node_affine_[k].conv, node.weight.values, x, y);
      break;
    case NodeKind::kAdd:
      std::copy(x.begin(), x.end(), y.begin());
      for (std::size_t j = 1; j < node.inputs.size(); ++j) {
        const std::span<const float> other = input(j);
        for (std::size_t i = 0; i < y.size(); ++i) y[i] += other[i];
      }
      break;
    case NodeKind::kRelu:
      for (std::size_t i = 0; i < y.size(); ++i) {
        slopes.relu[i] = x[i] > 0 ? 1.0F : 0.0F;
        y[i] = x[i] > 0 ? x[i] : 0.0F;
      }
      break;
    case NodeKind::kMaxPool: {
      const Shape& in = node.inputs[0] == kGraphInput ? model_->graph.input_shape : node_shapes_[node.inputs[0]];
      pool_winners(in, node_shapes_[k], node, x, slopes.winner);
      for (std::size_t i = 0; i < y.size(); ++i) y[i] = x[slopes.winner[i]];
      break;
    }
    case NodeKind::kFlatten:
      std::copy(x.begin(), x.end(), y.begin());
      break;
    case NodeKind::kMax:
      slopes.winner[0] = static_cast<std::int32_t>(std::max_element(x.begin(), x.end()) - x.begin());
      y[0] = x[slopes.winner[0]];
      break;
  }
}

float Plan::forward(std::span<const float> x, InferWorkspace& workspace) const {
  assert(x.size() == model_->dim());
  prepare(workspace);
  run_map(x, workspace);
  return run_graph(workspace.map_values.empty() ? x : std::span<const float>(workspace.map_values.back()), workspace);
}

float Plan::forward_features(std::span<const float> u, InferWorkspace& workspace) const {
  assert(u.size() == element_count(model_->graph.input_shape));
  prepare(workspace);
  return run_graph(u, workspace);
}

float Plan::run_graph(std::span<const float> features, InferWorkspace& workspace) const {
  for (std::size_t k = 0; k < node_shapes_.size(); ++k) run_node(k, features, workspace);
  return workspace.values.back()[0] - model_->threshold;
}

void Plan::push_dual(std::size_t k, InferWorkspace& workspace) const {
  const Node& node = model_->graph.nodes[k];
  const std::span<const float> dual = workspace.duals[k];
  const NodeSlopes& slopes = workspace.slopes[k];
  for (const std::int32_t source : node.inputs) {
    const std::span<float> target = source == kGraphInput ? workspace.feature_dual : workspace.duals[source];
    switch (node.kind) {
      case NodeKind::kLinear:
        kernels::linear_backward(node.weight.values, dual, target);
        break;
      case NodeKind::kConv2d:
        kernels::conv2d_backward(node_affine_[k].conv, node.weight.values, dual, target);
        break;
      case NodeKind::kAdd:
      case NodeKind::kFlatten:
        for (std::size_t i = 0; i < dual.size(); ++i) target[i] += dual[i];
        break;
      case NodeKind::kRelu:
        for (std::size_t i = 0; i < dual.size(); ++i) target[i] += slopes.relu[i] * dual[i];
        break;
      case NodeKind::kMaxPool:
      case NodeKind::kMax:
        for (std::size_t i = 0; i < dual.size(); ++i) target[slopes.winner[i]] += dual[i];
        break;
    }
  }
}

std::span<const float> Plan::backward(InferWorkspace& workspace) const {
  for (auto& dual : workspace.duals) std::fill(dual.begin(), dual.end(), 0.0F);
  std::fill(workspace.feature_dual.begin(), workspace.feature_dual.end(), 0.0F);
  workspace.duals.back()[0] = 1;
  for (std::size_t k = node_shapes_.size(); k-- > 0;) push_dual(k, workspace);
  return workspace.feature_dual;
}

}  // namespace standfast
