#include "verify_wide/kinked_map.hpp"

#include <algorithm>
#include <cassert>
#include <cmath>

#include "base/rounding.hpp"
#include "model/shape.hpp"

namespace standfast {
namespace {

constexpr double kSmallestUnitWeight = 0x1p-500;
// Below this, relative error bounds do not see what a weight does to a slope.
constexpr double kTinyPulledSlope = 0x1p-960;

/// The only entry of a row that is not 0, or the first one of a row of zeros; empty where there are several.
std::optional<std::size_t> only_entry(const Tensor& weight, std::size_t row) {
  const std::size_t length = weight.values.size() / static_cast<std::size_t>(weight.shape[0]);
  const auto begin = weight.values.begin() + static_cast<std::ptrdiff_t>(row * length);
  const auto end = begin + static_cast<std::ptrdiff_t>(length);
  const auto is_set = [](float w) { return w != 0; };
  const auto first = std::find_if(begin, end, is_set);
  if (first == end) return 0;
  if (std::find_if(first + 1, end, is_set) != end) return std::nullopt;
  return static_cast<std::size_t>(first - begin);
}

/// One number per pixel and channel, or per element.
bool maps_pixels_alone(const MapStep& step) {
  if (step.kind == MapKind::kLinear) return true;
  return step.values.shape[2] == 1 && step.values.shape[3] == 1 && step.stride == 1 && step.padding == 0;
}

bool in_range(double weight) {
  const double size = std::fabs(weight);
  return weight == 0 || (size >= kSmallestUnitWeight && size <= 1 / kSmallestUnitWeight);
}

}  // namespace

std::optional<KinkedMap> KinkedMap::of(const Model& model) {
  const FeatureMap& map = model.feature_map;
  if (!is_linear_fold(map) || map.empty() || map.back().kind != MapKind::kAbs) return std::nullopt;
  KinkedMap result;
  result.dim_ = model.dim();
  for (std::size_t i = 0; i < result.dim_; ++i) result.feature_.push_back(i);
  result.weight_.assign(result.dim_, 1.0);
  for (const MapStep& step : map) {
    if (step.kind == MapKind::kCenter || step.kind == MapKind::kAbs) continue;
    ++result.weight_steps_;
    if (step.kind == MapKind::kScale) {
      for (std::size_t j = 0; j < result.weight_.size(); ++j) result.weight_[j] *= broadcast(step.values, j);
    } else {
      if (!maps_pixels_alone(step)) return std::nullopt;
      const auto rows = static_cast<std::size_t>(step.values.shape[0]);
      const auto columns = static_cast<std::size_t>(step.values.shape[1]);
      const std::size_t pixels = result.weight_.size() / columns;
      std::vector<std::size_t> feature;
      std::vector<double> weight;
      for (std::size_t o = 0; o < rows; ++o) {
        const std::optional<std::size_t> column = only_entry(step.values, o);
        if (!column) return std::nullopt;
        const double factor = step.values.values[o * columns + *column];
        for (std::size_t pixel = 0; pixel < pixels; ++pixel) {
          feature.push_back(result.feature_[*column * pixels + pixel]);
          weight.push_back(result.weight_[*column * pixels + pixel] * factor);
        }
      }
      result.feature_ = std::move(feature);
      result.weight_ = std::move(weight);
    }
    // on the way as well: a product that underflows does not come back
    if (!std::ranges::all_of(result.weight_, in_range)) return std::nullopt;
  }
  if (!result.place_units()) return std::nullopt;
  return result;
}

bool KinkedMap::place_units() {
  std::vector<std::size_t> used(dim_, 0);
  for (std::size_t j = 0; j < weight_.size(); ++j) slot_.push_back(weight_[j] == 0 ? 0 : used[feature_[j]]++);
  kinks_ = std::max<std::size_t>(*std::ranges::max_element(used), 1);
  for (std::size_t j = 0; j < weight_.size(); ++j) slot_[j] += feature_[j] * kinks_;
  return kinks_ <= kMostKinks;
}

void KinkedMap::bring_back(const ProvenMinorant& from, ProvenMinorant& out) const {
  const std::size_t units = weight_.size();
  assert(!from.is_separable && from.feature.slope.size() == 2 * units && from.features.size() == 2 * units);
  const double gamma = gamma_n(weight_steps_ + kinks_ + 4);
  SeparableMinorant& q = out.separable;
  q.linear.assign(dim_, 0.0);
  q.fold.assign(dim_ * kinks_, 0.0);
  q.offset.assign(dim_ * kinks_, 0.0);
  out.slope_error.assign(dim_, 0.0);
  std::vector<double> size(dim_, 0.0);
  std::vector<bool> flat(dim_, true);
  double kink_loss = 0;
  for (std::size_t j = 0; j < units; ++j) {
    if (weight_[j] == 0) continue;
    const std::size_t i = feature_[j];
    const double w = weight_[j], stretch = std::fabs(w);
    const double a = from.feature.slope[j], b = from.feature.slope[units + j];
    const double error = from.slope_error[j] + from.slope_error[units + j];
    const double linear = a * w, fold = b * stretch, offset = from.features[j] / w;
    q.linear[i] += linear;
    q.fold[slot_[j]] = fold;
    q.offset[slot_[j]] = offset;
    size[i] += std::fabs(linear) + std::fabs(fold);
    flat[i] = flat[i] && a == 0 && b == 0 && error == 0;
    out.slope_error[i] += error * stretch;
    // moving a kink by delta moves fold * (|offset + d| - |offset|) by at most 2 |fold| delta, whatever d is
    kink_loss += 2 * std::fabs(fold) * (from.features_error[j] / stretch + gamma * std::fabs(offset));
  }
  double zero = 0;  // NaN where a value is not finite
  for (std::size_t i = 0; i < dim_; ++i) {
    double& error = out.slope_error[i];
    const double underflow = !flat[i] && size[i] + error < kTinyPulledSlope ? kTinyPulledSlope : 0.0;
    error = kBoundSlack * (error + gamma * size[i] + underflow);
    zero += (q.linear[i] - q.linear[i]) + (error - error) + (size[i] - size[i]);
  }
  for (const double offset : q.offset) zero += offset - offset;
  out.is_separable = true;
  out.reach = kInfinity;
  q.margin = zero == 0 ? from.feature.margin - kBoundSlack * kink_loss : -kInfinity;
}

}  // namespace standfast
