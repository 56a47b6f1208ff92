// The other half of Algorithm S: not how far a margin reaches, but what it can lose within a given radius. Training on
// certified margins asks for it at every step.
#pragma once

#include <vector>

#include "search/separable.hpp"

namespace standfast::search {

/// The change, in units of price, that costs the minorant most among those priced at most `radius`; the problem's
/// margin plays no part. For norms 1 and 2 and a negative fold a near-maximum: that problem is not convex.
///
/// Norm 2 leaves at most `tolerance` of the radius unspent.
/// Shape: (dim). Requires: p is 1, 2 or inf, radius >= 0 and finite.
std::vector<double> worst_change_within(const PricedProblem& problem, Norm norm, double radius, double tolerance);

}  // namespace standfast::search
