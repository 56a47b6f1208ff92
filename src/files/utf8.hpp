// UTF-8, strictly: no overlong form, no surrogate, nothing above U+10FFFF. Source: RFC 3629.
#pragma once

#include <cstddef>
#include <string_view>

namespace standfast::files {

/// The bytes of the character that `text` begins with, 1 to 4; 0 if it begins with none.
std::size_t utf8_character_length(std::string_view text);

/// Is the whole text well-formed?
bool is_utf8(std::string_view text);

}  // namespace standfast::files
