// A field is compared with a short list of words. A date is checked by its shape and by the range of each of its parts:
// 2023-13-45 is none.
#include "columns/words.hpp"

#include <algorithm>
#include <array>
#include <cstddef>
#include <string>

namespace standfast::columns {
namespace {

constexpr std::array<std::string_view, 8> kMissing = {"", "na", "n/a", "<na>", "nan", "nat", "null", "none"};
constexpr std::array<std::string_view, 4> kTrue = {"true", "yes", "t", "y"};
constexpr std::array<std::string_view, 4> kFalse = {"false", "no", "f", "n"};
constexpr std::size_t kLongestWord = 5;

/// The field in lower case; "-" for one that is longer than every word, which "-" is not.
std::string lower_word(std::string_view field) {
  if (field.size() > kLongestWord) return "-";
  std::string word(field);
  for (char& c : word)
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  return word;
}

/// Takes a number of so many digits from the front of `text`; -1 if there is none.
int take_digits(std::string_view& text, std::size_t count) {
  if (text.size() < count) return -1;
  int number = 0;
  for (std::size_t i = 0; i < count; ++i) {
    if (text[i] < '0' || text[i] > '9') return -1;
    number = number * 10 + (text[i] - '0');
  }
  text.remove_prefix(count);
  return number;
}

bool take(std::string_view& text, char wanted) {
  if (!text.starts_with(wanted)) return false;
  text.remove_prefix(1);
  return true;
}

bool in(int number, int least, int most) { return number >= least && number <= most; }

/// Takes yyyy-mm-dd, or the same with slashes.
bool take_year_first(std::string_view& text) {
  if (!in(take_digits(text, 4), 1000, 2999) || text.empty()) return false;
  const char mark = text.front();
  if (mark != '-' && mark != '/') return false;
  text.remove_prefix(1);
  return in(take_digits(text, 2), 1, 12) && take(text, mark) && in(take_digits(text, 2), 1, 31);
}

/// Takes dd.mm.yyyy, or dd/mm/yyyy, in which either may be the month.
bool take_year_last(std::string_view& text) {
  const int first = take_digits(text, 2);
  if (!in(first, 1, 31) || text.empty()) return false;
  const char mark = text.front();
  if (mark != '.' && mark != '/') return false;
  text.remove_prefix(1);
  const int second = take_digits(text, 2);
  return in(second, 1, 31) && (first <= 12 || second <= 12) && take(text, mark) && in(take_digits(text, 4), 1000, 2999);
}

/// Takes hh:mm, hh:mm:ss or hh:mm:ss.fraction.
bool take_time(std::string_view& text) {
  if (!in(take_digits(text, 2), 0, 24) || !take(text, ':') || !in(take_digits(text, 2), 0, 59)) return false;
  if (!take(text, ':')) return true;
  if (!in(take_digits(text, 2), 0, 60)) return false;
  if (!take(text, '.')) return true;
  const std::size_t digits = std::min(text.find_first_not_of("0123456789"), text.size());
  text.remove_prefix(digits);
  return digits > 0;
}

/// Takes Z, +hh:mm or +hhmm, or nothing.
bool take_zone(std::string_view& text) {
  if (text.empty() || take(text, 'Z')) return true;
  if (!take(text, '+') && !take(text, '-')) return false;
  if (!in(take_digits(text, 2), 0, 14)) return false;
  take(text, ':');
  return in(take_digits(text, 2), 0, 59);
}

}  // namespace

bool is_missing(std::string_view field) {
  return field == "?" || std::ranges::find(kMissing, lower_word(field)) != kMissing.end();
}

std::optional<BooleanWord> parse_boolean(std::string_view field) {
  const std::string word = lower_word(field);
  for (std::size_t pair = 0; pair < kTrue.size(); ++pair) {
    if (word == kTrue[pair]) return BooleanWord{true, static_cast<int>(pair)};
    if (word == kFalse[pair]) return BooleanWord{false, static_cast<int>(pair)};
  }
  return std::nullopt;
}

bool is_date(std::string_view field) {
  std::string_view text = field;
  if (!take_year_first(text)) {
    text = field;
    if (!take_year_last(text)) return false;
  }
  if (text.empty()) return true;
  if (!take(text, 'T') && !take(text, ' ')) return false;
  return take_time(text) && take_zone(text) && text.empty();
}

}  // namespace standfast::columns
