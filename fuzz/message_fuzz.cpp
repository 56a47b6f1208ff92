// Raw messages and pages of HTML.
#include <cstddef>
#include <cstdint>
#include <span>

#include "check_dataset.hpp"
#include "files/bytes.hpp"
#include "files/utf8.hpp"
#include "text/html.hpp"
#include "text/mail.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace standfast;
  const auto bytes = std::as_bytes(std::span(data, size));
  for (const bool is_mail : {true, false}) {
    const text::Message message = text::read_message(bytes, is_mail);
    require(files::is_utf8(message.subject) && files::is_utf8(message.text), "a message is UTF-8");
    require((message.subject + message.text).find('\0') == std::string::npos, "a message has no NUL");
    require(message.text.size() <= text::kMaxTextBytes + text::kMaxParts, "a message is no longer than its limit");
    if (!is_mail) require(files::is_utf8(text::visible_text(message.text)), "a page of UTF-8 is seen as UTF-8");
  }
  return 0;
}
