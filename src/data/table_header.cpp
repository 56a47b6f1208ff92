// The header is checked before any row: its names go into messages, model files and JSON.
#include "data/table_header.hpp"

#include <algorithm>
#include <unordered_set>

#include <fmt/format.h>

#include "base/try.hpp"
#include "data/text.hpp"
#include "files/message.hpp"

namespace standfast::data {

Result<std::vector<std::string>> read_table_header(CsvScanner& scanner, const std::string& name,
                                                   bool first_may_be_unnamed) {
  STANDFAST_TRY(const bool found, scanner.next_record());
  if (!found) return Error{ErrorCode::kBadFormat, fmt::format("{}: is empty, expected a header line", name)};
  const auto& fields = scanner.fields();
  if (scanner.at_blank_line())
    return Error{ErrorCode::kBadFormat,
                 fmt::format("{}: line {} is blank, expected a header line", name, scanner.line())};
  if (std::ranges::all_of(fields, [](auto field) { return parse_number(trimmed(field)).has_value(); })) {
    return Error{
        ErrorCode::kBadFormat,
        fmt::format("{}: line {} holds only numbers, expected a header with column names", name, scanner.line())};
  }
  std::vector<std::string> names;
  std::unordered_set<std::string_view> seen;
  for (const auto field : fields) {
    const auto column = names.size() + 1;
    const bool may_be_unnamed = first_may_be_unnamed && names.empty() && fields.size() > 1;
    if (field.empty() && !may_be_unnamed)
      return Error{ErrorCode::kBadFormat, fmt::format("{}: column {} has no name", name, column)};
    if (!is_name_text(field)) {
      return Error{ErrorCode::kBadFormat, fmt::format("{}: column {} is named {}, expected UTF-8 text", name, column,
                                                      files::quote_for_message(field))};
    }
    if (!seen.insert(field).second) {
      return Error{ErrorCode::kBadFormat,
                   fmt::format("{}: two columns are named {}", name, files::quote_for_message(field))};
    }
    names.emplace_back(field);
  }
  return names;
}

}  // namespace standfast::data
