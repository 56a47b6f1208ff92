// The worst change per norm; each stands beside the radius that it belongs to.
#pragma once

#include <vector>

#include "search/separable.hpp"

namespace standfast::search {

std::vector<double> worst_change_linf(const PricedProblem& problem, double radius);
std::vector<double> worst_change_l2(const PricedProblem& problem, double tau);
std::vector<double> worst_change_l1(const PricedProblem& problem, const SeparableRadius& radius);
std::vector<double> worst_change_l0(const PricedProblem& problem, double count);

}  // namespace standfast::search
