// Closeness is the edit distance without case. Two typing errors are close, in a short name one or none.
#include "files/names.hpp"

#include <algorithm>
#include <cstddef>
#include <numeric>
#include <vector>

#include <fmt/format.h>

#include "files/message.hpp"

namespace standfast::files {
namespace {

std::string lower_case(std::string_view text) {
  constexpr std::string_view kBlanks = " \t";
  text.remove_prefix(std::min(text.find_first_not_of(kBlanks), text.size()));
  text.remove_suffix(text.size() - std::min(text.find_last_not_of(kBlanks) + 1, text.size()));
  std::string lower(text);
  for (char& c : lower)
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  return lower;
}

/// Insertions, deletions and replacements that lead from one word to the other.
std::size_t edit_distance(std::string_view from, std::string_view to) {
  std::vector<std::size_t> row(to.size() + 1);
  std::iota(row.begin(), row.end(), std::size_t{0});
  for (std::size_t i = 0; i < from.size(); ++i) {
    std::size_t diagonal = row[0];
    row[0] = i + 1;
    for (std::size_t j = 0; j < to.size(); ++j) {
      const std::size_t replaced = diagonal + (from[i] == to[j] ? 0 : 1);
      diagonal = row[j + 1];
      row[j + 1] = std::min({replaced, diagonal + 1, row[j] + 1});
    }
  }
  return row.back();
}

}  // namespace

bool same_name(std::string_view a, std::string_view b) { return lower_case(a) == lower_case(b); }

std::string closest_name(std::string_view word, std::span<const std::string> names) {
  constexpr std::size_t kLongestWord = 200;  // the distance costs the product of the lengths
  const std::string wanted = lower_case(word);
  if (wanted.size() > kLongestWord) return {};
  // with more, short names would all be close to each other: -x is no misspelt -h
  const std::size_t most_typos = wanted.size() <= 2 ? 0 : wanted.size() <= 4 ? 1 : 2;
  std::size_t least = most_typos + 1;
  const std::string* closest = nullptr;
  for (const auto& name : names) {
    const std::size_t longer = std::max(name.size(), wanted.size());
    if (longer - std::min(name.size(), wanted.size()) >= least) continue;
    const std::size_t distance = edit_distance(wanted, lower_case(name));
    if (distance >= least) continue;
    least = distance;
    closest = &name;
  }
  return closest == nullptr ? std::string() : *closest;
}

std::string suggest_name(std::string_view word, std::span<const std::string> names) {
  const std::string closest = closest_name(word, names);
  return closest.empty() ? closest : fmt::format(", did you mean {}?", quote_for_message(closest));
}

}  // namespace standfast::files
