// Upper bounds, in float64, on how much a proven minorant can lose: the sums behind every confirmed radius.
#pragma once

#include <vector>

#include "verify/radius.hpp"

namespace standfast::verify {

/// sum_i max over d_i of -q_i(d_i) + slope_error_i |d_i|, with cost_i |d_i| <= price_limit and d_i in its interval.
double decrease_upper_linf(const ProvenMinorant& minorant, const PricedBounds& bounds, double price_limit);

/// sum_i max of the same minus lambda cost_i |d_i|.
double decrease_upper_l1(const ProvenMinorant& minorant, const PricedBounds& bounds, double price_limit, double lambda);

/// sum_i max over the interval of the same minus lambda cost_i^2 d_i^2 / 2.
double decrease_upper_l2(const ProvenMinorant& minorant, const PricedBounds& bounds, double lambda);

/// Each feature's largest decrease over its interval.
std::vector<double> decreases_upper_l0(const ProvenMinorant& minorant, const PricedBounds& bounds);

}  // namespace standfast::verify
