// The rows go by one at a time, numbers straight into the cells: a table of numbers costs nothing more. A column that
// may hold anything is read as numbers first, while its other fields are counted; if they are the most, a second pass
// reads it as text. Numbers are read to float64 and rounded to float32, as NumPy and pandas do.
#include "data/cells.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <memory>
#include <string_view>
#include <unordered_map>
#include <utility>

#include <fmt/format.h>

#include "base/try.hpp"
#include "columns/words.hpp"
#include "data/classes.hpp"
#include "data/csv.hpp"
#include "data/text.hpp"
#include "files/message.hpp"

namespace standfast::data {
namespace {

constexpr float kMissingCell = std::numeric_limits<float>::quiet_NaN();

std::string plural_of(std::size_t count, std::string_view what) {
  return fmt::format("{} {}{}", count, what, count == 1 ? "" : "s");
}

/// Numbers a column's words in the order in which they appear.
class WordNumbers {
 public:
  float number_of(std::string_view word) {
    if (const auto known = numbers_.find(word); known != numbers_.end()) return known->second;
    if (words_.size() == columns::kMostWords) return static_cast<float>(columns::kMostWords - 1);
    const auto number = static_cast<float>(words_.size());
    words_.emplace_back(word);
    numbers_.emplace(word, number);
    return number;
  }
  std::vector<std::string> take_words() { return std::move(words_); }

 private:
  struct Hash {
    using is_transparent = void;
    std::size_t operator()(std::string_view text) const { return std::hash<std::string_view>()(text); }
  };
  std::vector<std::string> words_;
  std::unordered_map<std::string, float, Hash, std::equal_to<>> numbers_;
};

/// One column while it is read.
struct ColumnState {
  CellKind kind = CellKind::kNumber;
  WordNumbers words;        // kText
  std::size_t numbers = 0;  // kAny: how many rows hold a number, and how many neither a number nor nothing
  std::size_t texts = 0;
  std::optional<Error> text;  // kAny: about the first field that is no number
  std::optional<Error> huge;  // kAny: about the first number that is not finite
};

class CellReader {
 public:
  CellReader(const std::string& name, const CellPlan& plan) : name_(name), plan_(plan), states_(plan.names.size()) {
    for (std::size_t column = 0; column < plan.names.size(); ++column) {
      const bool label = column == plan.label_column;
      states_[column].kind = label ? CellKind::kSkipped : plan.kinds[column];
    }
  }

  Status add_row(const std::vector<std::string_view>& fields, std::size_t line) {
    if (fields.size() != states_.size()) {
      return Error{ErrorCode::kBadFormat, fmt::format("{}: line {} has {}, expected {} as in the header", name_, line,
                                                      plural_of(fields.size(), "field"), states_.size())};
    }
    for (std::size_t column = 0; column < fields.size(); ++column) {
      const auto field = trimmed(fields[column]);
      STANDFAST_CHECK(column == plan_.label_column ? add_label(field, line) : add_cell(field, line, column));
    }
    ++result_.rows;
    return {};
  }

  Status add_blank_line(std::size_t line) const {
    return Error{ErrorCode::kBadFormat, fmt::format("{}: line {} is blank, expected {} as in the header", name_, line,
                                                    plural_of(states_.size(), "field"))};
  }

  /// The columns that have to be read again as text.
  /// Fails: kBadValue for the first field that cannot be what most fields of its column are.
  Result<std::vector<std::size_t>> text_columns() const {
    std::vector<std::size_t> columns;
    for (std::size_t column = 0; column < states_.size(); ++column) {
      const ColumnState& state = states_[column];
      if (state.texts > state.numbers) {
        columns.push_back(column);
      } else if (state.text) {
        return *state.text;
      } else if (state.huge) {
        return *state.huge;
      }
    }
    return columns;
  }

  Result<LabelledTable> finish() {
    if (first_missing_label_ && !no_label_yet()) return *first_missing_label_;
    if (first_missing_label_) result_.labels.clear();
    result_.class_names = classes_.names();
    result_.table.source = name_;
    for (std::size_t column = 0; column < states_.size(); ++column) {
      if (states_[column].kind == CellKind::kSkipped) continue;
      result_.table.names.push_back(plan_.names[column]);
      result_.table.words.push_back(states_[column].words.take_words());
    }
    return std::move(result_);
  }

 private:
  [[nodiscard]] bool no_label_yet() const { return classes_.names().empty(); }

  Status add_label(std::string_view field, std::size_t line) {
    if (plan_.labels_may_be_missing && field.empty()) {
      if (!first_missing_label_) first_missing_label_ = error_at(line, *plan_.label_column, "the label is missing");
      result_.labels.push_back(0);
      return {};
    }
    const auto number = classes_.number_of(field);
    if (!number) return error_at(line, *plan_.label_column, number.error().message);
    result_.labels.push_back(*number);
    return {};
  }

  Status add_cell(std::string_view field, std::size_t line, std::size_t column) {
    ColumnState& state = states_[column];
    switch (state.kind) {
      case CellKind::kNumber:
        if (field.empty()) return error_at(line, column, "the value is missing");
        return add_number(field, line, column);
      case CellKind::kSkipped:
        return {};
      case CellKind::kText:
        result_.table.cells.push_back(columns::is_missing(field) ? kMissingCell : state.words.number_of(field));
        return {};
      case CellKind::kNumberOrMissing:
        if (columns::is_missing(field)) break;
        return add_number(field, line, column);
      case CellKind::kBoolean:
        if (columns::is_missing(field)) break;
        return add_boolean(field, line, column);
      case CellKind::kAny:
        return add_any(state, field, line, column);
    }
    result_.table.cells.push_back(kMissingCell);
    return {};
  }

  Status add_number(std::string_view field, std::size_t line, std::size_t column) {
    const auto value = parse_number(field);
    if (!value) return no_number(field, line, column);
    const auto stored = static_cast<float>(*value);  // by way of float64, as NumPy and pandas read it
    if (!std::isfinite(stored)) return not_finite(field, line, column);
    result_.table.cells.push_back(stored);
    return {};
  }

  Status add_boolean(std::string_view field, std::size_t line, std::size_t column) {
    const auto boolean = columns::parse_boolean(field);
    const auto number = parse_number(field);
    if (!boolean && (!number || (*number != 0 && *number != 1)))
      return error_at(line, column, fmt::format("found {}, expected true or false", files::quote_for_message(field)));
    result_.table.cells.push_back((boolean ? boolean->value : *number == 1) ? 1.0F : 0.0F);
    return {};
  }

  Status add_any(ColumnState& state, std::string_view field, std::size_t line, std::size_t column) {
    const auto value = parse_number(field);
    if (value && std::isfinite(static_cast<float>(*value))) {
      ++state.numbers;
      result_.table.cells.push_back(static_cast<float>(*value));
      return {};
    }
    result_.table.cells.push_back(kMissingCell);
    if (columns::is_missing(field)) return {};
    if (value) {
      ++state.numbers;
      if (!state.huge) state.huge = not_finite(field, line, column);
    } else {
      ++state.texts;
      if (!state.text) state.text = no_number(field, line, column);
    }
    return {};
  }

  [[nodiscard]] Error no_number(std::string_view field, std::size_t line, std::size_t column) const {
    const bool may_be_label = plan_.last_may_be_label && column + 1 == states_.size();
    return error_at(line, column,
                    fmt::format("found {}, expected a number{}", files::quote_for_message(field),
                                may_be_label ? "; if it is the label, name it with --label" : ""));
  }

  [[nodiscard]] Error not_finite(std::string_view field, std::size_t line, std::size_t column) const {
    return error_at(line, column,
                    fmt::format("found {}, expected a finite float32 number", files::quote_for_message(field)));
  }

  [[nodiscard]] Error error_at(std::size_t line, std::size_t column, std::string_view what) const {
    return {ErrorCode::kBadValue, fmt::format("{}: line {}, column {}: {}", name_, line,
                                              files::quote_for_message(plan_.names[column]), what)};
  }

  const std::string& name_;
  const CellPlan& plan_;
  std::vector<ColumnState> states_;
  std::optional<Error> first_missing_label_;
  ClassNames classes_;
  LabelledTable result_;
};

Status read_rows(const TableFrame& frame, const std::string& name, CellReader& reader) {
  CsvScanner scanner(frame.text, name, frame.separator, frame.first_line);
  bool header = true;
  bool any = false;
  for (;;) {
    STANDFAST_TRY(const bool found, scanner.next_record());
    if (!found) break;
    if (std::exchange(header, false)) continue;
    STANDFAST_CHECK(scanner.at_blank_line() ? reader.add_blank_line(scanner.line())
                                            : reader.add_row(scanner.fields(), scanner.line()));
    any = true;
  }
  if (any) return {};
  return Error{ErrorCode::kBadFormat, fmt::format("{}: has a header and no rows", name)};
}

}  // namespace

Result<LabelledTable> read_cells(const TableFrame& frame, const std::string& name, const CellPlan& plan) {
  auto reader = std::make_unique<CellReader>(name, plan);
  STANDFAST_CHECK(read_rows(frame, name, *reader));
  STANDFAST_TRY(const std::vector<std::size_t> texts, reader->text_columns());
  if (texts.empty()) return reader->finish();
  reader.reset();  // before the same cells are read again
  CellPlan again = plan;
  for (auto& kind : again.kinds)
    if (kind == CellKind::kAny) kind = CellKind::kNumberOrMissing;
  for (const std::size_t column : texts) again.kinds[column] = CellKind::kText;
  CellReader second(name, again);
  STANDFAST_CHECK(read_rows(frame, name, second));
  return second.finish();
}

}  // namespace standfast::data
