// The change behind a radius of Algorithm S, which attacks and explanations start from. Each norm's own file finds it;
// an infinite radius has the same worst change in every norm: each feature at its worst place.
#include <cassert>
#include <cmath>

#include "search/separable.hpp"
#include "search/worst_change_by_norm.hpp"

namespace standfast::search {

std::vector<double> worst_change(const PricedProblem& problem, Norm norm, const SeparableRadius& radius) {
  if (norm == Norm::l0()) return worst_change_l0(problem, radius.radius);
  if (norm == Norm::linf() || radius.radius == kInfinity) return worst_change_linf(problem, radius.radius);
  if (norm == Norm::l1()) return worst_change_l1(problem, radius);
  assert(norm == Norm::l2() && "Algorithm S knows the norms 0, 1, 2 and inf");
  return worst_change_l2(problem, 1 / radius.multiplier);
}

}  // namespace standfast::search
