// A message is a row of zeros and ones. Which of the words of a worst change matter most is seen by changing each
// alone.
#include "cli/records/word_changes.hpp"

#include <algorithm>
#include <utility>

#include <fmt/format.h>

#include "cli/records/record_text.hpp"
#include "cli/terminal/try.hpp"
#include "standfast/report.hpp"

namespace standfast::cli {
namespace {

std::string json_list(const std::vector<std::string>& words) {
  std::string text = "[";
  for (std::size_t k = 0; k < words.size(); ++k) text += (k == 0 ? "" : ",") + json_string(words[k]);
  return text + "]";
}

}  // namespace

bool counts_words(const ThreatModel& threat, Norm norm) {
  return threat.whole && norm == Norm::l1() && threat.price_unit.ends_with("words");
}

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

Result<WordChange> weakest_words(const Classifier& classifier, const Dataset& data, std::size_t i,
                                 const ThreatModel& threat) {
  const std::vector<float> x = data.dense_rows(i, 1);
  CLI_TRY(const WeakestDirection weakest, classifier.weakest_direction(x, Norm::l1(), threat));
  std::vector<std::size_t> moved;
  for (std::size_t f = 0; f < weakest.change.size(); ++f)
    if (weakest.change[f] != 0) moved.push_back(f);
  std::vector<float> singles;
  singles.reserve(moved.size() * x.size());
  for (const std::size_t f : moved) {
    singles.insert(singles.end(), x.begin(), x.end());
    singles[singles.size() - x.size() + f] = 1 - x[f];
  }
  CLI_TRY(const std::vector<float> logits, classifier.logits(singles, moved.size()));
  std::vector<std::pair<float, std::size_t>> order;
  for (std::size_t k = 0; k < moved.size(); ++k) order.emplace_back(logits[k], moved[k]);
  std::ranges::sort(order);
  WordChange change;
  for (const auto& [logit, f] : order) (x[f] == 0 ? change.add : change.remove).push_back(data.feature_names[f]);
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
