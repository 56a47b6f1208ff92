// p = inf: each feature may use the whole radius, so the worst case is a sum over features of the worst of three
// places.
#include <algorithm>
#include <cmath>

#include "certify/falling_root.hpp"
#include "certify/separable.hpp"
#include "certify/worst_change_by_norm.hpp"

namespace standfast {
namespace {

/// The worst of both ends within the radius and of the kink.
double worst_within(const PricedFeature& f, double radius) {
  double worst = 0, most = 0;
  const auto consider = [&](double e) {
    if (const double d = f.decrease(e); d > most) {
      most = d;
      worst = e;
    }
  };
  const double lo = std::max(f.lo, -radius), hi = std::min(f.hi, radius);
  consider(hi);
  consider(lo);
  if (f.fold != 0 && f.kink() > lo && f.kink() < hi) consider(f.kink());
  return worst;
}

}  // namespace

bool withstands_everything(const PricedProblem& problem) {
  const double last = kernels::sweeps().last_place(problem.folds());
  return last < kInfinity && problem.margin > kernels::sweeps().worst_linf(problem.folds(), last).decrease;
}

SeparableRadius separable_radius_linf(const PricedProblem& problem, const RadiusHint& hint) {
  if (hint.start == 0 && withstands_everything(problem)) return {.radius = kInfinity};

  const kernels::Sweeps& sweeps = kernels::sweeps();
  const kernels::Folds folds = problem.folds();
  const auto margin_left = [&](double radius) {
    const kernels::WorstSums worst = sweeps.worst_linf(folds, radius);
    return ValueAndSlope{problem.margin - worst.decrease, -worst.growth};
  };
  const double steepest = sweeps.sum_of_sizes(problem.dim(), problem.linear.data()) +
                          sweeps.sum_of_sizes(problem.fold.size(), problem.fold.data());
  const double last = hint.start == 0 ? sweeps.last_place(folds) : kInfinity;
  return {.radius = falling_root(problem.margin / steepest, last, hint.tolerance, margin_left, hint.start)};
}

std::vector<double> worst_change_linf(const PricedProblem& problem, double radius) {
  std::vector<double> change(problem.dim());
  const double reach = radius == kInfinity ? kernels::sweeps().last_place(problem.folds()) : radius;
  for (std::size_t i = 0; i < change.size(); ++i) change[i] = worst_within(problem.feature(i), reach);
  return change;
}

}  // namespace standfast
