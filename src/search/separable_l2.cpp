// p = 2: the dual theta(tau) = tau margin + sum_i min (e^2 / 2 + tau q_i(e)) is concave, (C7) and (C8) with tau = 1 /
// lambda. Its maximum is half the squared radius. Its derivative, the margin that is left, falls as tau grows, so that
// `falling_root` finds the maximum. Taken for granted: the margin is positive.
#include <algorithm>
#include <cmath>

#include "search/falling_root.hpp"
#include "search/separable.hpp"
#include "search/worst_change_by_norm.hpp"
#include "search/worst_sums.hpp"

namespace standfast::search {
namespace {

/// Not below the sum of the squares of the steepest slopes, |coefficient| + sum |bend|.
double steepest_square(const PricedProblem& problem) {
  const auto square = [](const std::vector<double>& v) { return kernels::sweeps().dot(v.size(), v.data(), v.data()); };
  const auto terms = static_cast<double>(problem.kinks() + 1);
  return problem.has_bends() ? terms * (square(problem.coefficient) + square(problem.bend))
                             : square(problem.coefficient);
}

}  // namespace

SeparableRadius separable_radius_l2(const PricedProblem& problem, const RadiusHint& hint) {
  if (!(hint.radius > 0) && withstands_everything(problem)) return {.radius = kInfinity, .price_limit = kInfinity};

  const auto margin_left = [&](double tau) {
    const kernels::WorstSums worst = worst_sums_l2(problem, tau);
    return ValueAndSlope{problem.margin - worst.decrease, -worst.growth};
  };
  // the closed form, or less, is a tau at which the margin stands
  const double left = problem.margin / steepest_square(problem);
  const double tau = falling_root(left, kInfinity, hint.tolerance, margin_left, hint.tau);
  const kernels::WorstSums last = worst_sums_l2(problem, tau);
  const double dual = tau * (problem.margin - last.decrease) + last.price;
  return {.radius = std::sqrt(2 * std::max(dual, 0.0)), .multiplier = 1 / tau};
}

std::vector<double> worst_change_l2(const PricedProblem& problem, double tau) {
  std::vector<double> change(problem.dim());
  for (std::size_t i = 0; i < change.size(); ++i) change[i] = worst_stationary(problem.feature(i), tau);
  return change;
}

}  // namespace standfast::search
