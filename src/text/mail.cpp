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

/// Bodies whose fields contradict each other are read again, together no further than this.
constexpr std::size_t kMaxRepeatedBytes = std::size_t{16} << 20U;

/// Values of one field that are believed at once.
constexpr std::size_t kMaxValues = 3;

/// The values that readers may go by, each once: the first two and the last one. One that is empty if there is none.
std::vector<std::string> different_values(std::vector<std::string> values) {
  std::vector<std::string> different;
  for (std::string& value : values) {
    if (std::find(different.begin(), different.end(), value) != different.end()) continue;
    if (different.size() == kMaxValues) different.pop_back();
    different.push_back(std::move(value));
  }
  if (different.empty()) different.emplace_back();
  return different;
}

/// The disposition by which the part is shown, if there is such a one among several.
std::string shown_disposition(std::string_view header) {
  const std::vector<std::string> values = different_values(fields_named(header, "content-disposition"));
  const auto shown = std::find_if(values.begin(), values.end(),
                                  [](const std::string& value) { return !read_part_type({}, value).is_attached; });
  return shown == values.end() ? values.front() : *shown;
}

std::vector<std::string> transfer_encodings(std::string_view header) {
  std::vector<std::string> names = fields_named(header, "content-transfer-encoding");
  std::transform(names.begin(), names.end(), names.begin(), encoding_name);
  return different_values(std::move(names));
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

/// `charset=...` near the front of a page, where browsers look for it too. They do not believe it if it is one in which
/// they could not have read it.
std::string_view declared_in_page(std::string_view page) {
  constexpr std::string_view kKey = "charset=";
  const std::string_view front = page.substr(0, 1024);
  std::size_t begin = front.find(kKey);
  if (begin == std::string_view::npos) return {};
  begin = std::min(front.find_first_not_of("\"' ", begin + kKey.size()), front.size());
  const std::string_view name = front.substr(begin, front.find_first_of("\"'>; /", begin) - begin);
  return is_wide_charset(name) ? std::string_view() : name;
}

class Reader {
 public:
  Message read(std::string_view raw) && {
    const Entity entity = split_entity(raw);
    message_.subject = subject_of(entity.header);
    add_entity(raw, "text/plain", 0);
    return std::move(message_);
  }

 private:
  void add_entity(std::string_view bytes, const char* default_type, int nesting) {
    if (room() == 0) return;
    if (nesting > kMaxNesting || parts_ >= kMaxParts) return add_bytes(bytes, {});
    const Entity entity = split_entity(bytes);
    const std::string disposition = shown_disposition(entity.header);
    const std::vector<std::string> encodings = transfer_encodings(entity.header);
    bool is_again = false;
    for (const std::string& type : different_values(fields_named(entity.header, "content-type"))) {
      const PartType part = read_part_type(type.empty() ? default_type : type, disposition);
      for (const std::string& encoding : encodings) {
        if (is_again) repeated_ += entity.body.size();
        if (is_again && repeated_ > kMaxRepeatedBytes) return;
        is_again = true;
        ++parts_;
        add_body(part, entity.body, encoding, nesting);
        if (part.type == "multipart") break;  // its encoding is that of its parts
      }
    }
  }

  void add_body(const PartType& part, std::string_view body, const std::string& encoding, int nesting) {
    if (part.type == "multipart") return add_multipart(part, body, nesting);
    if (part.is_attached && part.type != "message") return add_attachment(part);
    if (is_message(part) && encoding.empty()) return add_message(body, nesting);  // a hundred copies would be many
    if (is_message(part)) return add_message(decode_transfer(body, encoding), nesting);
    if (is_page(part)) return add_page(decode_transfer(body, encoding), part.charset);
    if (part.type != "text") return add_attachment(part);
    add_bytes(decode_transfer(body, encoding), part.charset);
  }

  void add_multipart(const PartType& part, std::string_view body, int nesting) {
    const char* default_type = part.subtype == "digest" ? "message/rfc822" : "text/plain";
    searched_ += body.size();
    if (searched_ > kMaxSearchedBytes || parts_ >= kMaxParts) return add_bytes(body, part.charset);
    const std::size_t max_parts = kMaxParts - parts_;
    const std::vector<std::string_view> parts = split_multipart(body, part.boundary, max_parts);
    for (const std::string_view bytes : parts) add_entity(bytes, default_type, nesting + 1);
    if (parts.empty()) return add_bytes(body, part.charset);
    const char* end = parts.back().data() + parts.back().size();
    if (parts.size() == max_parts) add_bytes(body.substr(static_cast<std::size_t>(end - body.data())), part.charset);
  }

  void add_message(std::string_view raw, int nesting) {
    add_line(subject_of(split_entity(raw).header));
    add_entity(raw, "text/plain", nesting + 1);
  }

  void add_page(const std::string& page, std::string_view charset) {
    if (charset.empty()) charset = declared_in_page(page);
    add_line(visible_text(decode_text(files::as_bytes(page), charset, kMaxHtmlBytes)));
  }

  void add_bytes(std::string_view bytes, std::string_view charset) {
    add_line(decode_text(files::as_bytes(bytes), charset, room()));
  }

  void add_attachment(const PartType& part) { add_bytes(part.type + '/' + part.subtype + ' ' + part.file_name, {}); }

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
  std::size_t repeated_ = 0;
};

}  // namespace

Message read_message(files::Bytes raw, bool is_mail) {
  raw = raw.first(std::min(raw.size(), kMaxMessageBytes));
  if (!is_mail || !begins_with_header(files::as_text(raw))) return {{}, decode_text(raw, {}, kMaxTextBytes)};
  return Reader().read(files::as_text(raw));
}

}  // namespace standfast::text
