// Which increasing function each column of a table goes through before it is standardised: knots steps that follow a
// logarithm or a rank, chosen by the training rows alone.
#pragma once

#include <cstddef>
#include <span>
#include <string_view>
#include <vector>

#include "model/feature_map.hpp"
#include "standfast/data.hpp"
#include "standfast/training.hpp"

namespace standfast::trainer {

enum class ColumnMap {
  kStandard,  ///< A line.
  kTwo,       ///< A line; its two values become one apart.
  kLog,
  kRank,
};
/// "standard", "two values", "log", "rank".
std::string_view column_map_name(ColumnMap map);

struct KnotsChoice {
  model::MapStep step;
  std::vector<ColumnMap> columns;  ///< (columns).
  std::vector<float> spread;       ///< (columns): the largest value less the smallest.
};

/// The knots step for a table. Requires: the map is kAuto, kLog or kRank; at least one row.
KnotsChoice choose_knots(const Dataset& data, std::span<const std::size_t> rows, InputMap map);

}  // namespace standfast::trainer
