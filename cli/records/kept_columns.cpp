// Kept columns are text from the same file; an input finds its row by the number that it has in the source.
#include "cli/records/kept_columns.hpp"

#include <algorithm>
#include <array>
#include <string_view>
#include <utility>

#include <fmt/format.h>

#include "cli/records/record_text.hpp"
#include "cli/terminal/output.hpp"
#include "cli/terminal/try.hpp"

namespace standfast::cli {
namespace {

/// Whether a record or an explanation has a field of this name.
bool is_field_of_records(std::string_view name) {
  constexpr std::array<std::string_view, 23> kFields = {
      "index",  "verdict", "logit", "label", "source", "words",  "added_words",   "add",
      "remove", "schema",  "rank",  "norm",  "radius", "attack", "change",        "feature",
      "unit",   "from",    "to",    "price", "share",  "found",  "weakest_radius"};
  return std::ranges::find(kFields, name) != kFields.end() || name == "weakest" || name.starts_with("radius_") ||
         name.starts_with("attack_");
}

/// A column's name beside those of the records and of the columns before it.
std::string name_in_records(const std::string& name, const std::vector<TextColumn>& before) {
  std::string free = name;
  const auto taken = [&](const TextColumn& column) { return column.name == free; };
  while (is_field_of_records(free) || std::ranges::any_of(before, taken)) free = "data_" + free;
  return free;
}

}  // namespace

Result<std::vector<TextColumn>> read_kept_columns(const DataFlags& flags, const std::string& names,
                                                  const Dataset& data) {
  std::vector<TextColumn> kept;
  CLI_TRY(const std::vector<std::string> columns, split_names("--keep", names));
  if (columns.empty()) return kept;
  DataRequest request;
  request.source = flags.source;
  request.separator = flags.separator;
  request.text_column = data.text_column;
  CLI_TRY(const std::vector<TextColumn> whole, read_text_columns(request, columns));
  for (const TextColumn& column : whole) {
    TextColumn chosen{name_in_records(column.name, kept), {}};
    for (const auto row : data.source_index) {
      if (static_cast<std::size_t>(row) >= column.values.size())
        return Error{ErrorCode::kBadFormat,
                     fmt::format("{}: --keep: the table ended before row {}", flags.source, row)};
      chosen.values.push_back(column.values[static_cast<std::size_t>(row)]);
    }
    kept.push_back(std::move(chosen));
  }
  return kept;
}

std::string kept_in_words(const std::vector<TextColumn>& kept, std::size_t input) {
  std::string text;
  for (const TextColumn& column : kept)
    text += fmt::format(", {} = {}", printable(column.name), printable(column.values[input]));
  return text;
}

std::string kept_names_as_csv(const std::vector<TextColumn>& kept) {
  std::string text;
  for (const TextColumn& column : kept) text += "," + csv_field(column.name);
  return text;
}

std::string kept_as_csv(const std::vector<TextColumn>& kept, std::size_t input) {
  std::string text;
  for (const TextColumn& column : kept) text += "," + csv_field(column.values[input]);
  return text;
}

std::string kept_as_json(const std::vector<TextColumn>& kept, std::size_t input) {
  std::string text;
  for (const TextColumn& column : kept)
    text += fmt::format(",{}:{}", json_string(column.name), json_string(column.values[input]));
  return text;
}

}  // namespace standfast::cli
