// Categories as a search sees them: one feature each, which stands for the share of its worst move. Trusted by nobody:
// proofs have their own (verify/moves.hpp).
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "search/minorant_search.hpp"
#include "threat/moves.hpp"

namespace standfast::search {

/// Puts the worst move of each category in the place of its features. `targets` receives the value that it leads to;
/// the value it starts from if none is open. Shape: targets is (moves).
void merge_moves(std::span<const threat::CategoryMoves> moves, minorant::SeparableMinorant& minorant,
                 std::vector<std::uint32_t>& targets);

/// The change of all features that a change with shares of moves stands for. Shape: change is (dim), in place.
void expand_moves(std::span<const threat::CategoryMoves> moves, std::span<const std::uint32_t> targets,
                  std::span<double> change);

/// The same with what the change does to each bend. Shape: offset and bend_change are (dim, kinks), or empty.
void expand_moves(std::span<const threat::CategoryMoves> moves, std::span<const std::uint32_t> targets,
                  std::span<const double> offset, std::span<double> change, std::span<double> bend_change);

/// A share of at least a half is a whole move, a smaller one is none: what an attack can do.
void round_moves(std::span<const threat::CategoryMoves> moves, std::span<double> change);

/// As separable_radius of a problem whose moves are merged; moves that cost as much as the radius are not made, as the
/// core's radius_with_moves has it.
SeparableRadius radius_with_moves(const PricedProblem& problem, std::span<const threat::CategoryMoves> moves, Norm norm,
                                  const RadiusHint& hint = {});

/// The model's value where shares of moves are expanded.
class ExpandedValues : public ValueSource {
 public:
  /// Everything outlives this.
  ExpandedValues(std::span<const threat::CategoryMoves> moves, std::span<const std::uint32_t> targets,
                 ValueSource& values)
      : moves_(moves), targets_(targets), values_(&values) {}
  double value(std::span<const double> change) override;

 private:
  std::span<const threat::CategoryMoves> moves_;
  std::span<const std::uint32_t> targets_;
  ValueSource* values_;
  std::vector<double> expanded_;
};

}  // namespace standfast::search
