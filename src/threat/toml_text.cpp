// A scan for comments and strings. It agrees with toml++ up to the first error, where both stop.
#include "threat/toml_text.hpp"

#include <algorithm>
#include <cstddef>

#include <fmt/format.h>

namespace standfast {
namespace {

// Position after the string that opens at `at`; the end of the text where its line ends first, which toml++ reports.
std::size_t after_string(std::string_view text, std::size_t at) {
  const char quote = text[at];
  for (std::size_t i = at + 1; i < text.size() && text[i] != '\n'; ++i) {
    if (text[i] == quote) return i + 1;
    if (quote == '"' && text[i] == '\\') ++i;
  }
  return text.size();
}

}  // namespace

Status check_toml_text(std::string_view text, const std::string& file) {
  std::size_t line = 1;
  std::size_t at = text.starts_with("\xef\xbb\xbf") ? 3 : 0;  // a byte order mark
  while (at < text.size()) {
    const char c = text[at];
    if (c == '"' || c == '\'') {
      if (text.substr(at).starts_with(std::string(3, c))) {
        return Error{ErrorCode::kUnsupported,
                     fmt::format("{}:{}: found a string with three quotes, expected strings on one line", file, line)};
      }
      at = after_string(text, at);
    } else if (c == '#') {
      at = std::min(text.find('\n', at), text.size());
    } else if ((static_cast<unsigned char>(c) & 0x80U) != 0) {
      return Error{ErrorCode::kBadFormat,
                   fmt::format("{}:{}: found a character outside ASCII, expected quotes around it", file, line)};
    } else {
      if (c == '\n') ++line;
      ++at;
    }
  }
  return {};
}

}  // namespace standfast
