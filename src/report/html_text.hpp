// Foreign text and pictures as parts of an HTML page.
#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <string_view>

#include "standfast/data.hpp"

namespace standfast::report {

/// Text for element content and quoted attributes: &<>"' escaped, control characters dropped, bytes that are not UTF-8
/// replaced by U+FFFD, long text cut after max_bytes.
std::string html_escape(std::string_view text, std::size_t max_bytes = 400);

/// Whether rows of the data can be drawn: one or three channels of at most 64 x 64 pixels, and as many values as the
/// shape says.
bool drawable(const Dataset& data);
/// One input as a PNG in a data URI. Requires: drawable(data), row < data.count(). Empty if it cannot be encoded.
std::string image_uri(const Dataset& data, std::size_t row);

}  // namespace standfast::report
