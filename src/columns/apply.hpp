// The features of a table's rows, by the columns of a model.
#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <vector>

#include "columns/table.hpp"
#include "standfast/columns.hpp"
#include "standfast/result.hpp"

namespace standfast::columns {

/// Whether the table has every column that the model reads. Fails: kBadShape, naming those that it lacks.
Status check_columns_of(const Columns& columns, std::span<const std::string> names, const std::string& source);

/// A remark on columns of the table that the model has never seen. Requires: there is one.
Remark passed_over(const std::vector<std::string>& names);

struct Applied {
  std::vector<float> features;  ///< (rows, features), row after row.
  std::vector<Remark> remarks;  ///< What was filled in, or has no feature.
};

/// Features by name: the table's columns may stand in any order, and others than those of the model are passed over.
/// `rows` are positions in the table.
///
/// Fails: kBadShape for a column that is not there; kBadValue for a missing value that nothing stands in for, and for
/// words where the model has a number; named with the column and a row.
/// Cost: none but a move if the columns are all numbers, those of the table, and every row is asked for.
Result<Applied> apply_columns(const Columns& columns, Table table, std::span<const std::size_t> rows);

}  // namespace standfast::columns
