// What a JSON text must not do to us, checked before a document is built from it.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "standfast/result.hpp"

namespace standfast {

/// One well-formed JSON value with no key twice in an object, nested at most `max_depth` deep.
/// Fails: kBadFormat, with the byte where it went wrong. Cost: no document is built.
Status check_strict_json(std::string_view text, std::size_t max_depth, const std::string& place);

/// kBadFormat: "place: what".
Error bad_format(const std::string& place, std::string_view what);

/// Text from a file, fit for a message: quoted, escaped, ASCII, and cut where it is long.
std::string quote_for_message(std::string_view text);

}  // namespace standfast
