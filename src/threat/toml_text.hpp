// What a text must be before toml++ may see it.
#pragma once

#include <string>
#include <string_view>

#include "standfast/result.hpp"

namespace standfast {

/// Characters outside ASCII stand only in comments and quotes, as TOML demands, and no string runs over several lines.
///
/// toml++ 3.3 runs into undefined behaviour when it asks of letters such as U+00FC, outside a string or after a line's
/// closing backslash, whether they are white space.
/// Fails: kBadFormat, kUnsupported, with file and line.
Status check_toml_text(std::string_view text, const std::string& file);

}  // namespace standfast
