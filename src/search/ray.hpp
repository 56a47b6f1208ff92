// Where a ray from x reaches the other verdict: an upper bound on every radius.
#pragma once

#include <span>
#include <vector>

#include "standfast/threat.hpp"

namespace standfast::search {

class ValueSource;

/// Bounds of a change in units of price, and the prices. Shape: each (dim).
struct RayBounds {
  std::span<const double> lo, hi;
  std::span<const double> cost;
};

/// The price of the cheapest point found of x + clip(s * direction), s > 0, whose value is <= 0; infinite if none is
/// cheaper than `limit`.
///
/// Shape: direction is (dim), in units of price. `change` receives the change in the features' units.
/// Cost: about ten evaluations of the model.
double first_crossing(std::span<const double> direction, const RayBounds& bounds, Norm norm, double limit,
                      ValueSource& source, std::vector<double>& change);

}  // namespace standfast::search
