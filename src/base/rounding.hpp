// The constants of running error analysis in float64.
// Source: Higham, Accuracy and Stability of Numerical Algorithms, 2nd ed., chapters 2 and 3.
#pragma once

#include <cstddef>

namespace standfast {

inline constexpr double kUnitRoundoff = 0x1p-53;
/// Error bounds are sums of products themselves; one percent covers their own roundings.
inline constexpr double kBoundSlack = 1.01;
/// A product of a float32 number with a number of at least this size cannot underflow, so that errors stay relative.
inline constexpr double kTinyFactor = 0x1p-800;

/// An upper bound on n u / (1 - n u): the relative error of n roundings in a row.
/// Requires: n < 2^40, so that the bound stays below 2^-12.
constexpr double gamma_n(std::size_t n) {
  const double nu = static_cast<double>(n) * kUnitRoundoff;
  return nu / (1 - nu) * (1 + 8 * kUnitRoundoff);  // the factor covers the three roundings made here
}

}  // namespace standfast
