// A message, or a part of one, as views of its bytes: header lines, body, and the parts of a multipart body. (RFC 5322
// and 2046.) Nothing is copied, and each step takes time in proportion to what it looks at.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace standfast::text {

/// Bytes of a header field that are read.
inline constexpr std::size_t kMaxFieldBytes = std::size_t{64} << 10U;

struct Entity {
  std::string_view header;  // all lines of it, each with its end
  std::string_view body;
};

/// Splits at the first line that is blank, which belongs to neither, or that cannot stand in a header, which is body.
/// The line `From ...` of a mailbox before the header is left out.
Entity split_entity(std::string_view bytes);

/// Does the text begin with a line of a header, after the line of a mailbox if there is one?
bool begins_with_header(std::string_view text);

/// The values of every field of this name (in lower case), unfolded and without NUL.
std::vector<std::string> fields_named(std::string_view header, std::string_view name);

/// The parts between the lines `--boundary` that are not blank, at most `max_parts`. The last one need not be closed.
/// If the body has no such line, parts are taken to be where a line `--...` stands before one that begins with
/// `Content-`; empty if there is none of these either.
std::vector<std::string_view> split_multipart(std::string_view body, std::string_view boundary, std::size_t max_parts);

}  // namespace standfast::text
