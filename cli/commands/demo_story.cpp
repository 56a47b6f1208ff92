// Picks three alarms by their radius and says in words where the proof of each is weakest.
#include "cli/commands/demo_story.hpp"

#include <algorithm>
#include <array>
#include <cmath>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "cli/records/record_text.hpp"
#include "cli/terminal/output.hpp"
#include "cli/terminal/try.hpp"

namespace standfast::cli {
namespace {

constexpr std::size_t kFeaturesNamed = 3;  // more do not fit into a sentence
/// A change that is a smaller share of the whole price is not worth a word.
constexpr double kSmallestShareNamed = 0.05;

struct Alarm {
  std::size_t input;
  double radius;
};

/// Sensitive inputs that are judged right and can be flipped at all, smallest radius first.
std::vector<Alarm> alarms_by_radius(const Dataset& data, const Evaluation& evaluation) {
  std::vector<Alarm> alarms;
  const auto& certificates = evaluation.certificates;
  for (std::size_t i = 0; i < data.count(); ++i)
    if (certificates.sensitive(i) && label_name(data, i) == evaluation.sensitive_class &&
        std::isfinite(certificates.radius(i, 0)))
      alarms.push_back({i, certificates.radius(i, 0)});
  std::ranges::stable_sort(alarms, {}, &Alarm::radius);
  return alarms;
}

struct NamedChange {
  std::string name;
  double price;
  bool more;
};

/// The changes that make up most of the price, dearest first.
std::vector<NamedChange> main_changes(const Dataset& data, const WeakestDirection& weakest, const ThreatModel& threat) {
  std::vector<NamedChange> changes;
  double total = 0;
  for (std::size_t f = 0; f < weakest.change.size(); ++f) {
    const double price = threat.cost_of(f) * std::abs(weakest.change[f]);
    total += price;
    if (price > 0) changes.push_back({feature_in_words(data.feature_names[f]), price, weakest.change[f] > 0});
  }
  std::ranges::stable_sort(changes, std::ranges::greater{}, &NamedChange::price);
  std::erase_if(changes, [total](const NamedChange& change) { return change.price < kSmallestShareNamed * total; });
  if (changes.size() > kFeaturesNamed) changes.resize(kFeaturesNamed);
  return changes;
}

std::string in_words(const std::vector<NamedChange>& changes) {
  std::vector<std::string> more, fewer;
  for (const auto& change : changes) (change.more ? more : fewer).push_back(change.name);
  std::vector<std::string> parts;
  if (!more.empty()) parts.push_back(fmt::format("more {}", fmt::join(more, ", ")));
  if (!fewer.empty()) parts.push_back(fmt::format("fewer {}", fmt::join(fewer, ", ")));
  return parts.empty() ? "nowhere in particular" : fmt::format("{}", fmt::join(parts, "; "));
}

/// "0.66 changes in every hundred words (one in every 152)": both numbers on the safe side.
std::string changes_at_least(double radius) {
  std::string text = fmt::format("{} changes in every hundred words", radius_rounded_down(radius, 2));
  if (radius > 0 && radius < 1) text += fmt::format(" (one in every {:.0f})", std::ceil(100 / radius));
  return text;
}

/// ", spread over at least 2 of the 57 features": any `certified` features may change, so one more must.
std::string features_at_least(double certified, std::size_t dim) {
  if (!std::isfinite(certified) || certified < 1) return {};
  return fmt::format(", in at least {} of the {} features", certified + 1, dim);
}

/// "; the attacks found make 0.71 changes, or change 5 features".
std::string attacks_found(double price, double features) {
  std::vector<std::string> found;
  if (std::isfinite(price)) found.push_back(fmt::format("make {} changes", distance_rounded_up(price, 2)));
  if (std::isfinite(features)) found.push_back(fmt::format("change {} feature{}", features, features == 1 ? "" : "s"));
  return found.empty() ? std::string() : fmt::format("; the attacks found {}", fmt::join(found, ", or "));
}

Result<std::string> sentence(const Classifier& classifier, const Dataset& data, const Certificates& certificates,
                             const Alarm& alarm, const std::string& strength, const ThreatModel& threat) {
  CLI_TRY(const WeakestDirection weakest, classifier.weakest_direction(data.row(alarm.input), Norm::l1(), threat));
  return fmt::format(
      "To get message {} ({}) past the filter, at least {} are needed{}{}; where the proof is weakest: {}.",
      alarm.input, strength, changes_at_least(alarm.radius),
      features_at_least(certificates.radius(alarm.input, 1), data.dim()),
      attacks_found(certificates.attack(alarm.input, 0), certificates.attack(alarm.input, 1)),
      printable(in_words(main_changes(data, weakest, threat))));
}

}  // namespace

std::string feature_in_words(const std::string& name) {
  for (const std::string prefix : {"word_freq_", "char_freq_"})
    if (name.starts_with(prefix)) return fmt::format("`{}`", name.substr(prefix.size()));
  const std::string capitals = "capital_run_length_";
  return name.starts_with(capitals) ? fmt::format("capitals ({} run)", name.substr(capitals.size())) : name;
}

Result<std::vector<std::string>> tell_story(const Classifier& classifier, const Dataset& data,
                                            const Evaluation& evaluation, const ThreatModel& threat) {
  const auto alarms = alarms_by_radius(data, evaluation);
  std::vector<std::string> sentences;
  if (alarms.empty()) return sentences;
  const std::array<std::pair<double, const char*>, 3> picks = {
      {{0.1, "a weak alarm"}, {0.5, "a median one"}, {0.9, "a strong one"}}};
  for (const auto& [share, strength] : picks) {
    const auto position = static_cast<std::size_t>(share * static_cast<double>(alarms.size() - 1));
    CLI_TRY(std::string text, sentence(classifier, data, evaluation.certificates, alarms[position], strength, threat));
    sentences.push_back(std::move(text));
  }
  sentences.emplace_back(
      "This holds for changes within threat.toml: anything may be removed or misspelt, but no single word is pasted in "
      "more often than once in every two hundred.");
  return sentences;
}

}  // namespace standfast::cli
