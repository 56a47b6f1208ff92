// What a category can do at one input, and what a change costs that may hold such moves.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "standfast/threat.hpp"

namespace standfast::threat {

/// The moves of one category at one input: from the value that it has to one of the others.
///
/// A move is two changes: feature `from` falls from 1 to 0, and another one rises from 0 to 1. Whoever knows that one
/// of the two cannot lower f may say so.
struct CategoryMoves {
  struct Target {
    std::uint32_t feature = 0;
    bool may_lower = true;
  };
  std::uint32_t from = 0;
  bool may_lower = true;   ///< That of the fall of `from`.
  std::vector<Target> to;  ///< The values that the bounds leave open; empty if the category may not change.
  double cost = 1;
  std::span<const std::uint32_t> features;  ///< All of the category, in the threat model.
};

/// Whether each category has one value: one of its features is 1 and all others are 0.
/// Fails: kBadValue, naming the category; `place` opens the message. Requires: threat.validate(x.size()) succeeded.
Status check_values(const ThreatModel& threat, std::span<const float> x, const std::string& place);

/// One entry per category. Fails: as check_values. Requires: the threat model outlives the result.
Result<std::vector<CategoryMoves>> moves_at(const ThreatModel& threat, std::span<const float> x);

/// The costs and intervals of features of which `from` stands for the share of a move: [0, 1] at the category's cost,
/// and [0, 0] for all others of the category. Shape: both are (dim).
void merge_bounds(std::span<const CategoryMoves> moves, std::span<double> cost, std::span<Interval> interval);

/// The vector whose norm is the price of a change: cost_i |d_i|, and for each category its cost at the first of its
/// features if one of them changes, 0 at the others. Products are rounded to nearest; one that underflows is raised.
/// Shape: cost and change are (dim), the result as well.
std::vector<double> price_entries(const ThreatModel& threat, std::span<const double> cost,
                                  std::span<const double> change);

}  // namespace standfast::threat
