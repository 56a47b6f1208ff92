// Fields and columns of records as text.
#include "cli/records/record_text.hpp"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <cstdlib>
#include <limits>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

namespace standfast::cli {
namespace {

constexpr std::size_t kGap = 2;  // blanks between two columns

std::string group_line(const std::vector<std::size_t>& widths, const std::vector<ColumnGroup>& groups) {
  std::string line;
  std::size_t column = 0;
  std::size_t at = 0;
  for (const auto& group : groups) {
    for (; column < group.first; ++column) at += widths[column] + kGap;
    std::size_t width = kGap * (group.count - 1);
    for (; column < group.first + group.count; ++column) width += widths[column];
    line += std::string(at - line.size(), ' ') + fmt::format("{:-^{}}", " " + group.title + " ", width);
    at += width + kGap;
  }
  return line + "\n";
}

}  // namespace

std::string label_name(const Dataset& data, std::size_t i) {
  return data.labels.empty() ? std::string() : data.class_names[static_cast<std::size_t>(data.labels[i])];
}

bool has_sources(const Dataset& data) {
  if (!data.source_names.empty()) return true;
  for (std::size_t i = 0; i < data.count(); ++i) {
    if (data.source_index[i] != static_cast<std::int64_t>(i)) return true;
  }
  return false;
}

std::string source_of(const Dataset& data, std::size_t i) {
  return data.source_names.empty() ? fmt::format("{}", data.source_index[i]) : data.source_names[i];
}

std::string csv_field(const std::string& text) {
  if (text.find_first_of(",\"\r\n") == std::string::npos) return text;
  std::string quoted = "\"";
  for (const char c : text) quoted += c == '"' ? std::string("\"\"") : std::string(1, c);
  return quoted + "\"";
}

std::string json_string(const std::string& text) {
  // a class name may come from a file that is not UTF-8; JSON must be
  return nlohmann::json(text).dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
}

std::string json_number(double value) {
  if (std::isnan(value)) return "null";
  return std::isfinite(value) ? fmt::format("{}", value) : "\"inf\"";
}

std::string json_number(float value) {
  return std::isfinite(value) ? fmt::format("{}", value) : json_number(static_cast<double>(value));
}

std::string align_columns(const std::vector<std::vector<std::string>>& rows, const std::vector<ColumnGroup>& groups) {
  std::vector<std::size_t> widths(rows.front().size());
  for (const auto& row : rows)
    for (std::size_t c = 0; c < row.size(); ++c) widths[c] = std::max(widths[c], row[c].size());
  std::string text = groups.empty() ? std::string() : group_line(widths, groups);
  for (const auto& row : rows) {
    std::string line;
    for (std::size_t c = 0; c < row.size(); ++c) line += fmt::format("{}{:>{}}", c == 0 ? "" : "  ", row[c], widths[c]);
    text += line + "\n";
  }
  return text;
}

}  // namespace standfast::cli
