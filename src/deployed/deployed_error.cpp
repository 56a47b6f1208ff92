#include "deployed/deployed_error.hpp"

#include <algorithm>
#include <cmath>

#include "base/rounding.hpp"
#include "deployed/absolute_pass.hpp"

namespace standfast::deployed {
namespace {

// Half of what float32 holds, so that no rounding reaches infinity.
constexpr double kLargestMagnitude = 0x1p127;
// One pass per piece up to this cost; beyond, the sum over the pieces, which is as sound and larger.
constexpr std::size_t kMostProducts = std::size_t{1} << 28;

/// The larger of two bounds, everywhere.
void raise_to(const AbsoluteBound& other, AbsoluteBound& bound) {
  bound.constant = std::max(bound.constant, other.constant);
  for (std::size_t i = 0; i < bound.slope.size(); ++i) bound.slope[i] = std::max(bound.slope[i], other.slope[i]);
}

/// Rounding is monotone, so the rounded logit is the largest, or smallest, of the rounded pieces, each with its own
/// error.
AbsoluteBound logit_error(AbsolutePass& pass) {
  if (pass.pieces() > kMostProducts / std::max<std::size_t>(pass.products(), 1)) return pass.error();
  AbsoluteBound bound = pass.error_of_piece(0);
  for (std::size_t piece = 1; piece < pass.pieces(); ++piece) raise_to(pass.error_of_piece(piece), bound);
  return bound;
}

bool all_finite(const AbsoluteBound& bound) {
  return std::isfinite(bound.constant) &&
         std::all_of(bound.slope.begin(), bound.slope.end(), [](double s) { return std::isfinite(s); });
}

/// Where sum_i |x_i - centre_i| is at most this, no value of the pass leaves float32. Rounded down.
double largest_sum(const AbsoluteBound& magnitude) {
  if (!all_finite(magnitude) || !(magnitude.constant < kLargestMagnitude)) return -1;
  const double steepest = *std::max_element(magnitude.slope.begin(), magnitude.slope.end());
  return (kLargestMagnitude - magnitude.constant) / steepest * (1 - 8 * kUnitRoundoff);
}

DeployedError no_bound(std::size_t dim) { return {kInfinity, std::vector<double>(dim, 0.0), {}, -1}; }

/// constant + slope . distance, rounded up; distance(i) carries at most one rounding.
template <class Distance>
double rounded_up(const DeployedError& error, Distance&& distance) {
  double total = error.constant, sum = 0;
  for (std::size_t i = 0; i < error.slope.size(); ++i) {
    const double d = distance(i);
    sum += d;
    total += error.slope[i] * d;
  }
  const double factor = 1 + 2 * gamma_n(error.slope.size() + 4);
  // negated, so that NaN counts as too large
  if (!(sum * factor <= error.largest_sum) || !(total * factor < kInfinity)) return kInfinity;
  return total * factor;
}

}  // namespace

double DeployedError::at(std::span<const float> x) const {
  return rounded_up(*this, [&](std::size_t i) {
    const double value = x[i];
    return std::fabs(centre.empty() ? value : value - centre[i]);
  });
}

double DeployedError::over(std::span<const double> lower, std::span<const double> upper) const {
  return rounded_up(*this, [&](std::size_t i) {
    const double c = centre.empty() ? 0.0 : centre[i];
    const double below = lower[lower.size() == 1 ? 0 : i] - c, above = upper[upper.size() == 1 ? 0 : i] - c;
    // an infinite bound times a slope of 0 is NaN, which counts as too large
    return std::max(std::fabs(below), std::fabs(above));
  });
}

DeployedError deployed_error(const model::Model& model) {
  AbsolutePass pass(model);
  if (!pass.possible()) return no_bound(model.dim());
  AbsoluteBound bound = logit_error(pass);
  const double sum = largest_sum(pass.magnitude());
  if (!all_finite(bound) || sum < 0) return no_bound(model.dim());
  return {bound.constant, std::move(bound.slope), pass.centre(), sum};
}

}  // namespace standfast::deployed
