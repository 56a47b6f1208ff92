// What messages about files have in common.
#pragma once

#include <string>
#include <string_view>

#include "standfast/result.hpp"

namespace standfast::files {

/// kBadFormat: "place: what".
Error bad_format(const std::string& place, std::string_view what);

/// Text from a file, fit for a message: quoted and escaped as in JSON, ASCII only, cut after 60 bytes.
std::string quote_for_message(std::string_view text);

}  // namespace standfast::files
