// Each column of the model finds its column in the table by name, and then writes its features into every row. What
// could not be taken as it is was counted meanwhile and becomes one remark per kind.
#include "columns/apply.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <unordered_map>
#include <utility>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "base/try.hpp"
#include "columns/columns.hpp"
#include "columns/words.hpp"
#include "files/message.hpp"
#include "files/names.hpp"

namespace standfast::columns {
namespace {

constexpr std::size_t kMostNamed = 5;

using Places = std::unordered_map<std::string_view, std::size_t>;

Places places_of(std::span<const std::string> names) {
  Places places;
  for (std::size_t i = 0; i < names.size(); ++i) places.emplace(names[i], i);
  return places;
}

std::string named(const std::vector<std::string>& names) {
  std::vector<std::string> quoted;
  for (const std::string& name : names) {
    if (quoted.size() == kMostNamed) break;
    quoted.push_back(files::quote_for_message(name));
  }
  std::string text = fmt::format("{}", fmt::join(quoted, ", "));
  if (names.size() > kMostNamed) text += fmt::format(" and {} more", names.size() - kMostNamed);
  return text;
}

/// One column of the model, and where its cells and its features are.
struct Way {
  const Column* column = nullptr;
  std::size_t from = 0;                  ///< The column of the table.
  std::size_t to = 0;                    ///< Its first feature.
  std::vector<float> meaning;            ///< Of each word: 0 or 1, or the number of a category's value.
  std::size_t missing = 0;               ///< Rows in which it was filled in, and no feature says so.
  std::size_t unknown = 0;               ///< Rows with a value of a category that has no feature.
  const std::string* example = nullptr;  ///< One of these values.
};

Error bad_cell(const Table& table, const Column& column, std::size_t row, std::string_view what) {
  return {ErrorCode::kBadValue,
          fmt::format("{}: row {}, column {}: {}", table.source, row, files::quote_for_message(column.name), what)};
}

/// What each word of the table's column means to the model. NaN: nothing.
std::vector<float> meanings(const Column& column, const std::vector<std::string>& words) {
  std::vector<float> meaning;
  for (const std::string& word : words) {
    float value = std::nanf("");
    if (column.kind == ColumnKind::kCategory) {
      const auto found = std::ranges::lower_bound(column.values, word);
      const bool known = found != column.values.end() && *found == word;
      value =
          static_cast<float>(known ? found - column.values.begin() : static_cast<std::ptrdiff_t>(column.values.size()));
    } else if (const auto boolean = parse_boolean(word); column.kind == ColumnKind::kBoolean && boolean) {
      value = boolean->value ? 1.0F : 0.0F;
    }
    meaning.push_back(value);
  }
  return meaning;
}

Status write_category(Way& way, const Table& table, std::size_t row, float cell, std::span<float> features) {
  std::size_t value = way.column->values.size();
  if (!std::isnan(cell)) {
    if (!table.is_text(way.from))
      return bad_cell(table, *way.column, row, fmt::format("found the number {:g}, expected text", cell));
    const auto word = static_cast<std::size_t>(cell);
    value = static_cast<std::size_t>(way.meaning[word]);
    if (value == way.column->values.size()) {
      ++way.unknown;
      if (way.example == nullptr) way.example = &table.words[way.from][word];
    }
  }
  features[way.to + value] = 1;
  return {};
}

Status write_number(Way& way, const Table& table, std::size_t row, float cell, std::span<float> features) {
  const Column& column = *way.column;
  if (std::isnan(cell)) {
    if (!column.filled) return bad_cell(table, column, row, "the value is missing");
    features[way.to] = *column.filled;
    if (column.marks_missing) {
      features[way.to + 1] = 1;
    } else {
      ++way.missing;
    }
    return {};
  }
  if (table.is_text(way.from)) {
    const auto word = static_cast<std::size_t>(cell);
    if (std::isnan(way.meaning[word]))
      return bad_cell(table, column, row,
                      fmt::format("found {}, expected {}", files::quote_for_message(table.words[way.from][word]),
                                  column.kind == ColumnKind::kBoolean ? "true or false" : "a number"));
    cell = way.meaning[word];
  }
  features[way.to] = cell;
  return {};
}

/// Columns of numbers that are all of the table's, in its order, without a missing value.
bool is_plain(const Columns& columns, const Table& table, std::span<const std::size_t> rows) {
  if (rows.size() * table.width() != table.cells.size() || columns.size() != table.width()) return false;
  for (std::size_t i = 0; i < columns.size(); ++i) {
    if (columns[i].kind != ColumnKind::kNumber || columns[i].marks_missing) return false;
    if (columns[i].name != table.names[i] || table.is_text(i)) return false;
  }
  return std::ranges::none_of(table.cells, [](float cell) { return std::isnan(cell); });
}

std::vector<Remark> remarks_of(const std::vector<Way>& ways) {
  std::vector<Remark> remarks;
  for (const Way& way : ways) {
    const std::string name = files::quote_for_message(way.column->name);
    if (way.missing > 0)
      remarks.push_back({fmt::format("column {} lacks a value in {} row{}, where {:g} stands in for it; the model has "
                                     "seen none missing",
                                     name, way.missing, way.missing == 1 ? "" : "s", *way.column->filled),
                         true});
    if (way.unknown > 0)
      remarks.push_back({fmt::format("column {} has values without a feature in {} row{}, such as {}", name,
                                     way.unknown, way.unknown == 1 ? "" : "s", files::quote_for_message(*way.example)),
                         true});
  }
  return remarks;
}

}  // namespace

Status check_columns_of(const Columns& columns, std::span<const std::string> names, const std::string& source) {
  const Places places = places_of(names);
  std::vector<std::string> lacking;
  std::size_t read = 0;
  for (const Column& column : columns) {
    read += is_read(column.kind) ? 1 : 0;
    if (is_read(column.kind) && !places.contains(column.name)) lacking.push_back(column.name);
  }
  if (lacking.empty()) return {};
  return Error{ErrorCode::kBadShape,
               fmt::format("{}: lacks {} of {} columns that the model reads: {}{}", source, lacking.size(), read,
                           named(lacking), lacking.size() == 1 ? files::suggest_name(lacking.front(), names) : "")};
}

Remark passed_over(const std::vector<std::string>& names) {
  return {fmt::format("{} unknown to the model and passed over: {}",
                      names.size() == 1 ? "1 column is" : fmt::format("{} columns are", names.size()), named(names)),
          true};
}

Result<Applied> apply_columns(const Columns& columns, Table table, std::span<const std::size_t> rows) {
  STANDFAST_CHECK(check_columns_of(columns, table.names, table.source));
  Applied result;
  if (is_plain(columns, table, rows)) {
    result.features = std::move(table.cells);
    return result;
  }
  const Places places = places_of(table.names);
  std::vector<Way> ways;
  std::size_t width = 0;
  for (const Column& column : columns) {
    if (is_read(column.kind)) {
      const std::size_t from = places.at(column.name);
      ways.push_back({&column, from, width, meanings(column, table.words[from])});
    }
    width += width_of(column);
  }
  result.features.resize(rows.size() * width);
  for (std::size_t i = 0; i < rows.size(); ++i) {
    const auto cells = table.row(rows[i]);
    const auto features = std::span(result.features).subspan(i * width, width);
    for (Way& way : ways) {
      const float cell = cells[way.from];
      STANDFAST_CHECK(way.column->kind == ColumnKind::kCategory ? write_category(way, table, rows[i], cell, features)
                                                                : write_number(way, table, rows[i], cell, features));
    }
  }
  const std::vector<Remark> counted = remarks_of(ways);
  result.remarks.insert(result.remarks.end(), counted.begin(), counted.end());
  return result;
}

}  // namespace standfast::columns
