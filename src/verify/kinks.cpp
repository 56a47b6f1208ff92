// A unit of weight w is |w| |x_i - kink|: its coefficient joins those of its feature, its kink is one more of that
// feature. Behind knots a unit is a line and a bend per knot (C50). What the place of a kink may be off by is paid for
// in the margin.
#include "verify/kinks.hpp"

#include <algorithm>
#include <cassert>
#include <cmath>

#include "base/rounding.hpp"
#include "model/knots.hpp"

namespace standfast::verify {
namespace {

// Below this, relative error bounds do not see what a weight does to a coefficient.
constexpr double kTinySlope = 0x1p-960;

}  // namespace

double error_of_scaled(double error, double size, double gamma, bool is_flat) {
  const double underflow = gamma > 0 && !is_flat && size + error < kTinySlope ? kTinySlope : 0.0;
  return kBoundSlack * (error + gamma * size + underflow);
}

ProvenMinorant seen_from_input(const model::UnitMap& map, std::span<const float> x, const ProvenMinorant& from) {
  const std::size_t units = map.weight.size();
  assert(!from.is_separable && from.feature.gradient.size() == (map.has_abs ? 2 : 1) * units);
  ProvenMinorant out;
  minorant::SeparableMinorant& q = out.separable;
  q.coefficient.assign(map.dim, 0.0);
  q.bend.assign(map.has_bends() ? map.dim * map.kinks : 0, 0.0);
  q.offset.assign(q.bend.size(), 0.0);
  out.gradient_error.assign(map.dim, 0.0);
  std::vector<double> size(map.dim, 0.0);
  std::vector<bool> is_flat(map.dim, true);
  double kink_loss = 0, slopes = 0;
  const auto set_bend = [&](std::size_t slot, double bend, double offset, double offset_error) {
    q.bend[slot] = bend;
    q.offset[slot] = offset;
    slopes += std::fabs(bend);
    // moving a kink by delta moves bend * (|offset + d| - |offset|) by at most 2 |bend| delta, whatever d is
    kink_loss += 2 * std::fabs(bend) * (offset_error + map.kink_gamma() * std::fabs(offset));
  };
  for (std::size_t j = 0; j < units; ++j) {
    if (map.weight[j] == 0) continue;
    const std::size_t i = map.feature[j];
    const double w = map.weight[j], scaled = from.feature.gradient[j] * w;
    double coefficient = scaled, stretch = std::fabs(w), error = from.gradient_error[j];
    is_flat[i] = is_flat[i] && from.feature.gradient[j] == 0;
    slopes = 0;
    if (map.knots != nullptr) {
      const auto knot = model::knots_of(*map.knots, i), slope = model::slopes_of(*map.knots, i);
      coefficient *= (static_cast<double>(slope.front()) + slope.back()) / 2;
      stretch *= std::ranges::max(slope);
      for (std::size_t k = 0; k < knot.size(); ++k) {
        const double bend = scaled * ((static_cast<double>(slope[k + 1]) - slope[k]) / 2);
        set_bend(i * map.kinks + k, bend, static_cast<double>(x[i]) - knot[k], 0);
      }
    }
    if (map.has_abs) {
      set_bend(map.slot[j], from.feature.gradient[units + j] * stretch, from.features[j] / w,
               from.features_error[j] / stretch);
      error += from.gradient_error[units + j];
      is_flat[i] = is_flat[i] && from.feature.gradient[units + j] == 0;
    }
    q.coefficient[i] += coefficient;
    size[i] += std::fabs(coefficient) + slopes;
    is_flat[i] = is_flat[i] && error == 0;
    out.gradient_error[i] += error * stretch;
  }
  double zero = 0;  // NaN if a value is not finite
  for (std::size_t i = 0; i < map.dim; ++i) {
    double& error = out.gradient_error[i];
    if (map.has_bends() || map.roundings > 0) error = error_of_scaled(error, size[i], map.gradient_gamma(), is_flat[i]);
    zero += (q.coefficient[i] - q.coefficient[i]) + (error - error) + (size[i] - size[i]);
  }
  for (const double offset : q.offset) zero += offset - offset;
  out.is_separable = true;
  const double margin = map.has_bends() ? from.feature.margin - kBoundSlack * kink_loss : from.feature.margin;
  q.margin = zero == 0 ? margin : -kInfinity;
  return out;
}

}  // namespace standfast::verify
