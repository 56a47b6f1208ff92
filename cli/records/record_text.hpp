// What the text forms of records share: fields, numbers and aligned columns.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "standfast/data.hpp"
#include "standfast/report.hpp"

namespace standfast::cli {

/// Name of input i's label, empty for unlabelled data.
std::string label_name(const Dataset& data, std::size_t i);

/// Whether an input's number in the data is not its number, or its file, in the source.
bool has_sources(const Dataset& data);
/// Where input i is in the source: the name of its file, or the number of its row or record, from 0.
std::string source_of(const Dataset& data, std::size_t i);

/// As RFC 4180 quotes it.
std::string csv_field(const std::string& text);
std::string json_string(const std::string& text);
/// JSON has no infinity: it is written as the string that CSV uses. NaN is null.
std::string json_number(double value);
/// The same in the digits of float32.
std::string json_number(float value);

/// Significant digits in tables for people.
inline constexpr int kTableDigits = 4;

/// A title over several columns.
struct ColumnGroup {
  std::size_t first = 0;
  std::size_t count = 0;
  std::string title;
};

/// Columns as wide as their widest cell, numbers to the right; the groups, if any, are a line of their own.
/// Shape: rows are of equal length, the first one holds the titles.
std::string align_columns(const std::vector<std::vector<std::string>>& rows,
                          const std::vector<ColumnGroup>& groups = {});

}  // namespace standfast::cli
