// The byte table of RFC 3629, section 4: the first byte decides the length and the range of the second one, which
// excludes overlong forms and surrogates; all others are continuation bytes.
#include "files/utf8.hpp"

#include <cstdint>

namespace standfast::files {
namespace {

struct Lead {
  std::size_t length;       // of the whole sequence; 0: not a lead byte
  std::uint8_t second_low;  // range of the second byte, which excludes overlong forms and surrogates
  std::uint8_t second_high;
};

Lead classify_lead(std::uint8_t byte) {
  if (byte < 0x80) return {1, 0, 0};
  if (byte >= 0xC2 && byte <= 0xDF) return {2, 0x80, 0xBF};
  if (byte == 0xE0) return {3, 0xA0, 0xBF};
  if (byte == 0xED) return {3, 0x80, 0x9F};
  if (byte >= 0xE1 && byte <= 0xEF) return {3, 0x80, 0xBF};
  if (byte == 0xF0) return {4, 0x90, 0xBF};
  if (byte >= 0xF1 && byte <= 0xF3) return {4, 0x80, 0xBF};
  if (byte == 0xF4) return {4, 0x80, 0x8F};
  return {0, 0, 0};
}

}  // namespace

std::size_t utf8_character_length(std::string_view text) {
  if (text.empty()) return 0;
  const Lead lead = classify_lead(static_cast<std::uint8_t>(text[0]));
  if (lead.length > text.size()) return 0;
  for (std::size_t k = 1; k < lead.length; ++k) {
    const auto byte = static_cast<std::uint8_t>(text[k]);
    const std::uint8_t low = k == 1 ? lead.second_low : 0x80;
    const std::uint8_t high = k == 1 ? lead.second_high : 0xBF;
    if (byte < low || byte > high) return 0;
  }
  return lead.length;
}

bool is_utf8(std::string_view text) {
  while (!text.empty()) {
    const std::size_t length = utf8_character_length(text);
    if (length == 0) return false;
    text.remove_prefix(length);
  }
  return true;
}

}  // namespace standfast::files
