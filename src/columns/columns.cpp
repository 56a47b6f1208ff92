// The features of columns follow from the columns alone, one column after the other; everything else here checks that a
// file says nothing that cannot be.
#include "columns/columns.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <unordered_set>

#include <fmt/format.h>

#include "base/try.hpp"
#include "columns/words.hpp"
#include "files/message.hpp"
#include "files/utf8.hpp"

namespace standfast {
namespace {

// in the order of the enumeration
constexpr std::array<std::string_view, 9> kKindNames = {"number",     "boolean", "category", "index",  "date",
                                                        "identifier", "empty",   "constant", "ignored"};

}  // namespace

std::string_view column_kind_name(ColumnKind kind) { return kKindNames[static_cast<std::size_t>(kind)]; }

std::vector<std::string> feature_names(const Columns& columns) {
  std::vector<std::string> names;
  for (const Column& column : columns)
    for (std::size_t k = 0; k < columns::width_of(column); ++k) names.push_back(columns::feature_name(column, k));
  return names;
}

std::vector<CategoryColumn> category_columns(const Columns& columns) {
  std::vector<CategoryColumn> categories;
  std::uint32_t feature = 0;
  for (const Column& column : columns) {
    const auto width = static_cast<std::uint32_t>(columns::width_of(column));
    if (column.kind == ColumnKind::kCategory) {
      CategoryColumn category{column.name, {}, column.values};
      category.values.emplace_back(kOtherValue);
      for (std::uint32_t k = 0; k < width; ++k) category.features.push_back(feature + k);
      categories.push_back(std::move(category));
    }
    feature += width;
  }
  return categories;
}

Columns columns_of_names(const std::vector<std::string>& names) {
  std::unordered_set<std::string_view> seen;
  Columns columns;
  for (const std::string& name : names) {
    if (name.empty() || !seen.insert(name).second) return {};
    columns.push_back({name});
  }
  return columns;
}

namespace columns {
namespace {

bool is_text(std::string_view text) { return files::is_utf8(text) && text.find('\0') == std::string_view::npos; }

Error bad_column(std::size_t place, const Column& column, std::string_view what) {
  return {ErrorCode::kBadValue, fmt::format("column {}, {}: {}", place, files::quote_for_message(column.name), what)};
}

Status check_values(std::size_t place, const Column& column) {
  if (column.kind != ColumnKind::kCategory) {
    if (column.values.empty()) return {};
    return bad_column(place, column, "has values, expected none for what is no category");
  }
  if (column.values.empty()) return bad_column(place, column, "is a category without values");
  for (const std::string& value : column.values) {
    if (!is_text(value) || is_missing(value) || value == kOtherValue)
      return bad_column(place, column,
                        fmt::format("has the value {}, expected UTF-8 text that is no missing value",
                                    files::quote_for_message(value)));
  }
  if (std::ranges::adjacent_find(column.values, std::ranges::greater_equal()) != column.values.end())
    return bad_column(place, column, "has values out of order, expected each once in the order of their bytes");
  return {};
}

Status check_missing(std::size_t place, const Column& column) {
  const bool may_fill = column.kind == ColumnKind::kNumber || column.kind == ColumnKind::kBoolean;
  if (!may_fill && (column.filled || column.marks_missing))
    return bad_column(place, column, "fills missing values, expected a number or a boolean");
  if (column.marks_missing && !column.filled)
    return bad_column(place, column, "marks missing values, expected a value that stands in for them");
  if (column.filled && !std::isfinite(*column.filled))
    return bad_column(place, column, "fills missing values with what is not finite");
  return {};
}

/// One name at a time: all of them together can be far larger than the file that claims them.
Status check_names(const Columns& columns, const std::vector<std::string>& names) {
  std::size_t feature = 0;
  for (const Column& column : columns) {
    for (std::size_t k = 0; k < width_of(column); ++k, ++feature) {
      const std::string expected = feature_name(column, k);
      if (expected == names[feature]) continue;
      return Error{ErrorCode::kBadShape,
                   fmt::format("columns: feature {} is {} by its column, expected {} as in the names", feature,
                               files::quote_for_message(expected), files::quote_for_message(names[feature]))};
    }
  }
  return {};
}

}  // namespace

std::optional<ColumnKind> parse_column_kind(std::string_view name) {
  const auto* const found = std::ranges::find(kKindNames, name);
  if (found == kKindNames.end()) return std::nullopt;
  return static_cast<ColumnKind>(found - kKindNames.begin());
}

std::string feature_name(const Column& column, std::size_t k) {
  if (column.kind != ColumnKind::kCategory) return k == 0 ? column.name : column.name + " is missing";
  return column.name + "=" + (k < column.values.size() ? column.values[k] : std::string(kOtherValue));
}

std::size_t width_of(const Column& column) {
  if (column.kind == ColumnKind::kCategory) return column.values.size() + 1;
  return is_read(column.kind) ? (column.marks_missing ? 2 : 1) : 0;
}

Status check_columns(const Columns& columns, const std::vector<std::string>& names) {
  std::unordered_set<std::string_view> seen;
  for (std::size_t i = 0; i < columns.size(); ++i) {
    const Column& column = columns[i];
    if (!is_text(column.name) || (column.name.empty() && is_read(column.kind)))
      return bad_column(i, column, "expected a name in UTF-8");
    if (!seen.insert(column.name).second) return bad_column(i, column, "is there twice, expected names of their own");
    STANDFAST_CHECK(check_values(i, column));
    STANDFAST_CHECK(check_missing(i, column));
  }
  std::size_t width = 0;
  for (const Column& column : columns) width += width_of(column);
  if (width != names.size())
    return Error{ErrorCode::kBadShape, fmt::format("columns: make {} features, expected {}", width, names.size())};
  STANDFAST_CHECK(check_names(columns, names));
  std::unordered_set<std::string_view> features;
  for (const std::string& name : names) {
    if (!features.insert(name).second)
      return Error{ErrorCode::kBadValue,
                   fmt::format("columns: two features are named {}", files::quote_for_message(name))};
  }
  return {};
}

}  // namespace columns
}  // namespace standfast
