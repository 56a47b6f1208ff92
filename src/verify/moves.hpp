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
/// the share of a move that is made, and loses the whole of it at 1; the others lose nothing.
///
/// Returns the values that the worst moves lead to; `from` where there is none. Bounds go with it:
/// threat::merge_bounds. Requires: a separable minorant, proven at the input of the moves; once only.
std::vector<std::uint32_t> merge_moves(std::span<const threat::CategoryMoves> moves, ProvenMinorant& minorant);

/// The distinct costs of the categories that can change, ascending: prices below which some of them stay.
std::vector<double> move_costs(std::span<const threat::CategoryMoves> moves);

/// The intervals for changes of a price below `limit`, for norms of p >= 1: categories that cost as much stay.
void hold_dear_moves(std::span<const threat::CategoryMoves> moves, double limit, std::span<Interval> interval);

/// As separable_radius_proven, of a minorant and bounds whose moves are merged. For p >= 1 a category that costs the
/// price or more cannot move within it: the best radius below each of the categories' costs counts as well.
double radius_with_moves(const ProvenMinorant& minorant, const PricedBounds& bounds,
                         std::span<const threat::CategoryMoves> moves, Norm norm,
                         const minorant::RadiusProposal& proposal, const RadiusSums& sums = kPlainSums);

}  // namespace standfast::verify
