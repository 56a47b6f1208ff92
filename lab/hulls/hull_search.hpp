// One input against a hull, with effort: the combination that reaches it or a plane of its own.
#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <vector>

#include "lab/fits/exact_score.hpp"
#include "lab/hulls/exact_combination.hpp"
#include "lab/hulls/hulls.hpp"
#include "standfast/data.hpp"

namespace standfast::lab {

/// The largest number of features that a search takes on: its memory grows with their square.
inline constexpr std::size_t kMostSearched = 1024;

/// What was found of an input: proven if it is a combination, yet to be checked if it is a normal.
struct HullFinding {
  std::optional<ExactCombination> combination;           ///< A combination of inputs, by their positions in the data.
  std::vector<double> normal;                            ///< (dim), or empty.
  HullAnswer::Doubt doubt = HullAnswer::Doubt::kBorder;  ///< Why both are missing, if they are.
};

/// Requires: `hull` are inputs; at least one.
/// Cost: see nearest_combination and exact_combination; refused as kTooLarge beyond kMostSearched features that
/// differ or 2^25 numbers.
HullFinding search_hull(const Dataset& data, const InputUnits& units, std::span<const std::size_t> hull,
                        std::size_t input);

}  // namespace standfast::lab
