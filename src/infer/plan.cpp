// The forward pass keeps the slopes and winners of the tangent minorant; the backward pass sends duals down through
// them and ends with the gradient v of (C2). Nothing here is trusted: the verifier repeats it with error bounds.
//
// All memory is the workspace's, sized on its first use. tile.cpp holds the passes of a tile.
#include "infer/plan.hpp"

#include <algorithm>
#include <cassert>
#include <utility>

#include "infer/elementwise.hpp"
#include "kernels/instruction_set.hpp"
#include "model/geometry.hpp"

namespace standfast::infer {
namespace {

kernels::ConvShape conv_shape(const model::Shape& in, const model::Shape& out, const model::Tensor& weight,
                              std::int64_t stride, std::int64_t padding, std::int64_t dilation) {
  return {in[0], in[1], in[2], out[0], out[1], out[2], weight.shape[2], weight.shape[3], stride, padding, dilation};
}

/// The part of an array that belongs to some units.
template <class Values>
auto units_of(Values& values, std::size_t offset, std::size_t size, std::size_t lanes) {
  return std::span(values).subspan(offset * lanes, size * lanes);
}

}  // namespace

Plan::Plan(const model::Model& model) : Plan(model, kernels::kernels_of(kernels::chosen_or_reference())) {}

Plan::Plan(const model::Model& model, const kernels::Kernels& kernels) : model_(&model), kernels_(&kernels) {
  map_shapes_ = std::move(model::infer_map_shapes(model.feature_map, model.input_shape)).value();
  layout_ = lay_out_values(model.graph);

  map_affine_.resize(model.feature_map.size());
  for (std::size_t k = 0; k < model.feature_map.size(); ++k) {
    const model::MapStep& step = model.feature_map[k];
    const model::Shape& in = k == 0 ? model.input_shape : map_shapes_[k - 1];
    if (!model::has_weights(step) && step.kind != model::MapKind::kConvexPotential) continue;
    const model::Affine op = model::affine_of(step, in);
    map_affine_[k].outputs = model::element_count(op.out);
    if (op.is_conv) {
      const auto shape = conv_shape(in, op.out, step.values, step.stride, step.padding, step.dilation);
      map_affine_[k].conv.emplace(shape, step.values, step.bias, true);
    } else {
      map_affine_[k].linear.emplace().append_rows(step.values, step.bias);
      map_affine_[k].linear->pack_weights(true);
      most_rows_ = std::max(most_rows_, map_affine_[k].linear->outputs());
    }
    if (!model::has_weights(step)) most_hidden_ = std::max(most_hidden_, map_affine_[k].outputs);
  }
  for (const Stack& stack : layout_.stacks) {
    LinearMap& map = stacks_.emplace_back();
    for (const std::size_t k : stack.nodes) map.append_rows(model.graph.nodes[k].weight, model.graph.nodes[k].bias);
    map.pack_weights(true);
    most_rows_ = std::max(most_rows_, map.outputs());
  }
  convs_.resize(model.graph.nodes.size());
  for (std::size_t k = 0; k < model.graph.nodes.size(); ++k) {
    const model::Node& node = model.graph.nodes[k];
    if (node.kind != model::NodeKind::kConv2d) continue;
    const auto shape = conv_shape(source_shape(node.inputs[0]), layout_.shapes[k], node.weight, node.stride,
                                  node.padding, node.dilation);
    convs_[k].emplace(shape, node.weight, node.bias, true);
  }
}

Status Plan::check_environment() {
  const auto& chosen = kernels::chosen_set();
  return chosen.ok() ? Status() : Status(chosen.error());
}

const model::Shape& Plan::source_shape(std::int32_t source) const {
  return source == model::kGraphInput ? model_->graph.input_shape : layout_.shapes[static_cast<std::size_t>(source)];
}

std::size_t Plan::source_size(std::int32_t source) const { return model::element_count(source_shape(source)); }

void Plan::size_workspace(InferWorkspace& workspace, std::size_t lanes) const {
  if (workspace.slopes.size() == layout_.shapes.size()) return;
  workspace.map_values.resize(map_shapes_.size());
  for (std::size_t k = 0; k < map_shapes_.size(); ++k) {
    workspace.map_values[k].resize(model::element_count(map_shapes_[k]) * lanes);
  }
  workspace.values.resize(layout_.units * lanes);
  workspace.duals.resize(layout_.units * lanes);
  workspace.feature_dual.resize(model::element_count(model_->graph.input_shape) * lanes);
  workspace.slopes.resize(layout_.shapes.size());
  for (std::size_t k = 0; k < layout_.shapes.size(); ++k) {
    const model::NodeKind kind = model_->graph.nodes[k].kind;
    const std::size_t size = layout_.size(k) * lanes;
    if (kind == model::NodeKind::kRelu) workspace.slopes[k].relu.resize(size);
    const bool picks =
        kind == model::NodeKind::kMaxPool || kind == model::NodeKind::kMax || kind == model::NodeKind::kMin;
    if (picks) workspace.slopes[k].winner.resize(size);
  }
  workspace.scratch.rows.resize(most_rows_);
  workspace.scratch.scales.resize(most_rows_);
  workspace.scratch.hidden.resize(most_hidden_ * lanes);
  for (const Affine& affine : map_affine_) {
    if (affine.conv) affine.conv->reserve_scratch(workspace.scratch);
  }
  for (const auto& conv : convs_) {
    if (conv) conv->reserve_scratch(workspace.scratch);
  }
}

const float* Plan::values_of(std::int32_t source, const Pass& pass, const InferWorkspace& workspace) const {
  const std::int32_t root = layout_.root_of(source);
  if (root == model::kGraphInput) return pass.features;
  return workspace.values.data() + layout_.offset[static_cast<std::size_t>(root)] * pass.lanes;
}

float* Plan::duals_of(std::int32_t source, const Pass& pass, InferWorkspace& workspace) const {
  const std::int32_t root = layout_.root_of(source);
  if (root == model::kGraphInput) return workspace.feature_dual.data();
  return workspace.duals.data() + layout_.offset[static_cast<std::size_t>(root)] * pass.lanes;
}

void Plan::run_node(std::size_t k, const Pass& pass, InferWorkspace& workspace) const {
  const model::Node& node = model_->graph.nodes[k];
  const auto input = [&](std::size_t j) { return values_of(node.inputs[j], pass, workspace); };
  const auto y = units_of(workspace.values, layout_.offset[k], layout_.size(k), pass.lanes);
  minorant::NodeSlopes& slopes = workspace.slopes[k];
  switch (node.kind) {
    case model::NodeKind::kLinear: {
      const std::size_t stack = layout_.stack_of[k];
      if (layout_.stacks[stack].nodes.front() == k) stacks_[stack].forward(*kernels_, input(0), y.data(), pass.lanes);
      break;
    }
    case model::NodeKind::kConv2d:
      convs_[k]->forward(*kernels_, input(0), y.data(), pass.lanes, workspace.scratch);
      break;
    case model::NodeKind::kAdd:
      add_values(input(0), input(1), y);
      for (std::size_t j = 2; j < node.inputs.size(); ++j) add_values(y.data(), input(j), y);
      break;
    case model::NodeKind::kRelu:
      apply_relu(input(0), y, slopes.relu);
      break;
    case model::NodeKind::kMaxPool: {
      const model::Shape& in = source_shape(node.inputs[0]);
      find_window_maxima({in[0], in[1], in[2], node.kernel, node.kernel, node.stride}, input(0), y, slopes.winner,
                         pass.lanes);
      break;
    }
    case model::NodeKind::kMax: {
      const auto size = static_cast<std::int64_t>(source_size(node.inputs[0]));
      find_window_maxima({1, 1, size, 1, size, 1}, input(0), y, slopes.winner, pass.lanes);
      break;
    }
    case model::NodeKind::kMin:
      std::ranges::copy(std::span(input(0), pass.lanes), y.begin());
      std::ranges::fill(slopes.winner, 0);
      for (std::size_t j = 1; j < node.inputs.size(); ++j) {
        lower_to(input(j), static_cast<std::int32_t>(j), y, slopes.winner);
      }
      break;
    case model::NodeKind::kFlatten:
      break;  // the value that it reads
  }
}

void Plan::run_graph(const Pass& pass, InferWorkspace& workspace) const {
  for (std::size_t k = 0; k < layout_.shapes.size(); ++k) {
    if (model_->graph.nodes[k].kind != model::NodeKind::kFlatten) run_node(k, pass, workspace);
  }
}

float Plan::forward(std::span<const float> x, InferWorkspace& workspace) const {
  assert(x.size() == model_->dim());
  size_workspace(workspace, 1);
  const bool bends_at_once = model::has_knots(model_->feature_map) || model::is_deep(model_->feature_map);
  if (bends_at_once) workspace.map_input.assign(x.begin(), x.end());
  std::span<const float> in = x;
  for (std::size_t k = 0; k < map_shapes_.size(); ++k) {
    run_map_step(k, in.data(), workspace.map_values[k], 1, workspace.scratch);
    in = workspace.map_values[k];
  }
  return forward_features(in, workspace);
}

float Plan::forward_features(std::span<const float> u, InferWorkspace& workspace) const {
  assert(u.size() == model::element_count(model_->graph.input_shape));
  size_workspace(workspace, 1);
  const Pass pass{u.data(), 1};
  run_graph(pass, workspace);
  return *values_of(layout_.root.back(), pass, workspace) - model_->threshold;
}

std::span<const float> Plan::backward(InferWorkspace& workspace) const {
  run_backward({nullptr, 1}, 1, workspace);
  return workspace.feature_dual;
}

std::span<const float> Plan::input_gradient(InferWorkspace& workspace) const {
  backward(workspace);
  workspace.input_dual = workspace.feature_dual;
  for (std::size_t k = map_shapes_.size(); k-- > 0;) pull_back_map_step(k, workspace);
  return workspace.input_dual;
}

void Plan::send_node_dual(std::size_t k, const Pass& pass, InferWorkspace& workspace) const {
  const model::Node& node = model_->graph.nodes[k];
  const auto own = units_of(std::as_const(workspace.duals), layout_.offset[k], layout_.size(k), pass.lanes);
  const minorant::NodeSlopes& slopes = workspace.slopes[k];
  for (std::size_t j = 0; j < layout_.adds[k].size(); ++j) {
    const bool adds = layout_.adds[k][j];
    float* target = duals_of(node.inputs[j], pass, workspace);
    switch (node.kind) {
      case model::NodeKind::kLinear:
        stacks_[layout_.stack_of[k]].backward(*kernels_, own.data(), adds, target, pass.lanes, workspace.scratch);
        break;
      case model::NodeKind::kConv2d:
        convs_[k]->backward(*kernels_, own.data(), adds, target, pass.lanes, workspace.scratch);
        break;
      case model::NodeKind::kAdd:
        send_dual(own, adds, target);
        break;
      case model::NodeKind::kRelu:
        send_through_slopes(own, slopes.relu, adds, target);
        break;
      case model::NodeKind::kMaxPool:
      case model::NodeKind::kMax:
        if (!adds) std::fill_n(target, source_size(node.inputs[j]) * pass.lanes, 0.0F);
        send_to_winners(own, slopes.winner, pass.lanes, target);
        break;
      case model::NodeKind::kMin:
        send_to_picked(own, slopes.winner, static_cast<std::int32_t>(j), adds, target);
        break;
      case model::NodeKind::kFlatten:
        break;  // its dual is that of what it reads
    }
  }
}

void Plan::run_backward(const Pass& pass, std::size_t count, InferWorkspace& workspace) const {
  float* score = duals_of(layout_.root.back(), pass, workspace);
  std::fill_n(score, pass.lanes, 0.0F);
  std::fill_n(score, count, 1.0F);
  for (const std::size_t k : layout_.unread) {
    std::ranges::fill(units_of(workspace.duals, layout_.offset[k], layout_.size(k), pass.lanes), 0.0F);
  }
  for (std::size_t k = layout_.shapes.size(); k-- > 0;) send_node_dual(k, pass, workspace);
}

}  // namespace standfast::infer
