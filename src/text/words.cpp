// The two ways into words: text as it is, and a raw message by way of its decoder.
#include <span>

#include "files/bytes.hpp"
#include "standfast/text.hpp"
#include "text/mail.hpp"
#include "text/tokenizer.hpp"

namespace standfast {

std::vector<std::string> words_of_text(std::string_view text) { return text::words_of(text); }

std::vector<std::string> words_of_message(std::string_view raw) {
  const text::Message message = text::read_message(std::as_bytes(std::span(raw)), true);
  return text::words_of(message.subject + "\n" + message.text);
}

}  // namespace standfast
