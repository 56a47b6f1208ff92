// A CSV table as a data set: a header, one column of labels, numbers in all others.
#pragma once

#include <string>
#include <string_view>

#include "standfast/data.hpp"
#include "standfast/result.hpp"

namespace standfast::data {

struct TableOptions {
  std::string label_column;    ///< The label's column. If empty: "label", "class", "target", else the last one.
  bool require_labels = true;  ///< If false, a table whose label column is missing is read as unlabelled.
};

/// Reads a table; `name` stands for the file in messages.
///
/// Fails: kBadFormat (no header, a name twice or missing, ragged rows, no rows), kBadValue (a value that is missing,
/// not a number, or not finite; named with line and column), kBadOption (no such label column). Cost: memory for a few
/// times the text.
Result<Dataset> parse_table(std::string_view text, const std::string& name, const TableOptions& options);

}  // namespace standfast::data
