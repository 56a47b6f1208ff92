#include "certify/separable.hpp"

#include <algorithm>
#include <cassert>
#include <cmath>

namespace standfast {

void PricedProblem::assign(const SeparableMinorant& m, std::span<const double> cost,
                           std::span<const Interval> interval) {
  margin = m.margin;
  folded = m.folded();
  features.resize(m.dim());
  for (std::size_t i = 0; i < features.size(); ++i) {
    const double c = cost[i];
    features[i] = {m.linear[i] / c, folded ? m.fold[i] / c : 0.0, folded ? m.offset[i] * c : 0.0, interval[i].lo * c,
                   interval[i].hi * c};
  }
}

SeparableRadius separable_radius(const PricedProblem& problem, Norm norm, const RadiusHint& hint) {
  if (!(problem.margin > 0)) return {};
  if (norm == Norm::linf()) return separable_radius_linf(problem, hint);
  if (norm == Norm::l2()) return separable_radius_l2(problem, hint);
  if (norm == Norm::l1()) return separable_radius_l1(problem);
  assert(norm == Norm::l0() && "Algorithm S knows the norms 0, 1, 2 and inf");
  return separable_radius_l0(problem);
}

}  // namespace standfast
