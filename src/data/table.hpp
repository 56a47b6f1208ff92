// A CSV table as a data set: a header, one column of labels, numbers in all others.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "data/cells.hpp"
#include "standfast/columns.hpp"
#include "standfast/data.hpp"
#include "standfast/result.hpp"

namespace standfast::data {

struct TableOptions {
  std::string label_column;            ///< The label's column, which must exist. If empty, `usual_label` and the rules.
  bool require_labels = true;          ///< If false, a table without a column of a usual name is read as unlabelled.
  std::string usual_label = {};        ///< The label's column if the table has it: what a model was trained with.
  std::optional<char> separator = {};  ///< What parts the columns. If nothing, it is found out by `frame_table`.
  std::vector<std::string> ignored = {};  ///< Columns that are not read.
  Columns known = {};                     ///< The columns of a model; none of them is taken as the label by a guess.
};

/// Where a table begins, its columns and its label's.
struct TableHead {
  TableFrame frame;
  std::vector<std::string> names;
  std::optional<std::size_t> label_column;
  std::vector<std::string> notes;  ///< What the reader decided and nobody said.
  std::vector<bool> ignored;       ///< Per column: whether it was asked to be left out.
};

/// Reads the header, whose first column may lack a name if `first_may_be_unnamed`, and finds the label's column.
/// Fails: as parse_table; kBadOption for a column to ignore that does not exist or is the label's.
Result<TableHead> read_table_head(std::string_view text, const std::string& name, const TableOptions& options,
                                  bool first_may_be_unnamed);

/// The labels as a data set of `rows` rows from `table`, which has no features yet.
Dataset labels_of(const LabelledTable& table, const TableHead& head);

/// Reads a table; `name` stands for the file in messages. The data set's notes say which column was taken as the label.
///
/// Fails: kBadFormat (no header, a name twice or missing, ragged rows, no rows), kBadValue (a value that is missing,
/// not a number, or not finite; named with line and column), kBadOption (no such label column, or two that may be it).
/// Cost: memory for a few times the text.
Result<Dataset> parse_table(std::string_view text, const std::string& name, const TableOptions& options);

}  // namespace standfast::data
