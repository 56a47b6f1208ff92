// A message is a row of zeros and ones. Which of the words of a worst change matter most is seen by changing each
// alone.
#include "cli/records/word_changes.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "cli/records/record_text.hpp"
#include "standfast/report.hpp"

namespace standfast::cli {
namespace {

std::string json_list(const std::vector<std::string>& words) {
  std::string text = "[";
  for (std::size_t k = 0; k < words.size(); ++k) text += (k == 0 ? "" : ",") + json_string(words[k]);
  return text + "]";
}

}  // namespace

std::string price_name(const ThreatModel& threat, Norm norm) {
  return counts_words(threat, norm) ? threat.price_unit : norm.name();
}

std::string price_key(const ThreatModel& threat) {
  std::string key = threat.price_unit;
  std::ranges::replace(key, ' ', '_');
  return key;
}

WordChange words_changed(std::span<const float> before, std::span<const float> after,
                         const std::vector<std::string>& names) {
  WordChange change;
  for (std::size_t f = 0; f < before.size(); ++f) {
    if (before[f] != after[f]) (before[f] < after[f] ? change.add : change.remove).push_back(names[f]);
  }
  return change;
}

std::string words_in_line(const std::vector<std::string>& words, std::size_t most) {
  std::string text;
  for (std::size_t k = 0; k < std::min(most, words.size()); ++k)
    text += fmt::format("{}`{}`", k == 0 ? "" : ", ", printable(words[k]));
  if (words.size() > most) text += fmt::format(" and {} more", words.size() - most);
  return text;
}

std::string change_in_words(const WordChange& change, std::size_t most) {
  std::string text = change.add.empty() ? std::string() : "add " + words_in_line(change.add, most);
  if (change.remove.empty()) return text;
  return text + (text.empty() ? "" : "; ") + "remove " + words_in_line(change.remove, most);
}

std::string change_as_json(const WordChange& change) {
  return "\"add\":" + json_list(change.add) + ",\"remove\":" + json_list(change.remove);
}

}  // namespace standfast::cli
