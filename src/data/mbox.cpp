#include "data/mbox.hpp"

namespace standfast::data {
namespace {

constexpr std::string_view kFrom = "From ";

bool is_quoted_from(std::string_view line) {
  const auto marks = line.find_first_not_of('>');
  return marks != std::string_view::npos && marks > 0 && line.substr(marks).starts_with(kFrom);
}

bool is_blank(std::string_view line) { return line == "\n" || line == "\r\n"; }

}  // namespace

std::vector<std::string> split_mbox(std::string_view text) {
  std::vector<std::string> messages;
  bool after_blank = true;
  while (!text.empty()) {
    const auto end = text.find('\n');
    const std::string_view line = text.substr(0, end == std::string_view::npos ? text.size() : end + 1);
    text.remove_prefix(line.size());
    if (after_blank && line.starts_with(kFrom)) {
      messages.emplace_back();
    } else if (messages.empty()) {
      return {};
    } else {
      messages.back() += is_quoted_from(line) ? line.substr(1) : line;
    }
    after_blank = is_blank(line);
  }
  return messages;
}

}  // namespace standfast::data
