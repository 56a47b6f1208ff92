// The messages are chosen by their certified number of words. For the linear filters the words named are the fewest
// that do it; for ours they are the ones on which the weakest proof hangs.
#include "cli/demo/mail_story.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <utility>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "cli/records/word_changes.hpp"
#include "cli/terminal/try.hpp"

namespace standfast::cli {
namespace {

constexpr std::size_t kWordsNamed = 4;  // of each kind; more do not fit into a sentence

/// Messages that every filter catches and that can be talked past ours, the smallest radius first.
std::vector<std::size_t> messages_by_radius(const MailStory& story) {
  std::vector<std::size_t> messages;
  for (std::size_t i = 0; i < story.test.count(); ++i) {
    if (story.test.labels[i] != story.alarm || !story.any.sensitive(i) || !std::isfinite(story.any.radius(i, 0)))
      continue;
    const auto words = story.test.words.row(i);
    if (std::ranges::all_of(story.rivals, [&](const Rival& rival) { return rival.filter.score(words) > 0; }))
      messages.push_back(i);
  }
  std::ranges::stable_sort(messages, {}, [&](std::size_t i) { return story.any.radius(i, 0); });
  return messages;
}

std::string in_vain(double radius, const char* what) {
  if (!std::isfinite(radius)) return fmt::format("however many words its sender {}", what);
  const double words = std::max(0.0, std::ceil(radius) - 1);
  if (words == 0) return fmt::format("if its sender {} nothing", what);
  return words == 1 ? fmt::format("whichever word its sender {}", what)
                    : fmt::format("whichever {} words its sender {}", words, what);
}

std::string found_attack(double price) {
  if (!std::isfinite(price)) return {};
  return fmt::format(" (an attack that was found takes {})", price);
}

/// "naive Bayes lets it through after 3 words: add `wrote`; remove `click`".
std::string talked_past(const Rival& rival, const Dataset& test, std::size_t message) {
  const auto words = test.words.row(message);
  const auto past = fewest_words_past(rival.filter, words, true);
  if (!past) return fmt::format("no words talk it past {}", rival.filter.name);
  WordChange change;
  for (const std::uint32_t word : *past)
    (std::ranges::binary_search(words, word) ? change.remove : change.add).push_back(test.feature_names[word]);
  return fmt::format("{} lets it through after {} word{}: {}", rival.filter.name, past->size(),
                     past->size() == 1 ? "" : "s", change_in_words(change, kWordsNamed));
}

Result<std::string> tell_message(const MailStory& story, std::size_t message, const char* strength) {
  CLI_TRY(const WordChange hangs_on,
          weakest_words(story.classifier, story.test, message, ThreatModel::words(story.test.dim())));
  std::string text =
      fmt::format("Message {} ({}) stays {} {}{}, and {}.", message, strength,
                  story.test.class_names[static_cast<std::size_t>(story.alarm)],
                  in_vain(story.any.radius(message, 0), "adds or removes"), found_attack(story.any.attack(message, 0)),
                  in_vain(story.added.radius(message, 0), "adds"));
  if (!hangs_on.remove.empty()) text += fmt::format(" It is held by {}.", words_in_line(hangs_on.remove, kWordsNamed));
  std::vector<std::string> others;
  for (const Rival& rival : story.rivals) others.push_back(talked_past(rival, story.test, message));
  return text + fmt::format(" On the same words, {}.", fmt::join(others, "; "));
}

}  // namespace

Result<std::vector<std::string>> tell_mail_story(const MailStory& story) {
  const std::vector<std::size_t> messages = messages_by_radius(story);
  std::vector<std::string> sentences;
  if (messages.empty()) return sentences;
  constexpr std::array<std::pair<double, const char*>, 3> kPicks = {
      {{0.1, "a weak alarm"}, {0.5, "a median one"}, {0.9, "a strong one"}}};
  std::size_t told = messages.size();  // few messages stand for several picks
  for (const auto& [share, strength] : kPicks) {
    const auto position = static_cast<std::size_t>(share * static_cast<double>(messages.size() - 1));
    if (position == told) continue;
    told = position;
    CLI_TRY(std::string sentence, tell_message(story, messages[position], strength));
    sentences.push_back(std::move(sentence));
  }
  return sentences;
}

}  // namespace standfast::cli
