// What all norms of Algorithm S share: the problem in units of price (C25), and the choice of the method. Section
// "Algorithm S" of docs/certificates.md; each norm has a file of its own. Taken for granted: costs are positive and
// each interval holds 0.
#include "search/separable.hpp"

#include <algorithm>
#include <cassert>
#include <cmath>

namespace standfast::search {

void PricedProblem::resize(std::size_t dim, std::size_t kinks) {
  for (auto* values : {&coefficient, &lo, &hi}) values->resize(dim);
  for (auto* values : {&bend, &offset}) values->resize(dim * kinks);
}

void PricedProblem::assign(const minorant::SeparableMinorant& m, std::span<const double> cost,
                           std::span<const Interval> interval) {
  margin = m.margin;
  resize(m.dim(), m.kinks());
  for (std::size_t i = 0; i < dim(); ++i) {
    coefficient[i] = m.coefficient[i] / cost[i];
    lo[i] = interval[i].lo * cost[i];
    hi[i] = interval[i].hi * cost[i];
  }
  for (std::size_t i = 0; i < bend.size(); ++i) {
    bend[i] = m.bend[i] / cost[i / m.kinks()];
    offset[i] = m.offset[i] * cost[i / m.kinks()];
  }
}

SeparableRadius separable_radius(const PricedProblem& problem, Norm norm, const RadiusHint& hint) {
  if (!(problem.margin > 0)) return {};
  if (norm == Norm::l0()) return separable_radius_l0(problem);
  assert((norm == Norm::l1() || norm == Norm::l2() || norm == Norm::linf()) &&
         "Algorithm S knows the norms 0, 1, 2 and inf");
  const auto solve = norm == Norm::l1()   ? separable_radius_l1
                     : norm == Norm::l2() ? separable_radius_l2
                                          : separable_radius_linf;
  const SeparableRadius found = solve(problem, hint);
  // a leap by this factor may be the way to an infinite radius, which a hint hides; a smaller one is not worth solving
  // twice
  constexpr double kSuspicious = 30;
  const bool leaps = hint.radius > 0 && found.radius > kSuspicious * hint.radius;
  return leaps ? solve(problem, {.tolerance = hint.tolerance}) : found;
}

}  // namespace standfast::search
