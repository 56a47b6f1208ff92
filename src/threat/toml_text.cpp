// Percent-encoding, as in RFC 3986, of everything that is not plain ASCII.
#include "threat/toml_text.hpp"

#include <charconv>
#include <cstddef>

#include <fmt/format.h>

namespace standfast::threat {
namespace {

bool needs_encoding(unsigned byte) { return byte == '%' || byte > 0x7F; }

}  // namespace

std::string percent_encoded(std::string_view text) {
  if (text.starts_with("\xef\xbb\xbf")) text.remove_prefix(3);
  std::string encoded;
  encoded.reserve(text.size());
  for (const char c : text) {
    const unsigned byte = static_cast<unsigned char>(c);
    if (needs_encoding(byte)) {
      encoded += fmt::format("%{:02X}", byte);
    } else {
      encoded += c;
    }
  }
  return encoded;
}

std::string percent_decoded(std::string_view text) {
  std::string decoded;
  for (std::size_t i = 0; i < text.size(); ++i) {
    unsigned byte = 0;
    const auto digits = text.substr(i, 3).substr(text[i] == '%' ? 1 : 0);
    const auto end = digits.data() + digits.size();
    const bool read = text[i] == '%' && digits.size() == 2 && std::from_chars(digits.data(), end, byte, 16).ptr == end;
    if (read && needs_encoding(byte)) {
      decoded += static_cast<char>(byte);
      i += 2;
    } else {
      decoded += text[i];
    }
  }
  return decoded;
}

}  // namespace standfast::threat
