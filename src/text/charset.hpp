// Bytes of a message, in whatever character set they really are, as UTF-8.
#pragma once

#include <string>
#include <string_view>

#include "files/bytes.hpp"

namespace standfast::text {

/// Is it the name of a character set whose units have 16 or 32 bits?
bool is_wide_charset(std::string_view name);

/// The text in UTF-8, without NUL. What cannot be read is U+FFFD. Never fails.
///
/// A byte order mark decides; then bytes beyond ASCII that are UTF-8 are taken as such, whatever was declared; then the
/// declared character set counts, and if it is unknown, missing or plain ASCII, windows-1252, as in browsers.
/// Where units of 16 or 32 bits were promised and the bytes are UTF-8 without NUL, both readings come one after the
/// other. Shape: at most `max_bytes` bytes, ended before a character that has no room.
std::string decode_text(files::Bytes bytes, std::string_view declared, std::size_t max_bytes);

}  // namespace standfast::text
