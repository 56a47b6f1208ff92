// Walks through the parts of a message; what cannot be made sense of is text.
#include "text/mail.hpp"

#include <algorithm>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "files/bytes.hpp"
#include "text/charset.hpp"
#include "text/html.hpp"
#include "text/mime_decode.hpp"
#include "text/mime_entity.hpp"

namespace standfast::text {
namespace {

/// Multiparts inside each other are searched for boundaries once per level, together no further than this.
constexpr std::size_t kMaxSearchedBytes = std::size_t{256} << 20U;

/// The first value; empty if there is none.
std::string first_field(std::string_view header, std::string_view name) {
  std::vector<std::string> values = fields_named(header, name);
  return values.empty() ? std::string() : std::move(values.front());
}

/// Every subject that a message gives itself: readers differ in which they show.
std::string subject_of(std::string_view header) {
  std::string subject;
  for (const std::string& value : fields_named(header, "subject")) {
    if (subject.size() >= kMaxFieldBytes) break;
    if (!subject.empty()) subject += '\n';
    const std::size_t begin = std::min(value.find_first_not_of(" \t"), value.size());
    subject += decode_text(files::as_bytes(decode_field(value.substr(begin))), {}, kMaxFieldBytes);
  }
  return subject;
}

bool is_message(const PartType& part) {
  return part.type == "message" && (part.subtype == "rfc822" || part.subtype == "global" || part.subtype == "news");
}

bool is_page(const PartType& part) {
  return (part.type == "text" &&
          (part.subtype == "html" || part.subtype == "enriched" || part.subtype == "richtext")) ||
         (part.type == "application" && part.subtype == "xhtml+xml");
}

/// `charset=...` near the front of a page, where browsers look for it too.
std::string_view declared_in_page(std::string_view page) {
  constexpr std::string_view kKey = "charset=";
  const std::string_view front = page.substr(0, 1024);
  std::size_t begin = front.find(kKey);
  if (begin == std::string_view::npos) return {};
  begin = std::min(front.find_first_not_of("\"' ", begin + kKey.size()), front.size());
  return front.substr(begin, front.find_first_of("\"'>; /", begin) - begin);
}

class Reader {
 public:
  Message read(std::string_view raw) && {
    const Entity entity = split_entity(raw);
    message_.subject = subject_of(entity.header);
    add_entity(entity, "text/plain", 0);
    return std::move(message_);
  }

 private:
  void add_entity(const Entity& entity, const char* default_type, int nesting) {
    if (nesting > kMaxNesting || parts_ == kMaxParts || room() == 0) return;
    ++parts_;
    std::string type = first_field(entity.header, "content-type");
    if (type.empty()) type = default_type;
    const PartType part = read_part_type(type, first_field(entity.header, "content-disposition"));
    const std::string encoding = first_field(entity.header, "content-transfer-encoding");
    if (part.type == "multipart") return add_multipart(part, entity.body, nesting);
    if (part.is_attached && part.type != "message") return add_attachment(part);
    if (is_message(part)) return add_message(decode_transfer(entity.body, encoding), nesting);
    if (is_page(part)) return add_page(decode_transfer(entity.body, encoding), part.charset);
    if (part.type != "text") return add_attachment(part);
    add_line(decode_text(files::as_bytes(decode_transfer(entity.body, encoding)), part.charset, room()));
  }

  void add_multipart(const PartType& part, std::string_view body, int nesting) {
    const char* default_type = part.subtype == "digest" ? "message/rfc822" : "text/plain";
    searched_ += body.size();
    if (searched_ > kMaxSearchedBytes) return;
    const std::vector<std::string_view> parts = split_multipart(body, part.boundary, kMaxParts - parts_);
    for (const std::string_view bytes : parts) add_entity(split_entity(bytes), default_type, nesting + 1);
    if (parts.empty()) add_line(decode_text(files::as_bytes(body), part.charset, room()));
  }

  void add_message(const std::string& raw, int nesting) {
    const Entity inner = split_entity(raw);
    add_line(subject_of(inner.header));
    add_entity(inner, "text/plain", nesting + 1);
  }

  void add_page(const std::string& page, std::string_view charset) {
    if (charset.empty()) charset = declared_in_page(page);
    add_line(visible_text(decode_text(files::as_bytes(page), charset, kMaxHtmlBytes)));
  }

  void add_attachment(const PartType& part) {
    const std::string line = part.type + '/' + part.subtype + ' ' + part.file_name;
    add_line(decode_text(files::as_bytes(line), {}, room()));
  }

  std::size_t room() const { return kMaxTextBytes - std::min(message_.text.size(), kMaxTextBytes); }

  void add_line(std::string_view text) {
    std::size_t length = std::min(text.size(), room());
    // Not in the middle of a character, whose later bytes are 10xxxxxx.
    while (length < text.size() && length > 0 && (static_cast<unsigned char>(text[length]) & 0xC0U) == 0x80U) --length;
    message_.text += text.substr(0, length);
    if (!message_.text.empty() && !message_.text.ends_with('\n')) message_.text += '\n';
  }

  Message message_;
  std::size_t parts_ = 0;
  std::size_t searched_ = 0;
};

}  // namespace

Message read_message(files::Bytes raw, bool is_mail) {
  raw = raw.first(std::min(raw.size(), kMaxMessageBytes));
  if (!is_mail || !begins_with_header(files::as_text(raw))) return {{}, decode_text(raw, {}, kMaxTextBytes)};
  return Reader().read(files::as_text(raw));
}

}  // namespace standfast::text
