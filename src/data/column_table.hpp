// A table as its owner keeps it: text, missing values, dates and all.
#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "data/table.hpp"
#include "standfast/data.hpp"
#include "standfast/result.hpp"

namespace standfast::data {

/// Picks rows of a data set by position, ascending. If empty, all are taken.
using RowChoice = std::function<std::vector<std::size_t>(const Dataset& data)>;

/// Reads a table through the columns of a model, TableOptions::known, or finds out what its columns are.
///
/// Columns are found from the rows that are chosen and from no others. What chooses rows sees all of them, without the
/// columns that tell rows apart which are otherwise equal: the same rows are chosen whatever the model's columns are.
/// Fails: as parse_table, but for missing values and text; as infer_columns and apply_columns; kBadValue for what was
/// left out, filled in or passed over if `strict`.
Result<Dataset> parse_column_table(std::string_view text, const std::string& name, const TableOptions& options,
                                   const RowChoice& choose_rows, bool strict);

}  // namespace standfast::data
