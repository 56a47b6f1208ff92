// GMime decodes fields, parameters and transfer encodings. Its parser of whole messages is not used: in time and in
// stack it is at the mercy of the message (nested multiparts and groups of addresses).
#include "text/mime_decode.hpp"

#include <memory>
#include <string>
#include <string_view>

#include <gmime/gmime.h>

#include "text/ascii.hpp"

namespace standfast::text {
namespace {

struct Free {
  void operator()(void* object) const { g_object_unref(object); }
  void operator()(char* text) const { g_free(text); }
};
template <typename T>
using Handle = std::unique_ptr<T, Free>;

/// Options of every call; made once and kept, as GMime itself is.
GMimeParserOptions* gmime_options() {
  static GMimeParserOptions* options = [] {
    g_mime_init();
    GMimeParserOptions* made = g_mime_parser_options_new();
    const char* charsets[] = {"utf-8", "windows-1252", nullptr};  // of fields that do not say
    g_mime_parser_options_set_fallback_charsets(made, charsets);
    return made;
  }();
  return options;
}

bool is_encoded(GMimeContentEncoding kind) {
  return kind == GMIME_CONTENT_ENCODING_BASE64 || kind == GMIME_CONTENT_ENCODING_QUOTEDPRINTABLE ||
         kind == GMIME_CONTENT_ENCODING_UUENCODE;
}

/// The value of a digit of base64; -1 if it is none.
int base64_value(char c) {
  if (c >= 'A' && c <= 'Z') return c - 'A';
  if (c >= 'a' && c <= 'z') return c - 'a' + 26;
  if (is_ascii_digit(c)) return c - '0' + 52;
  if (c == '+') return 62;
  return c == '/' ? 63 : -1;
}

/// Padding ends a group of digits, and others may follow; GMime stops there.
std::string decode_base64(std::string_view body) {
  std::string decoded;
  decoded.reserve(body.size() / 4 * 3);
  unsigned bits = 0;
  int count = 0;
  for (const char c : body) {
    const int value = base64_value(c);
    if (c == '=') count = 0;
    if (value < 0) continue;
    bits = (bits << 6U | static_cast<unsigned>(value)) & 0xFFFFU;
    count += 6;
    if (count < 8) continue;
    count -= 8;
    decoded += static_cast<char>(bits >> static_cast<unsigned>(count) & 0xFFU);
  }
  return decoded;
}

std::string string_of(const char* text) { return text == nullptr ? std::string() : std::string(text); }

}  // namespace

std::string decode_field(const std::string& value) {
  const Handle<char> decoded(g_mime_utils_header_decode_text(gmime_options(), value.c_str()));
  return string_of(decoded.get());
}

PartType read_part_type(const std::string& content_type, const std::string& content_disposition) {
  PartType part{"text", "plain", {}, {}, {}, false};
  const std::size_t slash = content_type.find('/');
  if (slash != std::string::npos && slash + 1 < content_type.size() && g_ascii_isalnum(content_type[slash + 1])) {
    const Handle<GMimeContentType> type(g_mime_content_type_parse(gmime_options(), content_type.c_str()));
    part.type = ascii_lower(string_of(g_mime_content_type_get_media_type(type.get())));
    part.subtype = ascii_lower(string_of(g_mime_content_type_get_media_subtype(type.get())));
    part.boundary = string_of(g_mime_content_type_get_parameter(type.get(), "boundary"));
    part.charset = string_of(g_mime_content_type_get_parameter(type.get(), "charset"));
    part.file_name = string_of(g_mime_content_type_get_parameter(type.get(), "name"));
  }
  if (content_disposition.empty()) return part;
  const Handle<GMimeContentDisposition> disposition(
      g_mime_content_disposition_parse(gmime_options(), content_disposition.c_str()));
  part.is_attached =
      ascii_lower(string_of(g_mime_content_disposition_get_disposition(disposition.get()))) == "attachment";
  if (const char* name = g_mime_content_disposition_get_parameter(disposition.get(), "filename"); name != nullptr)
    part.file_name = name;
  return part;
}

std::string encoding_name(std::string_view value) {
  std::string name;
  int comments = 0;
  for (const char c : value) {
    if (c == ';' && comments == 0) break;
    if (c == '(') ++comments;
    if (c > ' ' && c != '"' && c != '\'' && c != '(' && c != ')' && comments == 0) name += ascii_lower(c);
    if (c == ')' && comments > 0) --comments;
  }
  gmime_options();
  const GMimeContentEncoding kind = g_mime_content_encoding_from_string(name.c_str());
  return is_encoded(kind) ? string_of(g_mime_content_encoding_to_string(kind)) : std::string();
}

std::string decode_transfer(std::string_view body, const std::string& encoding) {
  gmime_options();
  const GMimeContentEncoding kind = g_mime_content_encoding_from_string(encoding.c_str());
  if (kind == GMIME_CONTENT_ENCODING_BASE64) return decode_base64(body);
  if (!is_encoded(kind)) return std::string(body);
  const Handle<GMimeFilter> filter(g_mime_filter_basic_new(kind, FALSE));
  char* decoded = nullptr;
  std::size_t length = 0;
  std::size_t room_before = 0;
  auto* bytes = const_cast<char*>(body.data());  // it reads them only
  g_mime_filter_filter(filter.get(), bytes, body.size(), 0, &decoded, &length, &room_before);
  std::string whole(decoded, length);
  g_mime_filter_complete(filter.get(), bytes, 0, 0, &decoded, &length, &room_before);
  return whole.append(decoded, length);
}

}  // namespace standfast::text
