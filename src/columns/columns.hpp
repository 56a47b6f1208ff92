// What holds of columns whoever made them.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "standfast/columns.hpp"
#include "standfast/result.hpp"

namespace standfast::columns {

/// The kind with this name. Nothing for another word.
std::optional<ColumnKind> parse_column_kind(std::string_view name);

/// How many features the column has.
std::size_t width_of(const Column& column);

/// The name of its feature k. Requires: k < width_of(column).
std::string feature_name(const Column& column, std::size_t k);

/// Columns that a file claims, as hostile as any: names and values in UTF-8, each once; values in order, and such as a
/// category can have; what is filled in is finite; features as in `names`.
///
/// Fails: kBadValue, naming the column; kBadShape if the features are others.
Status check_columns(const Columns& columns, const std::vector<std::string>& names);

}  // namespace standfast::columns
