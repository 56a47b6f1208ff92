// A unit of weight w is |w| |x_i - kink|: its slope joins those of its feature, its kink is one more of that feature.
// What the place of a kink may be off by is paid for in the margin.
#include "verify/unit_map.hpp"

#include <algorithm>
#include <cassert>
#include <cmath>
#include <string>
#include <utility>

#include "base/rounding.hpp"
#include "base/try.hpp"
#include "verify/affine.hpp"

namespace standfast::verify {
namespace {

// Products of weights and float32 numbers stay far from underflow.
constexpr double kSmallestUnitWeight = 0x1p-500;
// Below this, relative error bounds do not see what a weight does to a slope.
constexpr double kTinySlope = 0x1p-960;

/// One number per pixel and channel, or per element.
bool maps_pixels_alone(const model::MapStep& step) {
  if (step.kind == model::MapKind::kLinear) return true;
  return step.values.shape[2] == 1 && step.values.shape[3] == 1 && step.stride == 1 && step.padding == 0;
}

Error unsupported(const std::string& found_and_expected) {
  return {ErrorCode::kUnsupported, "feature map: " + found_and_expected};
}

}  // namespace

double error_of_scaled(double error, double size, double gamma, bool is_flat) {
  const double underflow = gamma > 0 && !is_flat && size + error < kTinySlope ? kTinySlope : 0.0;
  return kBoundSlack * (error + gamma * size + underflow);
}

Result<UnitMap> UnitMap::of(const model::Model& model) {
  const model::FeatureMap& map = model.feature_map;
  UnitMap result;
  result.dim_ = model.dim();
  result.separable_ = model::is_separable(map);
  result.folded_ = !map.empty() && map.back().kind == model::MapKind::kAbs;
  if (!model::is_affine_with_abs(map) || !(result.separable_ || result.folded_)) {
    return unsupported("found no abs at the end of a map that mixes features, expected one there");
  }
  for (std::size_t i = 0; i < result.dim_; ++i) result.feature_.push_back(i);
  result.weight_.assign(result.dim_, 1.0);
  STANDFAST_TRY(const std::vector<model::Shape> shapes, model::infer_map_shapes(map, model.input_shape));
  for (std::size_t k = 0; k < map.size(); ++k) {
    STANDFAST_CHECK(result.add_step(map[k], k == 0 ? model.input_shape : shapes[k - 1], shapes[k]));
  }
  STANDFAST_CHECK(result.place_units());
  return result;
}

Status UnitMap::add_step(const model::MapStep& step, const model::Shape& in, const model::Shape& out) {
  if (step.kind == model::MapKind::kCenter || step.kind == model::MapKind::kAbs) return {};
  ++steps_;
  if (step.kind == model::MapKind::kScale) {
    for (std::size_t j = 0; j < weight_.size(); ++j) weight_[j] *= model::broadcast(step.values, j);
  } else {
    if (!maps_pixels_alone(step)) return unsupported("found a convolution, expected one of single pixels");
    const std::size_t units = model::element_count(out);
    std::vector<std::size_t> inputs_seen(units, 0), feature(units, 0);
    std::vector<double> weight(units, 0.0);
    for_each_term(affine_of(step, in, out), [&](std::size_t unit, std::size_t input, double w) {
      if (w == 0) return;
      ++inputs_seen[unit];
      feature[unit] = feature_[input];
      weight[unit] = weight_[input] * w;
    });
    if (*std::ranges::max_element(inputs_seen) > 1)
      return unsupported("found a unit of several features, expected one");
    feature_ = std::move(feature);
    weight_ = std::move(weight);
  }
  // after each step: a product that underflows does not come back
  for (std::size_t j = 0; j < weight_.size(); ++j) {
    const double size = std::fabs(weight_[j]);
    if (size == 0 || (size >= kSmallestUnitWeight && size <= 1 / kSmallestUnitWeight)) continue;
    return unsupported("a product of the scales of feature " + std::to_string(feature_[j]) + " is " +
                       std::to_string(weight_[j]) + ", expected 2^-500 to 2^500");
  }
  return {};
}

Status UnitMap::place_units() {
  std::vector<std::size_t> used(dim_, 0);
  for (std::size_t j = 0; j < weight_.size(); ++j) slot_.push_back(weight_[j] == 0 ? 0 : used[feature_[j]]++);
  kinks_ = std::max<std::size_t>(*std::ranges::max_element(used), 1);
  for (std::size_t j = 0; j < weight_.size(); ++j) slot_[j] += feature_[j] * kinks_;
  if (kinks_ <= minorant::kMostKinks) return {};
  return unsupported("found " + std::to_string(kinks_) + " units of one feature, expected at most " +
                     std::to_string(minorant::kMostKinks));
}

double UnitMap::kink_gamma() const { return gamma_n(separable_ ? steps_ + 2 : steps_ + kinks_ + 4); }

ProvenMinorant UnitMap::seen_from_input(const ProvenMinorant& from) const {
  const std::size_t units = weight_.size();
  assert(!from.is_separable && from.feature.slope.size() == (folded_ ? 2 : 1) * units);
  ProvenMinorant out;
  minorant::SeparableMinorant& q = out.separable;
  q.linear.assign(dim_, 0.0);
  q.fold.assign(folded_ ? dim_ * kinks_ : 0, 0.0);
  q.offset.assign(q.fold.size(), 0.0);
  out.slope_error.assign(dim_, 0.0);
  std::vector<double> size(dim_, 0.0);
  std::vector<bool> is_flat(dim_, true);
  double kink_loss = 0;
  for (std::size_t j = 0; j < units; ++j) {
    if (weight_[j] == 0) continue;
    const std::size_t i = feature_[j];
    const double w = weight_[j], stretch = std::fabs(w);
    const double linear = from.feature.slope[j] * w;
    double slopes = std::fabs(linear), error = from.slope_error[j];
    q.linear[i] += linear;
    is_flat[i] = is_flat[i] && from.feature.slope[j] == 0;
    if (folded_) {
      const double fold = from.feature.slope[units + j] * stretch, offset = from.features[j] / w;
      q.fold[slot_[j]] = fold;
      q.offset[slot_[j]] = offset;
      slopes += std::fabs(fold);
      error += from.slope_error[units + j];
      is_flat[i] = is_flat[i] && from.feature.slope[units + j] == 0;
      // moving a kink by delta moves fold * (|offset + d| - |offset|) by at most 2 |fold| delta, whatever d is
      kink_loss += 2 * std::fabs(fold) * (from.features_error[j] / stretch + kink_gamma() * std::fabs(offset));
    }
    size[i] += slopes;
    is_flat[i] = is_flat[i] && error == 0;
    out.slope_error[i] += error * stretch;
  }
  double zero = 0;  // NaN if a value is not finite
  for (std::size_t i = 0; i < dim_; ++i) {
    double& error = out.slope_error[i];
    if (folded_ || steps_ > 0) error = error_of_scaled(error, size[i], slope_gamma(), is_flat[i]);
    zero += (q.linear[i] - q.linear[i]) + (error - error) + (size[i] - size[i]);
  }
  for (const double offset : q.offset) zero += offset - offset;
  out.is_separable = true;
  const double margin = folded_ ? from.feature.margin - kBoundSlack * kink_loss : from.feature.margin;
  q.margin = zero == 0 ? margin : -kInfinity;
  return out;
}

}  // namespace standfast::verify
