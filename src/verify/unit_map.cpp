// A unit of weight w is |w| |x_i - kink|: its slope joins those of its feature, its kink is one more of that feature.
// What the place of a kink may be off by is paid for in the margin.
#include "verify/unit_map.hpp"

#include <algorithm>
#include <cassert>
#include <cmath>

#include "base/rounding.hpp"
#include "model/shape.hpp"

namespace standfast::verify {
namespace {

constexpr double kSmallestUnitWeight = 0x1p-500;
// Below this, relative error bounds do not see what a weight does to a slope.
constexpr double kTinySlope = 0x1p-960;

/// The only entry of a row that is not 0, or the first one of a row of zeros; empty if there are several.
std::optional<std::size_t> only_entry(const model::Tensor& weight, std::size_t row) {
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
bool maps_pixels_alone(const model::MapStep& step) {
  if (step.kind == model::MapKind::kLinear) return true;
  return step.values.shape[2] == 1 && step.values.shape[3] == 1 && step.stride == 1 && step.padding == 0;
}

bool in_range(double weight) {
  const double size = std::fabs(weight);
  return weight == 0 || (size >= kSmallestUnitWeight && size <= 1 / kSmallestUnitWeight);
}

}  // namespace

double error_of_scaled(double error, double size, double gamma, bool is_flat) {
  const double underflow = gamma > 0 && !is_flat && size + error < kTinySlope ? kTinySlope : 0.0;
  return kBoundSlack * (error + gamma * size + underflow);
}

std::optional<UnitMap> UnitMap::of(const model::Model& model) {
  const model::FeatureMap& map = model.feature_map;
  UnitMap result;
  result.dim_ = model.dim();
  result.separable_ = model::is_separable(map);
  result.folded_ = !map.empty() && map.back().kind == model::MapKind::kAbs;
  if (!model::is_affine_with_abs(map) || !(result.separable_ || result.folded_)) return std::nullopt;
  for (std::size_t i = 0; i < result.dim_; ++i) result.feature_.push_back(i);
  result.weight_.assign(result.dim_, 1.0);
  for (const model::MapStep& step : map) {
    // on the way as well: a product that underflows does not come back
    if (!result.add_step(step) || !std::ranges::all_of(result.weight_, in_range)) return std::nullopt;
  }
  if (!result.place_units()) return std::nullopt;
  return result;
}

bool UnitMap::add_step(const model::MapStep& step) {
  if (step.kind == model::MapKind::kCenter || step.kind == model::MapKind::kAbs) return true;
  ++steps_;
  if (step.kind == model::MapKind::kScale) {
    for (std::size_t j = 0; j < weight_.size(); ++j) weight_[j] *= model::broadcast(step.values, j);
    return true;
  }
  if (!maps_pixels_alone(step)) return false;
  const auto rows = static_cast<std::size_t>(step.values.shape[0]);
  const auto columns = static_cast<std::size_t>(step.values.shape[1]);
  const std::size_t pixels = weight_.size() / columns;
  std::vector<std::size_t> feature;
  std::vector<double> weight;
  for (std::size_t o = 0; o < rows; ++o) {
    const std::optional<std::size_t> column = only_entry(step.values, o);
    if (!column) return false;
    const double factor = step.values.values[o * columns + *column];
    for (std::size_t pixel = *column * pixels; pixel < (*column + 1) * pixels; ++pixel) {
      feature.push_back(feature_[pixel]);
      weight.push_back(weight_[pixel] * factor);
    }
  }
  feature_ = std::move(feature);
  weight_ = std::move(weight);
  return true;
}

bool UnitMap::place_units() {
  std::vector<std::size_t> used(dim_, 0);
  for (std::size_t j = 0; j < weight_.size(); ++j) slot_.push_back(weight_[j] == 0 ? 0 : used[feature_[j]]++);
  kinks_ = std::max<std::size_t>(*std::ranges::max_element(used), 1);
  for (std::size_t j = 0; j < weight_.size(); ++j) slot_[j] += feature_[j] * kinks_;
  return kinks_ <= minorant::kMostKinks;
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
