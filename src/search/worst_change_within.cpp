// Each feature's worst place for norm inf, the segments of all features' hulls from the steepest on for norm 1, and for
// norm 2 the multiplier whose stationary points cost the radius. The sums are those of (C6), (C8) and (C9).
#include "search/worst_change_within.hpp"

#include <algorithm>
#include <cassert>
#include <cmath>

#include "search/falling_root.hpp"
#include "search/worst_change_by_norm.hpp"
#include "search/worst_sums.hpp"

namespace standfast::search {
namespace {

std::vector<double> worst_ends(const PricedProblem& problem, double radius) {
  if (problem.folded()) return worst_change_linf(problem, radius);
  std::vector<double> change(problem.dim());  // without kinks a feature is worst where its slope leads down
  for (std::size_t i = 0; i < change.size(); ++i) {
    const double slope = problem.linear[i];
    const double down = std::max(problem.lo[i], -radius), up = std::min(problem.hi[i], radius);
    change[i] = slope > 0 ? down : slope < 0 ? up : 0.0;
  }
  return change;
}

/// Not below the sum of the squares of the steepest slopes.
double steepest_squares(const PricedProblem& problem) {
  if (!problem.folded()) return kernels::sweeps().dot(problem.dim(), problem.linear.data(), problem.linear.data());
  double squares = 0;
  for (std::size_t i = 0; i < problem.dim(); ++i) {
    const double slope = problem.feature(i).steepest_slope();
    squares += slope * slope;
  }
  return squares;
}

/// The change for a multiplier of 1 / tau.
std::vector<double> stationary_change(const PricedProblem& problem, double tau) {
  if (problem.folded()) return worst_change_l2(problem, tau);
  std::vector<double> change(problem.dim());  // without kinks a feature has one stationary point
  for (std::size_t i = 0; i < change.size(); ++i)
    change[i] = std::min(std::max(-tau * problem.linear[i], problem.lo[i]), problem.hi[i]);
  return change;
}

std::vector<double> worst_change_within_l2(const PricedProblem& problem, double radius, double tolerance) {
  const double squares = steepest_squares(problem);
  if (squares == 0) return std::vector<double>(problem.dim(), 0.0);
  // the size of the change grows in proportion to tau until features meet their ends, so that Newton's method on it
  // is exact from one such meeting to the next
  const auto radius_left = [&](double tau) {
    const kernels::WorstSums worst = worst_sums_l2(problem, tau);
    const double size = std::sqrt(2 * worst.price);
    return ValueAndSlope{radius - size, size > 0 ? -tau * worst.growth / size : 0};
  };
  // a place is worth its price if e^2 / 2 <= tau decrease(e), so that no e is dearer than 2 tau times its slope
  const double likely = radius / std::sqrt(squares);
  const double tau = falling_root(likely / 2, kInfinity, tolerance, radius_left, likely);
  // a feature may leap over its kink right behind tau; other sums, rounded otherwise, must not have it leap before
  constexpr double kBeforeLeaps = 1 - 1e-9;
  return stationary_change(problem, tau * kBeforeLeaps);
}

}  // namespace

std::vector<double> worst_change_within(const PricedProblem& problem, Norm norm, double radius, double tolerance) {
  if (radius == 0) return std::vector<double>(problem.dim(), 0.0);
  if (norm == Norm::linf()) return worst_ends(problem, radius);
  if (norm == Norm::l1()) return worst_change_within_l1(problem, radius);
  assert(norm == Norm::l2() && "training knows the norms 1, 2 and inf");
  return worst_change_within_l2(problem, radius, tolerance);
}

}  // namespace standfast::search
