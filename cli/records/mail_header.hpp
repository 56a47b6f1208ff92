// The header line that the filter puts into a message, and where. Every byte of the message stays, in its order.
#pragma once

#include <string>
#include <string_view>

namespace standfast::cli {

/// The name of the header field, as mail rules look for it.
inline constexpr std::string_view kVerdictField = "X-Standfast";

/// A message in two pieces; the second one, which may be large, is where it was.
struct MailPieces {
  std::string header;     ///< With the field.
  std::string_view rest;  ///< From the blank line on, or sooner.
};

/// The message with `X-Standfast: value` after the last line of its header, ended as its first line is.
///
/// A field of this name that came with the message becomes `Old-X-Standfast`, since a sender could have forged it, also
/// behind a CR alone. The lines `From ...` and `>From ...` of a mailbox stay first. A message without a header gets
/// one, and a blank line after it. If `is_whole` is false these are only its first bytes, and a header that does not
/// end in them gets the line first. Requires: value is one line of printable ASCII.
MailPieces add_verdict_field(std::string_view message, std::string_view value, bool is_whole);

/// Any text as the value of a field: printable ASCII, one line, at most 200 characters.
std::string field_value(std::string_view text);

}  // namespace standfast::cli
