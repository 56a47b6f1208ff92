// A header decides what each column is; then the rows go by one at a time, numbers straight into the features. An
// error names its line and, if one value is wrong, its column. Numbers are read to float64 and rounded to float32, as
// NumPy and pandas do.
#include "data/table.hpp"

#include <algorithm>
#include <cmath>
#include <optional>
#include <utility>

#include <fmt/format.h>

#include "base/try.hpp"
#include "data/classes.hpp"
#include "data/csv.hpp"
#include "data/label_column.hpp"
#include "data/separator.hpp"
#include "data/table_header.hpp"
#include "data/text.hpp"
#include "files/message.hpp"

namespace standfast::data {
namespace {

using Names = std::vector<std::string>;

std::string plural(std::size_t count, std::string_view what) {
  return fmt::format("{} {}{}", count, what, count == 1 ? "" : "s");
}

/// What the reader decided and nobody said.
std::vector<std::string> table_notes(const TableFrame& frame, const Names& names, std::optional<std::size_t> label,
                                     const std::string& name, const TableOptions& options) {
  std::vector<std::string> notes;
  if (frame.separator != ',' && !options.separator)
    notes.push_back(fmt::format("{}: columns are parted by `{}`", name, separator_name(frame.separator)));
  if (!label) {
    notes.push_back(fmt::format("{}: no column is taken as the label", name));
    return notes;
  }
  const bool by_place = !is_label_by_name(names[*label], options);
  notes.push_back(fmt::format("{}: the label is column {}{}", name, files::quote_for_message(names[*label]),
                              by_place ? ", the last one; --label names another" : ""));
  return notes;
}

/// The table's rows, read one by one into a data set.
class TableReader {
 public:
  TableReader(const std::string& name, const Names& names, std::optional<std::size_t> label_column)
      : name_(name), names_(names), label_column_(label_column) {}

  Status add_blank_line(std::size_t line) const {
    return Error{ErrorCode::kBadFormat, fmt::format("{}: line {} is blank, expected {} as in the header", name_, line,
                                                    plural(names_.size(), "field"))};
  }

  Status add_row(const std::vector<std::string_view>& fields, std::size_t line) {
    if (fields.size() != names_.size()) {
      return Error{ErrorCode::kBadFormat, fmt::format("{}: line {} has {}, expected {} as in the header", name_, line,
                                                      plural(fields.size(), "field"), names_.size())};
    }
    for (std::size_t column = 0; column < fields.size(); ++column) {
      const auto field = trimmed(fields[column]);
      STANDFAST_CHECK(column == label_column_ ? add_label(field, line) : add_number(field, line, column));
    }
    data_.source_index.push_back(static_cast<std::int64_t>(data_.source_index.size()));
    return {};
  }

  Dataset finish_dataset() {
    data_.source = name_;
    data_.class_names = classes_.names();
    if (label_column_) data_.label_column = names_[*label_column_];
    for (std::size_t column = 0; column < names_.size(); ++column) {
      if (column != label_column_) data_.feature_names.push_back(names_[column]);
    }
    data_.input_shape = {static_cast<std::int64_t>(data_.feature_names.size())};
    sort_classes(data_);
    return std::move(data_);
  }

 private:
  Status add_label(std::string_view field, std::size_t line) {
    const auto number = classes_.number_of(field);
    if (!number) return error_at(line, *label_column_, number.error().message);
    data_.labels.push_back(*number);
    return {};
  }

  Status add_number(std::string_view field, std::size_t line, std::size_t column) {
    if (field.empty()) return error_at(line, column, "the value is missing");
    const auto value = parse_number(field);
    if (!value) {
      const bool may_be_label = !label_column_ && column + 1 == names_.size();
      return error_at(line, column,
                      fmt::format("found {}, expected a number{}", files::quote_for_message(field),
                                  may_be_label ? "; if it is the label, name it with --label" : ""));
    }
    const auto stored = static_cast<float>(*value);  // by way of float64, as NumPy and pandas read it
    if (!std::isfinite(stored)) {
      return error_at(line, column,
                      fmt::format("found {}, expected a finite float32 number", files::quote_for_message(field)));
    }
    data_.features.push_back(stored);
    return {};
  }

  [[nodiscard]] Error error_at(std::size_t line, std::size_t column, std::string_view what) const {
    return {ErrorCode::kBadValue,
            fmt::format("{}: line {}, column {}: {}", name_, line, files::quote_for_message(names_[column]), what)};
  }

  const std::string& name_;
  const Names& names_;
  std::optional<std::size_t> label_column_;
  ClassNames classes_;
  Dataset data_;
};

}  // namespace

Result<Dataset> parse_table(std::string_view text, const std::string& name, const TableOptions& options) {
  const TableFrame frame = frame_table(text, options.separator);
  CsvScanner scanner(frame.text, name, frame.separator, frame.first_line);
  STANDFAST_TRY(const Names names, read_table_header(scanner, name));
  STANDFAST_TRY(const auto label_column, find_label_column(names, frame, name, options));
  if (names.size() == (label_column ? 1U : 0U)) {
    return Error{ErrorCode::kBadFormat, fmt::format("{}: has only the label column {}, expected features beside it",
                                                    name, files::quote_for_message(names.front()))};
  }
  TableReader reader(name, names, label_column);
  bool any = false;
  for (;;) {
    STANDFAST_TRY(const bool found, scanner.next_record());
    if (!found) break;
    STANDFAST_CHECK(scanner.at_blank_line() ? reader.add_blank_line(scanner.line())
                                            : reader.add_row(scanner.fields(), scanner.line()));
    any = true;
  }
  if (!any) return Error{ErrorCode::kBadFormat, fmt::format("{}: has a header and no rows", name)};
  Dataset data = reader.finish_dataset();
  data.notes = table_notes(frame, names, label_column, name, options);
  return data;
}

}  // namespace standfast::data
