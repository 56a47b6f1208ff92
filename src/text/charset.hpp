// Bytes of a message, in whatever character set they really are, as UTF-8.
#pragma once

#include <string>
#include <string_view>

#include "files/bytes.hpp"

namespace standfast::text {

/// The text in UTF-8, without NUL. What cannot be read is U+FFFD. Never fails.
///
/// A byte order mark decides; then bytes beyond ASCII that are UTF-8 are taken as such, whatever was declared; then the
/// declared character set counts, and if it is unknown, missing or plain ASCII, windows-1252, as in browsers.
/// Shape: at most `max_bytes` bytes, ended before a character that has no room.
std::string decode_text(files::Bytes bytes, std::string_view declared, std::size_t max_bytes);

}  // namespace standfast::text
