// A category in a proof: its worst move becomes one feature, and its other features stay. Proof: docs/certificates.md,
// "Categories".
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "threat/moves.hpp"
#include "verify/radius.hpp"

namespace standfast::verify {

/// Puts the worst move of each category, rounded up, in the place of its features: the feature `from` then stands for
/// the move and loses at a change of 1 what the move can lose at most; the others lose nothing.
///
/// Returns the values that the worst moves lead to; `from` where there is none. Bounds go with it:
/// threat::merge_bounds. Requires: a separable minorant, proven at the input of the moves; once only.
std::vector<std::uint32_t> merge_moves(std::span<const threat::CategoryMoves> moves, ProvenMinorant& minorant);

/// As separable_radius_proven, of a minorant and bounds whose moves are merged. For p >= 1 a move is made as a whole or
/// not at all, and one that costs as much as the radius is not made.
double radius_with_moves(const ProvenMinorant& minorant, const PricedBounds& bounds,
                         std::span<const threat::CategoryMoves> moves, Norm norm,
                         const minorant::RadiusProposal& proposal, const RadiusSums& sums = kPlainSums);

}  // namespace standfast::verify
