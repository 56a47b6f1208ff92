// What a column is follows from the chosen rows; which rows are chosen follows from the whole table. So the table is
// read to cells first, then rows are chosen, then the cells become features. A model says itself what its columns are,
// and the table is read as it says: a category stays text even if all of its values look like numbers.
#include "data/column_table.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>
#include <unordered_map>
#include <utility>

#include <fmt/format.h>

#include "base/try.hpp"
#include "columns/apply.hpp"
#include "columns/infer.hpp"
#include "files/message.hpp"

namespace standfast::data {
namespace {

using Rows = std::vector<std::size_t>;

Rows all_rows(std::size_t count) {
  Rows rows(count);
  std::iota(rows.begin(), rows.end(), std::size_t{0});
  return rows;
}

CellPlan plan_of(const TableHead& head, const TableOptions& options) {
  return {head.names, std::vector<CellKind>(head.names.size(), CellKind::kAny), head.label_column,
          !options.require_labels, !head.label_column};
}

/// The columns of a model by name.
class KnownColumns {
 public:
  explicit KnownColumns(const Columns& columns) {
    for (const Column& column : columns) columns_.emplace(column.name, &column);
  }
  /// Null if the model has never seen the column.
  [[nodiscard]] const Column* find(std::string_view name) const {
    const auto found = columns_.find(name);
    return found == columns_.end() ? nullptr : found->second;
  }

 private:
  std::unordered_map<std::string_view, const Column*> columns_;
};

/// Everything but what was asked to be left out, now or when the model was trained.
CellPlan any_plan(const TableHead& head, const TableOptions& options, const KnownColumns& known) {
  CellPlan plan = plan_of(head, options);
  for (std::size_t i = 0; i < head.names.size(); ++i) {
    const Column* column = known.find(head.names[i]);
    const bool was_ignored = column != nullptr && column->kind == ColumnKind::kIgnored;
    if (was_ignored || head.ignored[i]) plan.kinds[i] = CellKind::kSkipped;
  }
  return plan;
}

CellKind cells_of(const Column& column) {
  if (column.kind == ColumnKind::kBoolean) return CellKind::kBoolean;
  if (column.kind == ColumnKind::kCategory) return CellKind::kText;
  if (!is_read(column.kind)) return CellKind::kSkipped;
  return column.filled ? CellKind::kNumberOrMissing : CellKind::kNumber;
}

/// What the model reads.
CellPlan known_plan(const TableHead& head, const TableOptions& options, const KnownColumns& known) {
  CellPlan plan = plan_of(head, options);
  for (std::size_t i = 0; i < head.names.size(); ++i) {
    const Column* column = known.find(head.names[i]);
    plan.kinds[i] = column == nullptr ? CellKind::kSkipped : cells_of(*column);
  }
  return plan;
}

/// Fails: kBadOption for a column that the model reads and nobody shall read.
Status check_ignored(const TableHead& head, const KnownColumns& known) {
  for (std::size_t i = 0; i < head.names.size(); ++i) {
    const Column* column = known.find(head.names[i]);
    if (!head.ignored[i] || column == nullptr || !is_read(column->kind)) continue;
    return Error{ErrorCode::kBadOption,
                 fmt::format("--ignore: the model reads column {}", files::quote_for_message(head.names[i]))};
  }
  return {};
}

/// The table's columns that the model has never seen.
std::vector<std::string> strangers(const TableHead& head, const KnownColumns& known) {
  std::vector<std::string> names;
  for (std::size_t i = 0; i < head.names.size(); ++i) {
    const std::string& name = head.names[i];
    const bool expected = i == head.label_column || head.ignored[i] || name.empty();
    if (!expected && known.find(name) == nullptr) names.push_back(name);
  }
  return names;
}

/// What chooses rows may look at: cells that do not tell equal rows apart.
Rows chosen_rows(LabelledTable& read, const TableHead& head, const RowChoice& choose_rows) {
  columns::Table& table = read.table;
  Dataset data = labels_of(read, head);
  const std::vector<bool> identify = columns::identifying_columns(table, all_rows(read.rows));
  const bool has_missing = std::ranges::any_of(table.cells, [](float cell) { return std::isnan(cell); });
  if (!has_missing && std::ranges::none_of(identify, [](bool told) { return told; })) {
    data.input_shape = {static_cast<std::int64_t>(table.width())};
    data.features = std::move(table.cells);
    Rows rows = choose_rows(data);
    table.cells = std::move(data.features);
    return rows;
  }
  constexpr float kMissing = std::numeric_limits<float>::lowest();  // equal to itself, which NaN is not
  const auto kept = std::ranges::count(identify, false);
  data.input_shape = {static_cast<std::int64_t>(kept)};
  data.features.reserve(read.rows * static_cast<std::size_t>(kept));
  for (std::size_t i = 0; i < read.rows; ++i) {
    const auto cells = table.row(i);
    for (std::size_t column = 0; column < table.width(); ++column)
      if (!identify[column]) data.features.push_back(std::isnan(cells[column]) ? kMissing : cells[column]);
  }
  return choose_rows(data);
}

bool are_numbers(const Columns& columns) {
  return std::ranges::all_of(columns,
                             [](const Column& column) { return column.kind == ColumnKind::kNumber && column.filled; });
}

/// Whether the columns that the model reads were read as it needs them.
bool serves(const columns::Table& table, const Columns& columns) {
  return are_numbers(columns) && std::ranges::all_of(table.words, [](const auto& words) { return words.empty(); });
}

/// The columns of the file in its order: what was found, and what nobody wanted to be read.
Columns with_ignored(Columns found, const TableHead& head) {
  Columns all;
  std::size_t next = 0;
  for (std::size_t i = 0; i < head.names.size(); ++i) {
    if (i == head.label_column) continue;
    if (head.ignored[i]) {
      all.push_back({head.names[i], ColumnKind::kIgnored});
    } else {
      all.push_back(std::move(found[next++]));
    }
  }
  return all;
}

/// Tells of remarks, or refuses the first one that is lenient.
Status tell(const std::vector<columns::Remark>& remarks, const std::string& name, bool strict, Dataset& data) {
  for (const columns::Remark& remark : remarks) {
    const std::string text = fmt::format("{}: {}", name, remark.text);
    if (remark.lenient && strict) return Error{ErrorCode::kBadValue, "--strict: " + text};
    data.notes.push_back(text);
  }
  return {};
}

}  // namespace

Result<Dataset> parse_column_table(std::string_view text, const std::string& name, const TableOptions& options,
                                   const RowChoice& choose_rows, bool strict) {
  STANDFAST_TRY(const TableHead head, read_table_head(text, name, options, true));
  const bool infer = options.known.empty();
  std::vector<columns::Remark> remarks;
  const KnownColumns known(options.known);
  if (!infer) {
    STANDFAST_CHECK(columns::check_columns_of(options.known, head.names, name));
    STANDFAST_CHECK(check_ignored(head, known));
    const std::vector<std::string> unknown = strangers(head, known);
    if (!unknown.empty()) remarks.push_back(columns::passed_over(unknown));
  }
  const bool reads_any = infer || choose_rows;
  STANDFAST_TRY(
      LabelledTable read,
      read_cells(head.frame, name, reads_any ? any_plan(head, options, known) : known_plan(head, options, known)));
  const Rows rows = choose_rows ? chosen_rows(read, head, choose_rows) : all_rows(read.rows);
  if (!infer && reads_any && !serves(read.table, options.known)) {
    STANDFAST_TRY(read, read_cells(head.frame, name, known_plan(head, options, known)));
  }
  if (rows.empty()) return Error{ErrorCode::kBadFormat, fmt::format("{}: this side of the split is empty", name)};

  columns::Inferred found{options.known, {}};
  if (infer) {
    STANDFAST_TRY(found, columns::infer_columns(read.table, rows));
    remarks = std::move(found.remarks);
  }
  Dataset data = choose_rows ? labels_of(read, head).subset(rows) : labels_of(read, head);
  STANDFAST_TRY(columns::Applied applied, columns::apply_columns(found.columns, std::move(read.table), rows));
  // what was found says already what its own rows lack
  if (!infer) remarks.insert(remarks.end(), applied.remarks.begin(), applied.remarks.end());
  STANDFAST_CHECK(tell(remarks, name, strict, data));
  data.features = std::move(applied.features);
  data.feature_names = feature_names(found.columns);
  data.input_shape = {static_cast<std::int64_t>(data.feature_names.size())};
  data.columns = infer ? with_ignored(std::move(found.columns), head) : std::move(found.columns);
  return data;
}

}  // namespace standfast::data
