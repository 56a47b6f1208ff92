// What all features lose at their worst places: a vectorised sweep if each has at most one kink, else one after the
// other.
#pragma once

#include "search/separable.hpp"

namespace standfast::search {

/// What the sweeps of these names in kernels/sweeps.hpp compute, for any number of kinks.
kernels::WorstSums worst_sums_linf(const PricedProblem& problem, double radius);
kernels::WorstSums worst_sums_l1(const PricedProblem& problem, double price_limit, double tau);
kernels::WorstSums worst_sums_l2(const PricedProblem& problem, double tau);
double last_place(const PricedProblem& problem);

}  // namespace standfast::search
