// p = inf: each feature may use the whole radius, so that the worst case is a sum over features of the worst of
// its ends and kinks. `falling_root` finds the radius at which that sum has taken the margin (C6). Taken for granted:
// the margin is positive.
#include <algorithm>
#include <cmath>

#include "search/falling_root.hpp"
#include "search/separable.hpp"
#include "search/worst_change_by_norm.hpp"
#include "search/worst_sums.hpp"

namespace standfast::search {

bool withstands_everything(const PricedProblem& problem) {
  const double last = last_place(problem);
  return last < kInfinity && problem.margin > worst_sums_linf(problem, last).decrease;
}

SeparableRadius separable_radius_linf(const PricedProblem& problem, const RadiusHint& hint) {
  if (!(hint.radius > 0) && withstands_everything(problem)) return {.radius = kInfinity};

  const kernels::Sweeps& sweeps = kernels::sweeps();
  const auto margin_left = [&](double radius) {
    const kernels::WorstSums worst = worst_sums_linf(problem, radius);
    return ValueAndSlope{problem.margin - worst.decrease, -worst.growth};
  };
  const double steepest = sweeps.sum_of_sizes(problem.dim(), problem.coefficient.data()) +
                          sweeps.sum_of_sizes(problem.bend.size(), problem.bend.data());
  const double last = hint.radius > 0 ? kInfinity : last_place(problem);
  return {.radius = falling_root(problem.margin / steepest, last, hint.tolerance, margin_left, hint.radius)};
}

std::vector<double> worst_change_linf(const PricedProblem& problem, double radius) {
  std::vector<double> change(problem.dim());
  const double price_limit = radius == kInfinity ? last_place(problem) : radius;
  for (std::size_t i = 0; i < change.size(); ++i) change[i] = worst_within(problem.feature(i), price_limit);
  return change;
}

}  // namespace standfast::search
