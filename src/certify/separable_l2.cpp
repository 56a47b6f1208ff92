// p = 2: the dual theta(tau) = tau margin + sum_i min (e^2 / 2 + tau q_i(e)) is concave; its maximum is half the
// squared radius.
#include <algorithm>
#include <cmath>

#include "certify/falling_root.hpp"
#include "certify/separable.hpp"
#include "certify/worst_change_by_norm.hpp"

namespace standfast {
namespace {

struct Worst {
  double change = 0;
  double value = 0;  ///< e^2 / 2 - tau decrease(e), at its smallest.
  double slope = 0;  ///< Growth of the decrease with tau.
};

/// One candidate on either side of the kink: the stationary point, moved to the nearest place that is allowed.
Worst worst_change_at(const PricedFeature& f, bool folded, double tau) {
  if (!folded) {
    const double stationary = -tau * f.linear, e = std::clamp(stationary, f.lo, f.hi);
    return {e, e * e / 2 + tau * f.linear * e, e == stationary ? f.linear * f.linear : 0.0};
  }
  Worst worst;
  const auto consider = [&](double stationary, double floor, double ceiling, double slope) {
    const double e = std::clamp(std::clamp(stationary, floor, ceiling), f.lo, f.hi);
    const double value = e * e / 2 - tau * f.decrease(e);
    if (value < worst.value) worst = {e, value, e == stationary ? slope * slope : 0.0};
  };
  consider(-tau * (f.linear + f.fold), f.kink(), kInfinity, f.linear + f.fold);
  consider(-tau * (f.linear - f.fold), -kInfinity, f.kink(), f.linear - f.fold);
  return worst;
}

ValueAndSlope margin_left(const PricedProblem& problem, double tau) {
  ValueAndSlope at{problem.margin, 0};
  for (const PricedFeature& f : problem.features) {
    const Worst worst = worst_change_at(f, problem.folded, tau);
    at.value -= f.decrease(worst.change);
    at.slope -= worst.slope;
  }
  return at;
}

}  // namespace

SeparableRadius separable_radius_l2(const PricedProblem& problem, const RadiusHint& hint) {
  if (hint.start == 0 && withstands_everything(problem)) return {.radius = kInfinity, .reach = kInfinity};

  double steepest = 0;  // sum of the squares of the steepest slopes: the closed form is a place where the margin stands
  for (const PricedFeature& f : problem.features) {
    const double slope = std::fabs(f.linear) + std::fabs(f.fold);
    steepest += slope * slope;
  }
  const double tau = falling_root(
      problem.margin / steepest, kInfinity, hint.tolerance, [&](double t) { return margin_left(problem, t); },
      hint.start);
  double dual = tau * problem.margin;
  for (const PricedFeature& f : problem.features) dual += worst_change_at(f, problem.folded, tau).value;
  return {.radius = std::sqrt(2 * std::max(dual, 0.0)), .multiplier = 1 / tau};
}

std::vector<double> worst_change_l2(const PricedProblem& problem, double tau) {
  std::vector<double> change;
  change.reserve(problem.features.size());
  for (const PricedFeature& f : problem.features) change.push_back(worst_change_at(f, problem.folded, tau).change);
  return change;
}

}  // namespace standfast
