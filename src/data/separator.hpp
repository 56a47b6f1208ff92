// What stands between the columns of a table.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

#include "standfast/result.hpp"

namespace standfast::data {

/// The separator that a word names: one of , ; | and the tab, which may be spelt `tab` or `\t`.
/// Fails: kBadOption for another word.
Result<char> parse_separator(std::string_view word);

/// "," for a comma, "tab" for a tab.
std::string separator_name(char separator);

/// Where a table begins and how its columns are parted.
struct TableFrame {
  std::string_view text;       ///< The text from the header on.
  std::size_t first_line = 1;  ///< The number of the header's line.
  char separator = ',';
};

/// `asked` is the separator that was asked for, or nothing. Then a first line such as `sep=;` names it; else it is the
/// first of comma, tab, semicolon and bar that parts the header and the row after it into equally many columns.
TableFrame frame_table(std::string_view text, std::optional<char> asked);

}  // namespace standfast::data
