// A CSV table as a data set: a header, one column of labels, numbers in all others.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "standfast/data.hpp"
#include "standfast/result.hpp"

namespace standfast::data {

struct TableOptions {
  std::string label_column;            ///< The label's column, which must exist. If empty, `usual_label` and the rules.
  bool require_labels = true;          ///< If false, a table without a column of a usual name is read as unlabelled.
  std::string usual_label = {};        ///< The label's column if the table has it: what a model was trained with.
  std::optional<char> separator = {};  ///< What parts the columns. If nothing, it is found out by `frame_table`.
};

/// Reads a table; `name` stands for the file in messages. The data set's notes say which column was taken as the label.
///
/// Fails: kBadFormat (no header, a name twice or missing, ragged rows, no rows), kBadValue (a value that is missing,
/// not a number, or not finite; named with line and column), kBadOption (no such label column, or two that may be it).
/// Cost: memory for a few
/// times the text.
Result<Dataset> parse_table(std::string_view text, const std::string& name, const TableOptions& options);

}  // namespace standfast::data
