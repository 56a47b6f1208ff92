// A header decides what each column is; then the rows go by one at a time (cells.hpp). An error names its line and, if
// one value is wrong, its column.
#include "data/table.hpp"

#include <utility>

#include <fmt/format.h>

#include "base/try.hpp"
#include "data/classes.hpp"
#include "data/csv.hpp"
#include "data/label_column.hpp"
#include "data/table_header.hpp"
#include "files/message.hpp"

namespace standfast::data {
namespace {

/// What the reader decided and nobody said.
std::vector<std::string> table_notes(const TableHead& head, const std::string& name, const TableOptions& options) {
  std::vector<std::string> notes;
  if (head.frame.separator != ',' && !options.separator)
    notes.push_back(fmt::format("{}: columns are parted by `{}`", name, separator_name(head.frame.separator)));
  if (!head.label_column) {
    notes.push_back(fmt::format("{}: no column is taken as the label", name));
    return notes;
  }
  const std::string& label = head.names[*head.label_column];
  notes.push_back(fmt::format("{}: the label is column {}{}", name, files::quote_for_message(label),
                              is_label_by_name(label, options) ? "" : ", the last one; --label names another"));
  return notes;
}

Result<std::vector<bool>> find_ignored(const TableHead& head, const std::string& name, const TableOptions& options) {
  std::vector<bool> ignored(head.names.size());
  for (const std::string& wanted : options.ignored) {
    STANDFAST_TRY(const std::size_t column, find_column(head.names, wanted, name, "--ignore"));
    if (column == head.label_column)
      return Error{ErrorCode::kBadOption, fmt::format("{}: column {} is the label, which --ignore cannot leave out",
                                                      name, files::quote_for_message(head.names[column]))};
    ignored[column] = true;
  }
  return ignored;
}

}  // namespace

Result<TableHead> read_table_head(std::string_view text, const std::string& name, const TableOptions& options,
                                  bool first_may_be_unnamed) {
  TableHead head;
  head.frame = frame_table(text, options.separator);
  CsvScanner scanner(head.frame.text, name, head.frame.separator, head.frame.first_line);
  STANDFAST_TRY(head.names, read_table_header(scanner, name, first_may_be_unnamed));
  STANDFAST_TRY(head.label_column, find_label_column(head.names, head.frame, name, options));
  if (head.names.size() == (head.label_column ? 1U : 0U)) {
    return Error{ErrorCode::kBadFormat, fmt::format("{}: has only the label column {}, expected features beside it",
                                                    name, files::quote_for_message(head.names.front()))};
  }
  STANDFAST_TRY(head.ignored, find_ignored(head, name, options));
  head.notes = table_notes(head, name, options);
  return head;
}

Dataset labels_of(const LabelledTable& table, const TableHead& head) {
  Dataset data;
  data.source = table.table.source;
  data.labels = table.labels;
  data.class_names = table.class_names;
  if (head.label_column && !table.labels.empty()) data.label_column = head.names[*head.label_column];
  for (std::size_t i = 0; i < table.rows; ++i) data.source_index.push_back(static_cast<std::int64_t>(i));
  data.notes = head.notes;
  data.input_shape = {0};
  sort_classes(data);
  return data;
}

Result<Dataset> parse_table(std::string_view text, const std::string& name, const TableOptions& options) {
  STANDFAST_TRY(const TableHead head, read_table_head(text, name, options, false));
  CellPlan plan{head.names, {}, head.label_column, false, !head.label_column};
  for (const bool ignored : head.ignored) plan.kinds.push_back(ignored ? CellKind::kSkipped : CellKind::kNumber);
  STANDFAST_TRY(LabelledTable table, read_cells(head.frame, name, plan));
  if (table.table.width() == 0) return Error{ErrorCode::kBadOption, fmt::format("{}: --ignore leaves no column", name)};
  Dataset data = labels_of(table, head);
  data.features = std::move(table.table.cells);
  data.feature_names = std::move(table.table.names);
  data.input_shape = {static_cast<std::int64_t>(data.feature_names.size())};
  return data;
}

}  // namespace standfast::data
