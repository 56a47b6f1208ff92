// Base64 by RFC 4648, section 4, three bytes and four letters at a time. The reader refuses every text that the writer
// would not write: bits beyond the last byte must be 0.
#include "files/base64.hpp"

#include <algorithm>
#include <array>
#include <cstdint>

namespace standfast::files {
namespace {

constexpr std::string_view kLetters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
constexpr std::uint8_t kNoLetter = 64;

constexpr std::array<std::uint8_t, 256> value_of_letters() {
  std::array<std::uint8_t, 256> values{};
  values.fill(kNoLetter);
  for (std::size_t i = 0; i < kLetters.size(); ++i)
    values[static_cast<unsigned char>(kLetters[i])] = static_cast<std::uint8_t>(i);
  return values;
}

constexpr auto kValueOf = value_of_letters();

std::uint32_t three_bytes(std::span<const std::byte> bytes) {
  std::uint32_t value = 0;
  for (std::size_t i = 0; i < 3; ++i)
    value = value << 8 | (i < bytes.size() ? std::to_integer<std::uint32_t>(bytes[i]) : 0U);
  return value;
}

}  // namespace

std::string base64_of(std::span<const std::byte> bytes) {
  std::string text;
  text.reserve((bytes.size() + 2) / 3 * 4);
  for (; !bytes.empty(); bytes = bytes.subspan(std::min<std::size_t>(3, bytes.size()))) {
    const std::uint32_t value = three_bytes(bytes);
    for (std::size_t i = 0; i < 4; ++i) text += i <= bytes.size() ? kLetters[value >> (18 - 6 * i) & 63U] : '=';
  }
  return text;
}

std::optional<std::vector<std::byte>> base64_bytes(std::string_view text) {
  if (text.size() % 4 != 0) return std::nullopt;
  std::size_t padding = 0;
  while (padding < 2 && padding < text.size() && text[text.size() - 1 - padding] == '=') ++padding;
  std::vector<std::byte> bytes;
  bytes.reserve(text.size() / 4 * 3);
  std::uint32_t value = 0;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const bool pad = i >= text.size() - padding;
    const std::uint8_t letter = pad ? std::uint8_t{0} : kValueOf[static_cast<unsigned char>(text[i])];
    if (letter == kNoLetter) return std::nullopt;
    value = value << 6 | letter;
    if (i % 4 != 3) continue;
    for (const int shift : {16, 8, 0}) bytes.push_back(static_cast<std::byte>(value >> shift & 255U));
    value = 0;
  }
  bool spare_bits_are_0 = true;
  for (std::size_t i = bytes.size() - padding; i < bytes.size(); ++i) spare_bits_are_0 &= bytes[i] == std::byte{0};
  if (!spare_bits_are_0) return std::nullopt;
  bytes.resize(bytes.size() - padding);
  return bytes;
}

}  // namespace standfast::files
