// A separable map is u = scale (x - kink), perhaps with an abs at its end. So the gradient by u, times the scale, is
// the gradient by x: (C5) with the kinks where u is 0. Products are rounded to nearest, because a search needs no more.
// Taken for granted: scales are above 0, which the model's validation has checked.
#include "search/minorant_at.hpp"

#include "kernels/sweeps.hpp"

namespace standfast::search {

MinorantReader::MinorantReader(const model::Model& model)
    : separable_(model::is_separable(model.feature_map)), scale_(model.dim(), 1.0) {
  for (const model::MapStep& step : model.feature_map) {
    has_bends_ = has_bends_ || step.kind == model::MapKind::kAbs;
    if (step.kind != model::MapKind::kScale || !separable_) continue;
    const auto& values = step.values.values;
    for (std::size_t i = 0; i < scale_.size(); ++i) scale_[i] *= values[values.size() == 1 ? 0 : i];
  }
}

void MinorantReader::read_minorant(Lane features, double margin, Lane gradient,
                                   minorant::SeparableMinorant& out) const {
  const std::size_t dim = scale_.size();
  out.margin = margin;
  out.coefficient.resize(dim);
  out.bend.resize(has_bends_ ? dim : 0);
  out.offset.resize(has_bends_ ? dim : 0);
  for (std::size_t i = 0; i < dim; ++i) out.coefficient[i] = gradient[i] * scale_[i];
  for (std::size_t i = 0; i < out.bend.size(); ++i) {
    out.bend[i] = gradient[dim + i] * scale_[i];
    out.offset[i] = features[i] / scale_[i];
  }
}

void MinorantReader::read_minorant(double margin, Lane gradient, std::size_t size, minorant::FeatureMinorant& out) {
  out.margin = margin;
  out.gradient.resize(size);
  for (std::size_t i = 0; i < size; ++i) out.gradient[i] = gradient[i];
}

void MinorantReader::move_features(Lane features, std::span<const double> change, std::span<const double> bend_change,
                                   FeatureRange range, float* out, std::size_t stride) const {
  const std::size_t dim = scale_.size();
  for (std::size_t i = range.begin; i < range.end; ++i) {
    out[i * stride] = static_cast<float>(features[i] + scale_[i] * change[i]);
  }
  for (std::size_t i = range.begin; i < range.end && !bend_change.empty(); ++i) {
    out[(dim + i) * stride] = static_cast<float>(features[dim + i] + scale_[i] * bend_change[i]);
  }
}

void MinorantReader::start_minorant_at(double value, minorant::SeparableMinorant& out) const {
  out.margin = value;
  out.coefficient.resize(scale_.size());
  out.bend.resize(has_bends_ ? scale_.size() : 0);
  out.offset.resize(out.bend.size());
}

void MinorantReader::read_minorant_at(Lane features, Lane gradient, Lane point, FeatureRange range,
                                      minorant::SeparableMinorant& out) const {
  const auto part = [&](std::size_t first, std::vector<double>& to) {
    double change = 0;
    for (std::size_t i = range.begin; i < range.end; ++i) {
      const std::size_t at = first + i;
      const double s = gradient[at];
      change += s * (static_cast<double>(features[at]) - static_cast<double>(point[at]));
      to[i] = s * scale_[i];
    }
    return change;
  };
  out.margin += part(0, out.coefficient);
  if (!has_bends_) return;
  out.margin += part(scale_.size(), out.bend);
  for (std::size_t i = range.begin; i < range.end; ++i) out.offset[i] = features[i] / scale_[i];
}

void sum_weighted(std::span<const minorant::SeparableMinorant> minorants, std::span<const double> weights,
                  minorant::SeparableMinorant& out) {
  out = minorants.front();
  const auto scale = [](std::vector<double>& values, double w) {
    for (double& v : values) v *= w;
  };
  out.margin *= weights.front();
  scale(out.coefficient, weights.front());
  scale(out.bend, weights.front());
  const auto add_scaled = kernels::sweeps().add_scaled;
  for (std::size_t j = 1; j < minorants.size(); ++j) {
    out.margin += weights[j] * minorants[j].margin;
    add_scaled(out.coefficient.size(), weights[j], minorants[j].coefficient.data(), out.coefficient.data());
    add_scaled(out.bend.size(), weights[j], minorants[j].bend.data(), out.bend.data());
  }
}

}  // namespace standfast::search
