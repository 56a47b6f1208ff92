// Several proven minorants of f made into one, for weights that nobody needs to trust.
#pragma once

#include <span>

#include "verify/proven_minorant.hpp"

namespace standfast::verify {

/// sum_j weights_j minorants_j, proven as they are: a minorant of (sum_j weights_j) f, whose sign is that of f.
///
/// Requires: separable minorants of one model and one input, at least one. Weights that are negative, not finite or
/// outside of 2^-100 to 2^100 count as 0; where none is left, the margin is -inf and proves nothing.
/// Source: f >= h_j for every j and weights_j >= 0; running error analysis, docs/certificates.md.
ProvenMinorant combine(std::span<const ProvenMinorant> minorants, std::span<const double> weights);

}  // namespace standfast::verify
