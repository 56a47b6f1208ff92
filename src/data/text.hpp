// Text that comes from a file: checked before it becomes a name or a number.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace standfast::data {

/// Whether the text is valid UTF-8 without a NUL. Names go into JSON documents, which allow nothing else.
[[nodiscard]] bool is_name_text(std::string_view text);

/// Without spaces and tabs at both ends.
std::string_view trimmed(std::string_view text);

/// The number that the whole text spells, whatever the locale; may be infinite or NaN. Nothing if it spells none.
std::optional<double> parse_number(std::string_view text);

/// The shortest text that reads back as the number; "3" for 3.0.
std::string number_text(double value);

}  // namespace standfast::data
