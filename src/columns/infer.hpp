// What the columns of a table are, found from its rows.
#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <vector>

#include "columns/table.hpp"
#include "standfast/columns.hpp"
#include "standfast/result.hpp"

namespace standfast::columns {

struct Inferred {
  Columns columns;              ///< One for each column of the table, in its order.
  std::vector<Remark> remarks;  ///< What was decided.
};

/// The columns by the rules of docs/tables.md, from these rows of the table.
///
/// Requires: at least one row. Fails: kBadValue for a category whose values are not UTF-8, for two features of one
/// name, and if no column is left; named with the column.
Result<Inferred> infer_columns(const Table& table, std::span<const std::size_t> rows);

/// Per column: whether it tells rows apart that are otherwise equal, as an index, dates and identifiers do.
std::vector<bool> identifying_columns(const Table& table, std::span<const std::size_t> rows);

}  // namespace standfast::columns
