// The rows of a table, field by field: what a column may hold, and what an error says of a field that it may not.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "columns/table.hpp"
#include "data/separator.hpp"
#include "standfast/result.hpp"

namespace standfast::data {

/// What the fields of a column may be.
enum class CellKind {
  kNumber,           ///< Finite float32 numbers.
  kNumberOrMissing,  ///< The same, or a missing value.
  kBoolean,          ///< true or false in any spelling, 1 or 0, or a missing value.
  kText,             ///< Anything.
  kAny,              ///< Numbers and missing values if most fields are numbers, otherwise text.
  kSkipped           ///< Not read.
};

/// How to read a table.
struct CellPlan {
  std::vector<std::string> names;           ///< The names of all columns.
  std::vector<CellKind> kinds;              ///< One for each. The label's means nothing.
  std::optional<std::size_t> label_column;  ///< The label's column, if there is one.
  bool labels_may_be_missing = false;       ///< A label's column without a value is no label's column.
  bool last_may_be_label = false;           ///< For a message: the last column may be the label.
};

/// A table and its labels.
struct LabelledTable {
  columns::Table table;  ///< Without the label's column and those that were skipped.
  std::size_t rows = 0;
  std::vector<std::int32_t> labels;      ///< (rows), or empty.
  std::vector<std::string> class_names;  ///< In the order of their first rows.
};

/// Fails: kBadFormat (ragged or blank rows, no rows), kBadValue (a field that its column may not hold, named with line
/// and column; a label that is missing).
/// Cost: one pass over the text; two if a column of kAny turns out to be text.
Result<LabelledTable> read_cells(const TableFrame& frame, const std::string& name, const CellPlan& plan);

}  // namespace standfast::data
