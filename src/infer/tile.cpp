// The passes of a tile. A few inputs go one by one, which costs less than a tile's idle lanes and gives the same bits.
#include <algorithm>
#include <cassert>

#include "infer/elementwise.hpp"
#include "infer/plan.hpp"

namespace standfast::infer {
namespace {

/// So many inputs go one by one. A tile takes about five times as long as one input, most of it for lanes that may be
/// idle.
constexpr std::size_t kFew = 4;

void copy_slopes_to_lane(const minorant::Slopes& one, std::size_t lane, minorant::Slopes& tile) {
  for (std::size_t k = 0; k < one.size(); ++k) {
    copy_to_lane(std::span(one[k].relu), lane, tile[k].relu.data());
    copy_to_lane(std::span(one[k].winner), lane, tile[k].winner.data());
  }
}

void copy_slopes_from_lane(const minorant::Slopes& tile, std::size_t lane, minorant::Slopes& one) {
  for (std::size_t k = 0; k < one.size(); ++k) {
    copy_from_lane(tile[k].relu.data(), lane, std::span(one[k].relu));
    copy_from_lane(tile[k].winner.data(), lane, std::span(one[k].winner));
  }
}

/// Lanes before this one keep what they hold; from it on they become 0.
void copy_to_first_free_lane(std::span<const float> one, std::size_t lane, AlignedFloats& tile) {
  for (std::size_t i = 0; i < one.size(); ++i) {
    float* unit = tile.data() + i * kLanes;
    if (lane == 0) std::fill_n(unit, kLanes, 0.0F);
    unit[lane] = one[i];
  }
}

}  // namespace

void Plan::prepare_tile(TileWorkspace& workspace) const {
  if (!workspace.features.empty()) return;
  size_workspace(workspace, kLanes);
  workspace.features.resize(model::element_count(model_->graph.input_shape) * kLanes);
  // the last step writes the features, and without any step they are the inputs
  if (!map_shapes_.empty()) {
    workspace.map_values.back() = {};
    workspace.inputs.resize(model_->dim() * kLanes);
  }
}

void Plan::forward_tile(std::span<const float> x, std::size_t count, TileWorkspace& workspace,
                        std::span<float> logits) const {
  const std::size_t dim = model_->dim();
  assert(count >= 1 && count <= kLanes && x.size() == count * dim);
  prepare_tile(workspace);
  workspace.count = count;
  if (count <= kFew) {
    for (std::size_t lane = 0; lane < count; ++lane) {
      const std::span<const float> input = x.subspan(lane * dim, dim);
      logits[lane] = forward(input, workspace.one);
      const AlignedFloats* mapped = map_shapes_.empty() ? nullptr : &workspace.one.map_values.back();
      copy_to_first_free_lane(mapped == nullptr ? input : std::span<const float>(*mapped), lane, workspace.features);
      copy_slopes_to_lane(workspace.one.slopes, lane, workspace.slopes);
    }
    return;
  }
  AlignedFloats* in = map_shapes_.empty() ? &workspace.features : &workspace.inputs;
  copy_to_tile(x, count, in->data());
  for (std::size_t k = 0; k < map_shapes_.size(); ++k) {
    AlignedFloats* out = k + 1 < map_shapes_.size() ? &workspace.map_values[k] : &workspace.features;
    run_map_step(k, in->data(), *out, kLanes, workspace.scratch);
    in = out;
  }
  if (!map_shapes_.empty()) clear_idle_lanes(workspace.features, count);
  run_tile(workspace, logits);
}

void Plan::forward_features_tile(std::size_t count, TileWorkspace& workspace, std::span<float> logits) const {
  assert(count >= 1 && count <= kLanes);
  prepare_tile(workspace);
  workspace.count = count;
  if (count > kFew) {
    run_tile(workspace, logits);
    return;
  }
  workspace.inputs.resize(std::max(workspace.inputs.size(), workspace.features.size() / kLanes));
  const std::span<float> u = std::span(workspace.inputs).first(workspace.features.size() / kLanes);
  for (std::size_t lane = 0; lane < count; ++lane) {
    copy_from_lane(workspace.features.data(), lane, u);
    logits[lane] = forward_features(u, workspace.one);
    copy_slopes_to_lane(workspace.one.slopes, lane, workspace.slopes);
  }
}

void Plan::run_tile(TileWorkspace& workspace, std::span<float> logits) const {
  const Pass pass{workspace.features.data(), kLanes};
  run_graph(pass, workspace);
  const float* score = values_of(layout_.root.back(), pass, workspace);
  for (std::size_t i = 0; i < workspace.count; ++i) logits[i] = score[i] - model_->threshold;
}

void Plan::backward_tile(TileWorkspace& workspace) const {
  if (workspace.count > kFew) {
    run_backward({workspace.features.data(), kLanes}, workspace.count, workspace);
    return;
  }
  for (std::size_t lane = 0; lane < workspace.count; ++lane) {
    copy_slopes_from_lane(workspace.slopes, lane, workspace.one.slopes);
    copy_to_first_free_lane(backward(workspace.one), lane, workspace.feature_dual);
    for (std::size_t k = 0; k < layout_.shapes.size(); ++k) {
      if (model_->graph.nodes[k].kind != model::NodeKind::kRelu) continue;
      const auto dual = std::span<const float>(workspace.one.duals).subspan(layout_.offset[k], layout_.size(k));
      copy_to_lane(dual, lane, workspace.duals.data() + layout_.offset[k] * kLanes);
    }
  }
}

void Plan::read_relu_duals(const TileWorkspace& workspace, std::size_t lane, std::vector<float>& out) const {
  out.clear();
  for (std::size_t k = 0; k < layout_.shapes.size(); ++k) {
    if (model_->graph.nodes[k].kind != model::NodeKind::kRelu) continue;
    const float* dual = workspace.duals.data() + layout_.offset[k] * kLanes + lane;
    for (std::size_t unit = 0; unit < layout_.size(k); ++unit) out.push_back(dual[unit * kLanes]);
  }
}

}  // namespace standfast::infer
