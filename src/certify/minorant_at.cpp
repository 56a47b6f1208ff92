#include "certify/minorant_at.hpp"

namespace standfast {

MinorantReader::MinorantReader(const Model& model)
    : separable_(is_separable(model.feature_map)), scale_(model.dim(), 1.0) {
  for (const MapStep& step : model.feature_map) {
    folded_ = folded_ || step.kind == MapKind::kAbs;
    if (step.kind != MapKind::kScale || !separable_) continue;
    const auto& values = step.values.values;
    for (std::size_t i = 0; i < scale_.size(); ++i) scale_[i] *= values[values.size() == 1 ? 0 : i];
  }
}

void MinorantReader::read(std::span<const float> x, float logit, const InferWorkspace& workspace,
                          SeparableMinorant& out) const {
  const std::size_t dim = scale_.size();
  const std::span<const float> features =
      workspace.map_values.empty() ? x : std::span<const float>(workspace.map_values.back());
  out.margin = logit;
  out.linear.resize(dim);
  out.fold.resize(folded_ ? dim : 0);
  out.offset.resize(folded_ ? dim : 0);
  for (std::size_t i = 0; i < dim; ++i) out.linear[i] = workspace.feature_dual[i] * scale_[i];
  for (std::size_t i = 0; i < out.fold.size(); ++i) {
    out.fold[i] = workspace.feature_dual[dim + i] * scale_[i];
    out.offset[i] = features[i] / scale_[i];
  }
}

void MinorantReader::read(float logit, const InferWorkspace& workspace, FeatureMinorant& out) const {
  out.margin = logit;
  out.slope.assign(workspace.feature_dual.begin(), workspace.feature_dual.end());
}

}  // namespace standfast
