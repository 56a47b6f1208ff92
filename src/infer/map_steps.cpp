// The steps of the feature map in float32: forwards for one input or a tile, backwards for one input.
#include <algorithm>
#include <utility>

#include "infer/elementwise.hpp"
#include "infer/plan.hpp"
#include "model/geometry.hpp"
#include "model/knots.hpp"

namespace standfast::infer {

const model::Shape& Plan::shape_before(std::size_t k) const {
  return k == 0 ? model_->input_shape : map_shapes_[k - 1];
}

std::span<float> Plan::find_hidden(std::size_t k, const float* in, std::size_t lanes, AffineScratch& scratch) const {
  const Affine& affine = map_affine_[k];
  const std::span<float> hidden = std::span(scratch.hidden).first(affine.outputs * lanes);
  if (affine.linear) affine.linear->forward(*kernels_, in, hidden.data(), lanes);
  if (affine.conv) affine.conv->forward(*kernels_, in, hidden.data(), lanes, scratch);
  return hidden;
}

void Plan::pull_back_affine(std::size_t k, const float* dual, float* gradient, std::size_t lanes,
                            AffineScratch& scratch) const {
  const Affine& affine = map_affine_[k];
  if (affine.linear) affine.linear->backward(*kernels_, dual, false, gradient, lanes, scratch);
  if (affine.conv) affine.conv->backward(*kernels_, dual, false, gradient, lanes, scratch);
}

void Plan::run_map_step(std::size_t k, const float* in, std::span<float> out, std::size_t lanes,
                        AffineScratch& scratch) const {
  const model::MapStep& step = model_->feature_map[k];
  switch (step.kind) {
    case model::MapKind::kCenter:
      subtract_center(in, step.values, out, lanes);
      break;
    case model::MapKind::kScale:
      multiply_by_scale(in, step.values, out, lanes);
      break;
    case model::MapKind::kLinear:
      map_affine_[k].linear->forward(*kernels_, in, out.data(), lanes);
      break;
    case model::MapKind::kConv2d:
      map_affine_[k].conv->forward(*kernels_, in, out.data(), lanes, scratch);
      break;
    case model::MapKind::kAbs:
      append_abs(in, out);
      break;
    case model::MapKind::kKnots:
      model::run_knots(step, lanes, std::span(in, out.size()), out);
      break;
    case model::MapKind::kConvexPotential: {
      const std::span<float> hidden = find_hidden(k, in, lanes, scratch);
      for (float& value : hidden) value = std::max(value, 0.0F);
      pull_back_affine(k, hidden.data(), out.data(), lanes, scratch);
      for (std::size_t at = 0; at < out.size(); ++at) out[at] = in[at] - out[at];
      break;
    }
    case model::MapKind::kMaxMin:
      order_pairs(in, out, out.size() / static_cast<std::size_t>(map_shapes_[k][0]));
      break;
    case model::MapKind::kPixelUnshuffle:
      model::run_unshuffle(shape_before(k), step.stride, [&](std::size_t from, std::size_t to) {
        std::copy_n(in + from * lanes, lanes, out.begin() + static_cast<std::ptrdiff_t>(to * lanes));
      });
      break;
  }
}

void Plan::pull_back_map_step(std::size_t k, InferWorkspace& workspace) const {
  const model::MapStep& step = model_->feature_map[k];
  AlignedFloats &dual = workspace.input_dual, &next = workspace.other_dual;
  const std::size_t size = model::element_count(shape_before(k));
  const float* const before = k == 0 ? workspace.map_input.data() : workspace.map_values[k - 1].data();
  switch (step.kind) {
    case model::MapKind::kCenter:
      return;
    case model::MapKind::kScale:
      return multiply_by_scale(dual.data(), step.values, dual, 1);
    case model::MapKind::kAbs:
      for (std::size_t i = 0; i < size; ++i) {
        dual[i] += workspace.map_values[k][i] >= 0 ? dual[size + i] : -dual[size + i];
      }
      return dual.resize(size);
    case model::MapKind::kKnots:
      for (std::size_t i = 0; i < size; ++i) dual[i] *= model::slope_of_knots(step, i, workspace.map_input[i]);
      return;
    case model::MapKind::kLinear:
    case model::MapKind::kConv2d:
      next.resize(size);
      pull_back_affine(k, dual.data(), next.data(), 1, workspace.scratch);
      return dual.swap(next);
    case model::MapKind::kConvexPotential: {
      // dual - W^T D W dual, where D keeps the hidden units that are on: W dual is W u + b of dual, less that of 0
      AffineScratch& scratch = workspace.scratch;
      const auto copy_of = [](std::span<const float> values) { return AlignedFloats(values.begin(), values.end()); };
      const AlignedFloats on = copy_of(find_hidden(k, before, 1, scratch));
      next.assign(size, 0.0F);
      const AlignedFloats bias = copy_of(find_hidden(k, next.data(), 1, scratch));
      const std::span<float> slopes = find_hidden(k, dual.data(), 1, scratch);
      for (std::size_t i = 0; i < slopes.size(); ++i) slopes[i] = on[i] > 0 ? slopes[i] - bias[i] : 0.0F;
      pull_back_affine(k, slopes.data(), next.data(), 1, scratch);
      for (std::size_t i = 0; i < size; ++i) dual[i] -= next[i];
      return;
    }
    case model::MapKind::kMaxMin:
      next = dual;
      for (std::size_t i = 0, half = size / static_cast<std::size_t>(shape_before(k)[0]); i < size; ++i) {
        const bool first = i / half % 2 == 0;
        const std::size_t partner = first ? i + half : i - half;
        const bool in_order = first ? before[i] >= before[partner] : before[partner] >= before[i];
        dual[i] = next[in_order ? i : partner];
      }
      return;
    case model::MapKind::kPixelUnshuffle:
      next.resize(size);
      model::run_unshuffle(shape_before(k), step.stride,
                           [&](std::size_t from, std::size_t to) { next[from] = dual[to]; });
      return dual.swap(next);
  }
}

}  // namespace standfast::infer
