// A column of numbers stays one, unless it numbers the rows. A column of text is, in this order, empty, dates, true and
// false, a category if most of its rows have values that repeat, else an identifier. A value of a single row teaches
// nothing that could be told from chance, so that it shares the feature for other values.
#include "columns/infer.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <unordered_set>
#include <utility>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "base/try.hpp"
#include "columns/columns.hpp"
#include "columns/words.hpp"
#include "files/message.hpp"
#include "files/names.hpp"
#include "files/utf8.hpp"

namespace standfast::columns {
namespace {

// A feature for each: the services of network traffic are about 70, its protocols about 130 of which most are rare.
constexpr std::size_t kMostValues = 100;
constexpr std::size_t kFewestRows = 2;  // of a value that has a feature

using Rows = std::span<const std::size_t>;

/// One column of the rows that count.
struct Seen {
  std::size_t missing = 0;
  std::vector<float> present;        ///< Its numbers, or the numbers of its words.
  std::vector<std::size_t> of_word;  ///< How many rows have each word.
};

Seen look_at(const Table& table, Rows rows, std::size_t column) {
  Seen seen;
  seen.of_word.resize(table.words[column].size());
  seen.present.reserve(rows.size());
  for (const std::size_t i : rows) {
    const float cell = table.cells[i * table.width() + column];
    if (std::isnan(cell)) {
      ++seen.missing;
      continue;
    }
    seen.present.push_back(cell);
    if (table.is_text(column)) ++seen.of_word[static_cast<std::size_t>(cell)];
  }
  return seen;
}

/// The lower median, which is one of the values. Requires: there are some.
float median_of(std::vector<float> values) {
  const auto middle = values.begin() + static_cast<std::ptrdiff_t>((values.size() - 1) / 2);
  std::ranges::nth_element(values, middle);
  return *middle + 0.0F;  // no -0
}

/// Whether the first column only numbers rows: as pandas writes its index.
bool is_index(const std::string& name, const Table& table, std::size_t column, const Seen& seen) {
  constexpr std::array<std::string_view, 3> kNames = {"id", "index", "Unnamed: 0"};
  if (column != 0) return false;
  if (name.empty()) return true;
  if (std::ranges::none_of(kNames, [&](auto usual) { return files::same_name(name, usual); })) return false;
  if (table.is_text(column)) return false;
  std::vector<float> present = seen.present;
  if (std::ranges::any_of(present, [](float value) { return value != std::floor(value); })) return false;
  std::ranges::sort(present);
  return present.size() > 1 && std::ranges::adjacent_find(present) == present.end();
}

/// The words that these rows have. Requires: a column of text.
std::vector<std::size_t> words_seen(const Seen& seen) {
  std::vector<std::size_t> words;
  for (std::size_t word = 0; word < seen.of_word.size(); ++word)
    if (seen.of_word[word] > 0) words.push_back(word);
  return words;
}

bool are_booleans(const std::vector<std::string>& words, const std::vector<std::size_t>& seen) {
  int pair = -1;
  for (const std::size_t word : seen) {
    const auto found = parse_boolean(words[word]);
    if (!found || (pair >= 0 && pair != found->pair)) return false;
    pair = found->pair;
  }
  return true;
}

/// The most frequent words that repeat. Empty if less than half of the rows with a word have one of them.
std::vector<std::size_t> repeated_words(const Table& table, std::size_t column, const Seen& seen) {
  std::vector<std::size_t> words = words_seen(seen);
  std::erase_if(words, [&](std::size_t word) { return seen.of_word[word] < kFewestRows; });
  const auto& texts = table.words[column];
  std::erase_if(words, [&](std::size_t word) { return texts[word] == kOtherValue; });
  std::ranges::sort(words, [&](std::size_t a, std::size_t b) {
    if (seen.of_word[a] != seen.of_word[b]) return seen.of_word[a] > seen.of_word[b];
    return texts[a] < texts[b];
  });
  if (words.size() > kMostValues) words.resize(kMostValues);
  std::size_t rows = 0;
  for (const std::size_t word : words) rows += seen.of_word[word];
  if (2 * rows < seen.present.size()) words.clear();
  return words;
}

Result<Column> text_column(const Table& table, std::size_t column, const Seen& seen) {
  Column result{table.names[column]};
  const auto& texts = table.words[column];
  const std::vector<std::size_t> words = words_seen(seen);
  if (std::ranges::all_of(words, [&](std::size_t word) { return is_date(texts[word]); })) {
    result.kind = ColumnKind::kDate;
    return result;
  }
  if (words.size() == 1 && seen.missing == 0) {
    result.kind = ColumnKind::kConstant;
    return result;
  }
  if (are_booleans(texts, words)) {
    result.kind = ColumnKind::kBoolean;
    std::vector<float> values;
    for (const float word : seen.present)
      values.push_back(parse_boolean(texts[static_cast<std::size_t>(word)])->value ? 1.0F : 0.0F);
    result.filled = median_of(std::move(values));
    result.marks_missing = seen.missing > 0;
    return result;
  }
  const std::vector<std::size_t> repeated = repeated_words(table, column, seen);
  result.kind = repeated.empty() ? ColumnKind::kIdentifier : ColumnKind::kCategory;
  for (const std::size_t word : repeated) {
    if (!files::is_utf8(texts[word]) || texts[word].find('\0') != std::string::npos)
      return Error{ErrorCode::kBadValue,
                   fmt::format("{}: column {}: found {}, expected UTF-8 text", table.source,
                               files::quote_for_message(result.name), files::quote_for_message(texts[word]))};
    result.values.push_back(texts[word]);
  }
  std::ranges::sort(result.values);
  return result;
}

Result<Column> infer_column(const Table& table, std::size_t column, const Seen& seen) {
  Column result{table.names[column]};
  if (is_index(result.name, table, column, seen)) {
    result.kind = ColumnKind::kIndex;
  } else if (seen.present.empty()) {
    result.kind = ColumnKind::kEmpty;
  } else if (table.is_text(column)) {
    return text_column(table, column, seen);
  } else {
    result.filled = median_of(seen.present);
    result.marks_missing = seen.missing > 0;
  }
  return result;
}

std::string counted(std::size_t count, std::string_view what) {
  return fmt::format("{} {}{}", count, what, count == 1 ? "" : "s");
}

/// `"a" (empty), "b" (dates) and 3 more`.
std::string some_of(const std::vector<std::string>& items) {
  constexpr std::size_t kMostShown = 8;
  std::string text = fmt::format("{}", fmt::join(std::span(items).first(std::min(items.size(), kMostShown)), ", "));
  if (items.size() > kMostShown) text += fmt::format(" and {} more", items.size() - kMostShown);
  return text;
}

std::string why_left_out(const Column& column, std::size_t values) {
  if (column.kind == ColumnKind::kIndex) return "an index";
  if (column.kind == ColumnKind::kDate) return "dates";
  if (column.kind == ColumnKind::kEmpty) return "empty";
  if (column.kind == ColumnKind::kConstant) return "always the same";
  return fmt::format("{} different texts", values);
}

/// What was decided, kind by kind.
class Report {
 public:
  void add(const Column& column, const Seen& seen) {
    const std::string name = files::quote_for_message(column.name);
    const std::size_t values = words_seen(seen).size();
    if (!is_read(column.kind)) left_out_.push_back(fmt::format("{} ({})", name, why_left_out(column, values)));
    if (column.kind == ColumnKind::kBoolean) booleans_.push_back(name);
    if (column.kind == ColumnKind::kCategory)
      categories_.push_back(fmt::format(
          "{} ({}{})", name, counted(column.values.size(), "value"),
          values > column.values.size() ? fmt::format(", {} as others", values - column.values.size()) : ""));
    if (column.marks_missing)
      filled_.push_back(fmt::format("{} ({}: {:g})", name, counted(seen.missing, "row"), *column.filled));
  }

  [[nodiscard]] std::vector<Remark> remarks() const {
    std::vector<Remark> result;
    if (!left_out_.empty())
      result.push_back({fmt::format("{} left out: {}", columns_are(left_out_.size()), some_of(left_out_)), true});
    if (!categories_.empty())
      result.push_back({fmt::format("{} text with values that repeat, a feature for each: {}",
                                    columns_are(categories_.size()), some_of(categories_))});
    if (!booleans_.empty())
      result.push_back({fmt::format("{} true or false: {}", columns_are(booleans_.size()), some_of(booleans_))});
    if (!filled_.empty())
      result.push_back({fmt::format(
          "{} missing values, which the median stands in for, with a feature that says so: "
          "{}",
          filled_.size() == 1 ? "1 column has" : counted(filled_.size(), "column") + " have", some_of(filled_))});
    return result;
  }

 private:
  static std::string columns_are(std::size_t count) { return counted(count, "column") + (count == 1 ? " is" : " are"); }

  std::vector<std::string> left_out_, categories_, booleans_, filled_;
};

Status check_feature_names(const Table& table, const Columns& columns) {
  const std::vector<std::string> names = feature_names(columns);
  if (names.empty())
    return Error{
        ErrorCode::kBadValue,
        fmt::format("{}: no column is left as a feature: expected numbers, or text that repeats", table.source)};
  std::unordered_set<std::string_view> seen;
  for (const std::string& name : names) {
    if (!seen.insert(name).second)
      return Error{ErrorCode::kBadValue, fmt::format("{}: two features would be named {}; rename a column",
                                                     table.source, files::quote_for_message(name))};
  }
  return {};
}

}  // namespace

std::vector<bool> identifying_columns(const Table& table, std::span<const std::size_t> rows) {
  std::vector<bool> identify(table.width());
  for (std::size_t column = 0; column < table.width(); ++column) {
    if (column > 0 && !table.is_text(column)) continue;
    const auto found = infer_column(table, column, look_at(table, rows, column));
    if (!found.ok()) continue;
    const ColumnKind kind = found->kind;
    identify[column] = kind == ColumnKind::kIndex || kind == ColumnKind::kDate || kind == ColumnKind::kIdentifier;
  }
  return identify;
}

Result<Inferred> infer_columns(const Table& table, std::span<const std::size_t> rows) {
  Inferred result;
  Report report;
  for (std::size_t column = 0; column < table.width(); ++column) {
    const Seen seen = look_at(table, rows, column);
    STANDFAST_TRY(Column found, infer_column(table, column, seen));
    report.add(found, seen);
    result.columns.push_back(std::move(found));
  }
  STANDFAST_CHECK(check_feature_names(table, result.columns));
  result.remarks = report.remarks();
  return result;
}

}  // namespace standfast::columns
