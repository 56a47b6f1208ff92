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

/// Features that a search takes on.
inline constexpr std::size_t kMostSearched = 1024;

/// What was found of an input: proven where it is a combination, yet to be checked where it is a normal.
struct HullFinding {
  std::optional<ExactCombination> combination;           ///< Of inputs, by their position in the data.
  std::vector<double> normal;                            ///< (dim), or empty.
  HullAnswer::Doubt doubt = HullAnswer::Doubt::kBorder;  ///< Where both are missing.
};

/// Requires: `hull` are inputs; at least one.
/// Cost: see nearest_combination and exact_combination; refused as kTooLarge beyond kMostSearched features that
/// differ or 2^25 numbers.
HullFinding search_hull(const Dataset& data, const InputUnits& units, std::span<const std::size_t> hull,
                        std::size_t input);

}  // namespace standfast::lab
