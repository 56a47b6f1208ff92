// Text from a file is quoted by the JSON library: what is not ASCII or not UTF-8 comes out as an escape, so that no
// terminal is told anything by a hostile file.
#include "files/message.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

namespace standfast::files {

Error bad_format(const std::string& place, std::string_view what) {
  return {ErrorCode::kBadFormat, fmt::format("{}: {}", place, what)};
}

std::string quote_for_message(std::string_view text) {
  using nlohmann::json;
  constexpr std::size_t kLongest = 60;  // enough to recognise a name, and a message stays a line or two
  const bool shortened = text.size() > kLongest;
  // the end may fall inside a character, which `replace` makes visible
  return json(std::string(text.substr(0, kLongest))).dump(-1, ' ', true, json::error_handler_t::replace) +
         (shortened ? "..." : "");
}

}  // namespace standfast::files
