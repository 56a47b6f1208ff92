// The byte table of RFC 3629, section 4: the first byte decides the length and the range of the second one, which
// excludes overlong forms and surrogates; all others are continuation bytes. The marks of direction are those of
// Unicode Standard Annex 9.
#include "files/utf8.hpp"

#include <cstdint>
#include <string>

#include <fmt/format.h>

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

std::uint32_t code_point_of(std::string_view character) {
  const auto byte = [&](std::size_t k) { return static_cast<std::uint32_t>(static_cast<std::uint8_t>(character[k])); };
  if (character.size() == 1) return byte(0);
  std::uint32_t code_point = byte(0) & (0xFFU >> (character.size() + 1));
  for (std::size_t k = 1; k < character.size(); ++k) code_point = code_point << 6U | (byte(k) & 0x3FU);
  return code_point;
}

void append_code_point(std::string& text, std::uint32_t code_point) {
  const auto continuation = [&](unsigned shift) { text += static_cast<char>(0x80U | (code_point >> shift & 0x3FU)); };
  if (code_point < 0x80) {
    text += static_cast<char>(code_point);
  } else if (code_point < 0x800) {
    text += static_cast<char>(0xC0U | code_point >> 6U);
    continuation(0);
  } else if (code_point < 0x10000) {
    text += static_cast<char>(0xE0U | code_point >> 12U);
    continuation(6);
    continuation(0);
  } else {
    text += static_cast<char>(0xF0U | code_point >> 18U);
    continuation(12);
    continuation(6);
    continuation(0);
  }
}

namespace {

bool hides_or_turns_text(std::uint32_t c) {
  const bool is_control = (c < 0x20 && c != '\t') || (c >= 0x7F && c <= 0x9F);
  const bool turns =
      c == 0x061C || c == 0x200E || c == 0x200F || (c >= 0x202A && c <= 0x202E) || (c >= 0x2066 && c <= 0x2069);
  const bool hides = c == 0x200B || c == 0x2028 || c == 0x2029 || c == 0x2060 || c == 0xFEFF;
  return is_control || turns || hides;
}

}  // namespace

std::string visible_text(std::string_view text) {
  std::string visible;
  while (!text.empty()) {
    const std::size_t length = utf8_character_length(text);
    const std::string_view character = text.substr(0, length == 0 ? 1 : length);
    if (length == 0) {
      visible += fmt::format("\\x{:02x}", static_cast<unsigned>(static_cast<std::uint8_t>(character[0])));
    } else if (const std::uint32_t code_point = code_point_of(character); hides_or_turns_text(code_point)) {
      visible += code_point < 0x80 ? fmt::format("\\x{:02x}", code_point) : fmt::format("\\u{{{:04x}}}", code_point);
    } else {
      visible += character;
    }
    text.remove_prefix(character.size());
  }
  return visible;
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
