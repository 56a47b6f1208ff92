// The same walk as over every table; of a record only the fields asked for stay, without blanks at both ends.
#include "data/text_columns.hpp"

#include <algorithm>
#include <cstddef>

#include <fmt/format.h>

#include "base/try.hpp"
#include "data/label_column.hpp"
#include "data/separator.hpp"
#include "data/table_header.hpp"
#include "data/text.hpp"
#include "files/message.hpp"

namespace standfast::data {
namespace {

Result<std::vector<std::size_t>> places_of(const std::vector<std::string>& names, std::span<const std::string> columns,
                                           const std::string& name) {
  std::vector<std::size_t> places;
  for (const std::string& column : columns) {
    STANDFAST_TRY(const std::size_t place, find_column(names, column, name, "--keep"));
    if (std::ranges::find(places, place) != places.end())
      return Error{ErrorCode::kBadOption,
                   fmt::format("{}: column {} is asked for twice", name, files::quote_for_message(names[place]))};
    places.push_back(place);
  }
  return places;
}

}  // namespace

Result<std::vector<TextColumn>> parse_text_columns(std::string_view text, const std::string& name,
                                                   std::span<const std::string> columns,
                                                   const TextColumnsOptions& options) {
  const TableFrame frame = frame_table(text, options.separator);
  const bool literal = options.tabs_quote_nothing && frame.separator == '\t';
  CsvScanner scanner(frame.text, name, frame.separator, frame.first_line,
                     literal ? Quotes::kLiteral : Quotes::kEnclose);
  STANDFAST_TRY(const auto names, read_table_header(scanner, name));
  STANDFAST_TRY(const auto places, places_of(names, columns, name));
  std::vector<TextColumn> kept;
  kept.reserve(places.size());
  for (const std::size_t place : places) kept.push_back({names[place], {}});
  for (;;) {
    STANDFAST_TRY(const bool found, scanner.next_record());
    if (!found) break;
    const auto& fields = scanner.fields();
    if (fields.size() != names.size())
      return Error{ErrorCode::kBadFormat, fmt::format("{}: line {} has {} fields, expected {} as in the header", name,
                                                      scanner.line(), fields.size(), names.size())};
    for (std::size_t k = 0; k < places.size(); ++k) {
      const auto value = trimmed(fields[places[k]]);
      if (!is_name_text(value))
        return Error{ErrorCode::kBadValue,
                     fmt::format("{}: line {}, column {}: found {}, expected UTF-8 text", name, scanner.line(),
                                 files::quote_for_message(names[places[k]]), files::quote_for_message(value))};
      kept[k].values.emplace_back(value);
    }
  }
  return kept;
}

}  // namespace standfast::data
