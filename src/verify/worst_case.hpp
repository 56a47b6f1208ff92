// Upper bounds, in float64, on how much a proven minorant can lose: the sums behind every proven radius.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <limits>
#include <span>
#include <vector>

#include "base/rounding.hpp"
#include "standfast/threat.hpp"
#include "verify/proven_minorant.hpp"

namespace standfast::verify {

/// What changing each feature costs and how far it may go: the threat model at one input.
/// Shape: both (dim). Requires: costs > 0 and finite, intervals that hold 0.
struct PricedBounds {
  std::span<const double> cost;
  std::span<const Interval> interval;
};

/// How much a change of one feature may cost, and what its price takes off the decrease.
struct ChangePrice {
  double limit = kInfinity;  ///< On cost_i |d_i|.
  double linear = 0;         ///< Times cost_i |d_i|, for norm 1.
  double quadratic = 0;      ///< Times cost_i^2 d_i^2 / 2, for norm 2.
};

/// The largest decrease of each feature by itself: at least
///
///     max over d of -q_i(d) + gradient_error_i |d| - linear cost_i |d| - quadratic cost_i^2 d^2 / 2
///
/// with d in interval_i and cost_i |d| <= limit. Infinite if a number on the way overflows or is a NaN.
std::vector<double> decreases_upper(const ProvenMinorant& minorant, const PricedBounds& bounds,
                                    const ChangePrice& price);
/// Their sum, rounded up.
double decrease_upper(const ProvenMinorant& minorant, const PricedBounds& bounds, const ChangePrice& price);

/// One feature: q(d) = coefficient d + sum_j bend_j (|offset_j + d| - |offset_j|) for d in `range`.
struct PricedFeature {
  double coefficient;
  std::span<const double> bend, offset;
  double error;  ///< A bound on the coefficient's error, large enough for all roundings of largest_decrease as well.
  Interval range;
};
/// The largest decrease of one feature, prices in its own units. Shape: at most kMostKinks kinks.
double largest_decrease(const PricedFeature& feature, double linear_price, double quadratic_price);

/// A price that stays above price / cost when it is divided and rounded, but for an underflow.
inline double raised_price(double price) { return std::nextafter(std::nextafter(price, kInfinity), kInfinity); }

/// What a feature may do within a price and its own interval. Requires: `raised` is raised_price of the limit.
inline Interval range_within(const PricedBounds& bounds, std::size_t i, double raised) {
  const double step = raised / bounds.cost[i] + std::numeric_limits<double>::denorm_min();
  const Interval d = bounds.interval[i];
  return {std::max(d.lo, -step), std::min(d.hi, step)};
}

/// A lower bound on the product of two numbers >= 0: an overflow is cut, an underflow is 0, which relative error bounds
/// do not see, and the roundings around it are paid for.
inline double product_lower(double a, double b) {
  const double product = a * b;
  const double lower = std::min(product, std::numeric_limits<double>::max()) * (1 - gamma_n(32));
  return product >= 0x1p-960 ? lower : 0;
}

/// The sum of numbers, `length` of them in each part, in the one order of kSumsBeside partial sums that fast proofs
/// have, too: smaller numbers then never have a larger sum.
inline constexpr std::size_t kSumsBeside = 8;
double sum_of(std::span<const double> numbers, std::size_t length);

}  // namespace standfast::verify
