// A separable map is u = scale (x - kink), perhaps with an abs at its end. So the gradient by u, times the scale, is
// the gradient by x: (C5) with the kinks where u is 0. With several kinks each feature has a line and some bends in
// every u that sees it: (C19) and (C50). Products are rounded to nearest, because a search needs no more.
// Taken for granted: scales are above 0, which the model's validation has checked.
#include "search/minorant_at.hpp"

#include <cmath>
#include <utility>

#include "kernels/sweeps.hpp"
#include "model/geometry.hpp"
#include "model/knots.hpp"

namespace standfast::search {

namespace {

/// What the affine part of a map adds to each unit: v(0), in float64.
std::vector<double> constants_of(const model::Model& model) {
  const std::vector<model::Shape> shapes = infer_map_shapes(model.feature_map, model.input_shape).value();
  std::vector<double> v(model.dim(), 0.0);
  for (std::size_t k = 0; k < model.feature_map.size(); ++k) {
    const model::MapStep& step = model.feature_map[k];
    if (step.kind == model::MapKind::kCenter || step.kind == model::MapKind::kScale) {
      const bool scales = step.kind == model::MapKind::kScale;
      for (std::size_t i = 0; i < v.size(); ++i) {
        const double value = model::broadcast(step.values, i);
        v[i] = scales ? v[i] * value : v[i] - value;
      }
    } else if (has_weights(step)) {
      const model::Affine op = affine_of(step, k == 0 ? model.input_shape : shapes[k - 1], shapes[k]);
      std::vector<double> next(model::element_count(op.out));
      for (std::size_t o = 0; o < next.size(); ++o) next[o] = model::bias_of(step.bias, o, next.size());
      for_each_term(op, [&](std::size_t o, std::size_t i, double w) { next[o] += w * v[i]; });
      v = std::move(next);
    }
  }
  return v;
}

}  // namespace

MinorantReader::MinorantReader(const model::Model& model)
    : separable_(model::is_separable(model.feature_map)), scale_(model.dim(), 1.0) {
  const Result<model::UnitMap> map = model::unit_map_of(model);
  if (map.ok() && (!separable_ || map->knots != nullptr)) {
    separable_ = true;
    kinks_ = map->kinks;
    add_outputs(model, *map);
    return;
  }
  for (const model::MapStep& step : model.feature_map) {
    if (step.kind == model::MapKind::kAbs) kinks_ = 1;
    if (step.kind != model::MapKind::kScale || !separable_) continue;
    const auto& values = step.values.values;
    for (std::size_t i = 0; i < scale_.size(); ++i) scale_[i] *= values[values.size() == 1 ? 0 : i];
  }
}

void MinorantReader::add_outputs(const model::Model& model, const model::UnitMap& map) {
  const std::vector<double> constant = map.knots != nullptr ? std::vector<double>() : constants_of(model);
  const std::size_t units = map.weight.size();
  std::vector<std::vector<std::size_t>> units_of(map.dim);
  for (std::size_t j = 0; j < units; ++j) units_of[map.feature[j]].push_back(j);
  place_.assign(map.dim * map.kinks, 0.0);
  for (std::size_t i = 0; i < map.dim; ++i) {
    first_output_.push_back(outputs_.size());
    for (const std::size_t j : units_of[i]) {
      const double w = map.weight[j];
      if (map.knots != nullptr) {
        const auto knot = model::knots_of(*map.knots, i), slope = model::slopes_of(*map.knots, i);
        const std::size_t first = bends_.size();
        for (std::size_t k = 0; k < knot.size(); ++k) {
          place_[i * kinks_ + k] = knot[k];
          bends_.push_back({i * kinks_ + k, w * (static_cast<double>(slope[k + 1]) - slope[k]) / 2});
        }
        outputs_.push_back({j, w * (static_cast<double>(slope.front()) + slope.back()) / 2, first, bends_.size()});
        continue;
      }
      outputs_.push_back({j, w, 0, 0});
      if (w == 0) {
        // a constant, which no change moves
        outputs_.push_back({units + j, 0, 0, 0});
        continue;
      }
      place_[map.slot[j]] = -constant[j] / w;
      bends_.push_back({map.slot[j], std::fabs(w)});
      outputs_.push_back({units + j, 0, bends_.size() - 1, bends_.size()});
    }
  }
  first_output_.push_back(outputs_.size());
}

void MinorantReader::read_several(std::span<const float> x, Lane gradient, FeatureRange range,
                                  minorant::SeparableMinorant& out) const {
  for (std::size_t i = range.begin; i < range.end; ++i) {
    out.coefficient[i] = 0;
    for (std::size_t at = i * kinks_; at < (i + 1) * kinks_; ++at) {
      out.bend[at] = 0;
      out.offset[at] = x[i] - place_[at];
    }
    for (std::size_t o = first_output_[i]; o < first_output_[i + 1]; ++o) {
      const Output& output = outputs_[o];
      const double g = gradient[output.at];
      out.coefficient[i] += g * output.line;
      for (std::size_t b = output.first_bend; b < output.behind_bends; ++b) {
        out.bend[bends_[b].slot] += g * bends_[b].factor;
      }
    }
  }
}

void MinorantReader::read_minorant(std::span<const float> x, Lane features, double margin, Lane gradient,
                                   minorant::SeparableMinorant& out) const {
  const std::size_t dim = scale_.size();
  out.margin = margin;
  out.coefficient.resize(dim);
  out.bend.resize(dim * kinks_);
  out.offset.resize(dim * kinks_);
  if (has_several_kinks()) return read_several(x, gradient, {0, dim}, out);
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
  if (has_several_kinks()) {
    const auto [first, behind] = std::pair(first_output_[range.begin], first_output_[range.end]);
    std::size_t i = range.begin;
    for (std::size_t o = first; o < behind; ++o) {
      while (o >= first_output_[i + 1]) ++i;
      const Output& output = outputs_[o];
      double moved = output.line * change[i];
      for (std::size_t b = output.first_bend; b < output.behind_bends && !bend_change.empty(); ++b) {
        moved += bends_[b].factor * bend_change[bends_[b].slot];
      }
      out[output.at * stride] = static_cast<float>(features[output.at] + moved);
    }
    return;
  }
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
  out.bend.resize(scale_.size() * kinks_);
  out.offset.resize(out.bend.size());
}

void MinorantReader::read_minorant_at(std::span<const float> x, Lane features, Lane gradient, Lane point,
                                      FeatureRange range, minorant::SeparableMinorant& out) const {
  if (has_several_kinks()) {
    for (std::size_t o = first_output_[range.begin]; o < first_output_[range.end]; ++o) {
      const std::size_t at = outputs_[o].at;
      out.margin += gradient[at] * (static_cast<double>(features[at]) - static_cast<double>(point[at]));
    }
    return read_several(x, gradient, range, out);
  }
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
  if (!has_bends()) return;
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
