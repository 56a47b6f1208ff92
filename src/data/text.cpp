// Numbers by std::from_chars, which knows no locale, behind a fast path for short decimals that gives the same bits
// (Clinger, How to read floating point numbers accurately, 1990).
#include "data/text.hpp"

#include <array>
#include <charconv>
#include <cstddef>
#include <cstdint>
#include <system_error>

#include "files/utf8.hpp"

namespace standfast::data {
namespace {

/// What nearly every number in a table is, several times as fast: up to 15 digits with at most one point among them.
/// They and the power of ten are exact in a double, so that the quotient is rounded once, as from_chars rounds.
std::optional<double> parse_short_decimal(std::string_view text) {
  constexpr std::size_t kMostDigits = 15;
  constexpr std::array<double, kMostDigits + 1> kPowers = {1,   1e1, 1e2,  1e3,  1e4,  1e5,  1e6,  1e7,
                                                           1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15};
  if (text.size() > kMostDigits + 1) return std::nullopt;
  std::int64_t digits = 0;
  std::size_t count = 0;
  std::size_t decimals = 0;
  bool point = false;
  for (const char c : text) {
    if (c == '.' && !point) {
      point = true;
      continue;
    }
    if (c < '0' || c > '9') return std::nullopt;
    digits = digits * 10 + (c - '0');
    ++count;
    decimals += point ? 1 : 0;
  }
  if (count == 0 || count > kMostDigits) return std::nullopt;
  return static_cast<double>(digits) / kPowers[decimals];
}

}  // namespace

bool is_name_text(std::string_view text) { return files::is_utf8(text) && text.find('\0') == std::string_view::npos; }

std::string_view trimmed(std::string_view text) {
  const auto first = text.find_first_not_of(" \t");
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(" \t") - first + 1);
}

std::optional<double> parse_number(std::string_view text) {
  if (const auto value = parse_short_decimal(text)) return value;
  if (text.starts_with('+') && !text.starts_with("+-")) text.remove_prefix(1);  // from_chars takes no plus sign
  double value = 0;
  const auto [end, code] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (code != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  return value;
}

std::string number_text(double value) {
  std::array<char, 32> digits{};
  const auto [end, code] = std::to_chars(digits.data(), digits.data() + digits.size(), value);
  return code == std::errc{} ? std::string(digits.data(), end) : std::string("nan");
}

}  // namespace standfast::data
