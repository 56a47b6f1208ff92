// What the fields of a message and of its parts say, and what their bytes encode: the work of GMime.
#pragma once

#include <string>
#include <string_view>

namespace standfast::text {

/// The text of a header field in UTF-8, encoded words decoded (RFC 2047).
std::string decode_field(const std::string& value);

/// What a part says that it is. (RFC 2045, 2183 and 2231.)
struct PartType {
  std::string type;     // "text", in lower case; that of RFC 2045 for a field that cannot be read
  std::string subtype;  // "plain"
  std::string boundary;
  std::string charset;
  std::string file_name;  // in UTF-8
  bool is_attached = false;
};

/// Shape: both as fields_named gives them; empty strings if there is none.
PartType read_part_type(const std::string& content_type, const std::string& content_disposition);

/// The one name of the encoding that a field asks for, which may have quotes, comments and parameters; empty if bytes
/// stand for themselves.
std::string encoding_name(std::string_view value);

/// The bytes that `body` encodes, by the name of a transfer encoding; the body itself if it is none that we know.
/// What is not of the encoding is skipped. Base64 goes on after its padding.
std::string decode_transfer(std::string_view body, const std::string& encoding);

}  // namespace standfast::text
