// What one field of a table can mean, without case: nothing, true or false, a date.
#pragma once

#include <optional>
#include <string_view>

namespace standfast::columns {

/// Whether the field says that there is no value: it is empty, NA, N/A, <NA>, NaN, NaT, null, None or ?.
///
/// Requires: no blanks at its ends.
[[nodiscard]] bool is_missing(std::string_view field);

/// A way to write true and false.
struct BooleanWord {
  bool value = false;
  int pair = 0;  ///< Words of one pair go together: true and false, yes and no, t and f, y and n.
};
/// Nothing for a field that is none of these words.
std::optional<BooleanWord> parse_boolean(std::string_view field);

/// Whether the field is a date, perhaps with a time: 2023-11-30, 2023/11/30, 30.11.2023, 30/11/2023, each perhaps with
/// 12:30, 12:30:59 or 12:30:59.5 after a T or a space, and perhaps Z or a distance from UTC at its end.
[[nodiscard]] bool is_date(std::string_view field);

}  // namespace standfast::columns
