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

std::string decode_transfer(std::string_view body, const std::string& encoding) {
  gmime_options();
  const GMimeContentEncoding kind = g_mime_content_encoding_from_string(encoding.c_str());
  const bool is_encoded = kind == GMIME_CONTENT_ENCODING_BASE64 || kind == GMIME_CONTENT_ENCODING_QUOTEDPRINTABLE ||
                          kind == GMIME_CONTENT_ENCODING_UUENCODE;
  if (!is_encoded) return std::string(body);
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
