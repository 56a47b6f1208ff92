// UTF-8, strictly: no overlong form, no surrogate, nothing above U+10FFFF. Source: RFC 3629.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace standfast::files {

/// The bytes of the character that `text` begins with, 1 to 4; 0 if it begins with none.
std::size_t utf8_character_length(std::string_view text);

/// The code point of one character. Requires: `character` is well-formed and nothing else.
std::uint32_t code_point_of(std::string_view character);

/// Appends one character. Requires: the code point is at most U+10FFFF and no surrogate.
void append_code_point(std::string& text, std::uint32_t code_point);

/// Is the whole text well-formed?
bool is_utf8(std::string_view text);

/// The text with everything that a reader cannot see, or that changes what they see, written out as `\u{202e}`: control
/// characters but the tab, marks that turn the direction of the text, characters without a width, and line separators.
/// A byte that is not UTF-8 becomes `\xff`, and so do control characters of ASCII.
std::string visible_text(std::string_view text);

}  // namespace standfast::files
