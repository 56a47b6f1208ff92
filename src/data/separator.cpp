// A separator is believed if it parts the header and the first row alike. A header without any of the separators is a
// single column.
#include "data/separator.hpp"

#include <array>
#include <utility>

#include <fmt/format.h>

#include "data/csv.hpp"

namespace standfast::data {
namespace {

constexpr std::array<std::pair<std::string_view, char>, 6> kWords = {
    {{",", ','}, {"tab", '\t'}, {";", ';'}, {"|", '|'}, {"\t", '\t'}, {"\\t", '\t'}}};
constexpr std::string_view kByOrder = ",\t;|";

/// The number of fields of the first record and of the one after it; 0 for what cannot be read or is not there.
std::pair<std::size_t, std::size_t> field_counts(std::string_view text, char separator) {
  CsvScanner scanner(text, "", separator);
  std::array<std::size_t, 2> counts{};
  for (auto& count : counts) {
    const auto found = scanner.next_record();
    if (!found.ok() || !*found) break;
    count = scanner.fields().size();
  }
  return {counts[0], counts[1]};
}

char guess_separator(std::string_view text) {
  std::optional<char> parts_header;
  for (const char separator : kByOrder) {
    const auto [header, row] = field_counts(text, separator);
    if (header < 2) continue;
    if (header == row) return separator;
    if (!parts_header) parts_header = separator;
  }
  return parts_header.value_or(',');
}

}  // namespace

Result<char> parse_separator(std::string_view word) {
  for (const auto& [known, separator] : kWords)
    if (word == known) return separator;
  return Error{ErrorCode::kBadOption, fmt::format("--separator: '{}' is not one of , ; | tab", word)};
}

std::string separator_name(char separator) { return separator == '\t' ? "tab" : std::string(1, separator); }

TableFrame frame_table(std::string_view text, std::optional<char> asked) {
  TableFrame frame{text, 1, ','};
  std::string_view start = text;
  if (start.starts_with("\xEF\xBB\xBF")) start.remove_prefix(3);
  const std::string_view line = start.substr(0, start.find_first_of("\r\n"));
  // spreadsheets write and read this line
  const bool named = line.size() == 5 && (line.starts_with("sep=") || line.starts_with("SEP="));
  const auto separator = named ? parse_separator(line.substr(4)) : Result<char>(',');
  if (named && separator.ok()) {
    const auto end = start.find('\n');
    frame = {end == std::string_view::npos ? std::string_view() : start.substr(end + 1), 2, *separator};
  } else {
    frame.separator = guess_separator(text);
  }
  if (asked) frame.separator = *asked;
  return frame;
}

}  // namespace standfast::data
