// Everything is counted in the features: a category's value by the feature that is 1, a missing number by the one that
// says so.
#include "cli/records/column_text.hpp"

#include <algorithm>
#include <cstddef>
#include <numeric>
#include <vector>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "cli/terminal/output.hpp"
#include "standfast/evaluation.hpp"

namespace standfast::cli {
namespace {

constexpr std::size_t kMostValues = 5;

std::string row_of(const std::string& name, const Column& column, const std::string& missing,
                   const std::string& holds) {
  std::string text = fmt::format("{:<34} {:<10} {:>9}  {}", name.empty() ? "(no name)" : printable(name),
                                 column_kind_name(column.kind), missing, holds);
  return text.erase(text.find_last_not_of(' ') + 1) + "\n";
}

std::vector<double> values_of(const Dataset& data, std::size_t feature) {
  std::vector<double> values;
  for (std::size_t i = 0; i < data.count(); ++i) values.push_back(data.row(i)[feature]);
  return values;
}

std::size_t count_ones(const Dataset& data, std::size_t feature) {
  const std::vector<double> values = values_of(data, feature);
  return static_cast<std::size_t>(std::ranges::count(values, 1.0));
}

/// "tcp 812, udp 77 and 3 more".
std::string frequent_values(const Column& column, std::vector<std::size_t> rows) {
  std::vector<std::size_t> order(column.values.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::ranges::stable_sort(order, std::ranges::greater{}, [&](std::size_t value) { return rows[value]; });
  std::vector<std::string> parts;
  for (const std::size_t value : order)
    if (parts.size() < kMostValues) parts.push_back(fmt::format("{} {}", printable(column.values[value]), rows[value]));
  std::string text = fmt::format("{}", fmt::join(parts, ", "));
  if (order.size() > kMostValues) text += fmt::format(" and {} more", order.size() - kMostValues);
  if (rows.back() > 0) text += fmt::format("; missing or rare {}", rows.back());
  return text;
}

/// What the rows have in the column whose features begin at `feature`.
std::string held(const Dataset& data, const Column& column, std::size_t feature) {
  if (column.kind == ColumnKind::kCategory) {
    std::vector<std::size_t> rows;
    for (std::size_t k = 0; k <= column.values.size(); ++k) rows.push_back(count_ones(data, feature + k));
    return frequent_values(column, std::move(rows));
  }
  const std::vector<double> values = values_of(data, feature);
  if (column.kind == ColumnKind::kBoolean) return fmt::format("true in {} rows", std::ranges::count(values, 1.0));
  const auto [smallest, largest] = std::ranges::minmax(values);
  return fmt::format("{:.6g} to {:.6g}, median {:.6g}", smallest, largest, median(values));
}

std::string reading(const Column& column) {
  if (!is_read(column.kind)) return "left out";
  if (column.kind == ColumnKind::kCategory) {
    std::vector<std::string> values;
    for (const std::string& value : column.values)
      if (values.size() < kMostValues) values.push_back(printable(value));
    std::string text = fmt::format("{}", fmt::join(values, ", "));
    if (column.values.size() > kMostValues) text += fmt::format(" and {} more", column.values.size() - kMostValues);
    return text + "; all else is " + std::string(kOtherValue);
  }
  if (!column.filled) return "";
  return fmt::format("{:.6g} where missing{}", *column.filled,
                     column.marks_missing ? ", and a feature says so" : "; none was in training");
}

}  // namespace

bool tells_more_than_numbers(const Columns& columns) {
  return std::ranges::any_of(
      columns, [](const Column& column) { return column.kind != ColumnKind::kNumber || column.marks_missing; });
}

std::string columns_with_values(const Dataset& data) {
  std::string text = fmt::format("{:<34} {:<10} {:>9}  {}\n", "column", "kind", "missing", "holds");
  std::size_t feature = 0;
  for (const Column& column : data.columns) {
    if (!is_read(column.kind)) {
      text += row_of(column.name, column, "", "left out");
      continue;
    }
    const bool category = column.kind == ColumnKind::kCategory;
    const std::size_t missing = column.marks_missing ? count_ones(data, feature + 1) : 0;
    text += row_of(column.name, column, category ? "" : std::to_string(missing), held(data, column, feature));
    feature += category ? column.values.size() + 1 : (column.marks_missing ? 2 : 1);
  }
  return text;
}

std::string columns_as_read(const Columns& columns) {
  std::string text;
  for (const Column& column : columns)
    text += fmt::format("  {:<30} {:<10} {}\n", column.name.empty() ? "(no name)" : printable(column.name),
                        column_kind_name(column.kind), reading(column));
  return text;
}

}  // namespace standfast::cli
