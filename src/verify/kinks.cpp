// A unit of weight w is |w| |x_i - kink|: its coefficient joins those of its feature, its kink is one more of that
// feature. What the place of a kink may be off by is paid for in the margin.
#include "verify/kinks.hpp"

#include <cassert>
#include <cmath>

#include "base/rounding.hpp"

namespace standfast::verify {
namespace {

// Below this, relative error bounds do not see what a weight does to a coefficient.
constexpr double kTinySlope = 0x1p-960;

}  // namespace

double error_of_scaled(double error, double size, double gamma, bool is_flat) {
  const double underflow = gamma > 0 && !is_flat && size + error < kTinySlope ? kTinySlope : 0.0;
  return kBoundSlack * (error + gamma * size + underflow);
}

ProvenMinorant seen_from_input(const model::UnitMap& map, const ProvenMinorant& from) {
  const std::size_t units = map.weight.size();
  assert(!from.is_separable && from.feature.gradient.size() == (map.has_abs ? 2 : 1) * units);
  ProvenMinorant out;
  minorant::SeparableMinorant& q = out.separable;
  q.coefficient.assign(map.dim, 0.0);
  q.bend.assign(map.has_abs ? map.dim * map.kinks : 0, 0.0);
  q.offset.assign(q.bend.size(), 0.0);
  out.gradient_error.assign(map.dim, 0.0);
  std::vector<double> size(map.dim, 0.0);
  std::vector<bool> is_flat(map.dim, true);
  double kink_loss = 0;
  for (std::size_t j = 0; j < units; ++j) {
    if (map.weight[j] == 0) continue;
    const std::size_t i = map.feature[j];
    const double w = map.weight[j], stretch = std::fabs(w);
    const double coefficient = from.feature.gradient[j] * w;
    double slopes = std::fabs(coefficient), error = from.gradient_error[j];
    q.coefficient[i] += coefficient;
    is_flat[i] = is_flat[i] && from.feature.gradient[j] == 0;
    if (map.has_abs) {
      const double bend = from.feature.gradient[units + j] * stretch, offset = from.features[j] / w;
      q.bend[map.slot[j]] = bend;
      q.offset[map.slot[j]] = offset;
      slopes += std::fabs(bend);
      error += from.gradient_error[units + j];
      is_flat[i] = is_flat[i] && from.feature.gradient[units + j] == 0;
      // moving a kink by delta moves bend * (|offset + d| - |offset|) by at most 2 |bend| delta, whatever d is
      kink_loss += 2 * std::fabs(bend) * (from.features_error[j] / stretch + map.kink_gamma() * std::fabs(offset));
    }
    size[i] += slopes;
    is_flat[i] = is_flat[i] && error == 0;
    out.gradient_error[i] += error * stretch;
  }
  double zero = 0;  // NaN if a value is not finite
  for (std::size_t i = 0; i < map.dim; ++i) {
    double& error = out.gradient_error[i];
    if (map.has_abs || map.roundings > 0) error = error_of_scaled(error, size[i], map.gradient_gamma(), is_flat[i]);
    zero += (q.coefficient[i] - q.coefficient[i]) + (error - error) + (size[i] - size[i]);
  }
  for (const double offset : q.offset) zero += offset - offset;
  out.is_separable = true;
  const double margin = map.has_abs ? from.feature.margin - kBoundSlack * kink_loss : from.feature.margin;
  q.margin = zero == 0 ? margin : -kInfinity;
  return out;
}

}  // namespace standfast::verify
