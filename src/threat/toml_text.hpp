// Threat files for toml++ in ASCII only, and back.
//
// toml++ 3.3 runs into undefined behaviour if it asks of letters such as U+00FC whether they are white space, so it
// is never shown any: bytes above 0x7F and the percent sign itself become %XX, which stays inside strings and comments.
#pragma once

#include <string>
#include <string_view>

namespace standfast::threat {

/// `text` with %XX for each byte above 0x7F and for '%', without a byte order mark.
std::string percent_encoded(std::string_view text);

/// The inverse, for a string that toml++ has read. Other uses of '%', which come from \u escapes, stay as they are.
std::string percent_decoded(std::string_view text);

}  // namespace standfast::threat
