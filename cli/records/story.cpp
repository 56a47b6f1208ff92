// Picks three alarms by their radius and says in words where the proof of each is weakest.
#include "cli/records/story.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <optional>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "cli/records/record_text.hpp"
#include "cli/records/word_changes.hpp"
#include "cli/terminal/output.hpp"
#include "cli/terminal/try.hpp"

namespace standfast::cli {
namespace {

constexpr std::size_t kFeaturesNamed = 3, kWordsInSentence = 5;  // more do not fit into a sentence
/// A change that is a smaller share of the whole price is not worth a word.
constexpr double kSmallestShareNamed = 0.05;

struct Alarm {
  std::size_t input;
  double radius;
};

/// Where the norms of the story stand in the evaluation.
struct Norms {
  std::size_t price = 0;
  std::optional<std::size_t> features;  ///< Norm 0.
};

Norms norms_of(const Evaluation& evaluation) {
  Norms norms;
  const auto& all = evaluation.certificates.norms;
  for (std::size_t n = 0; n < all.size(); ++n) {
    if (all[n] == Norm::l1()) norms.price = n;
    if (all[n] == Norm::l0()) norms.features = n;
  }
  return norms;
}

/// Sensitive inputs that are judged right and can be flipped at all, smallest radius first.
std::vector<Alarm> alarms_by_radius(const Dataset& data, const Evaluation& evaluation, std::size_t norm_index) {
  std::vector<Alarm> alarms;
  const auto& certificates = evaluation.certificates;
  for (std::size_t i = 0; i < data.count(); ++i)
    if (certificates.sensitive(i) && label_name(data, i) == evaluation.sensitive_class &&
        std::isfinite(certificates.radius(i, norm_index)))
      alarms.push_back({i, certificates.radius(i, norm_index)});
  std::ranges::stable_sort(alarms, {}, &Alarm::radius);
  return alarms;
}

/// "word_freq_free" -> "`free`", "capital_run_length_longest" -> "capitals (longest run)".
std::string feature_in_words(const std::string& name) {
  for (const std::string prefix : {"word_freq_", "char_freq_"})
    if (name.starts_with(prefix)) return fmt::format("`{}`", name.substr(prefix.size()));
  const std::string capitals = "capital_run_length_";
  return name.starts_with(capitals) ? fmt::format("capitals ({} run)", name.substr(capitals.size())) : name;
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
    if (price > 0)
      changes.push_back(
          {data.feature_names.empty() ? fmt::format("feature {}", f) : feature_in_words(data.feature_names[f]), price,
           weakest.change[f] > 0});
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

/// "at least 0.66 changes in every hundred words": on the safe side.
std::string price_at_least(const Evaluation& evaluation, Norm norm, double radius) {
  const std::string least = radius_rounded_down(radius, 2);
  if (norm == Norm::l0()) return fmt::format("changes of more than {} features", least);
  const std::string unit = evaluation.price_unit.empty() ? "the features' own units" : evaluation.price_unit;
  if (norm != Norm::l1())
    return fmt::format("a change of at least {} in the norm {} (in {})", least, norm.name(), unit);
  if (evaluation.price_unit.empty()) return fmt::format("changes of at least {} in all (in {})", least, unit);
  return fmt::format("at least {} {}", least, unit);
}

/// ", spread over at least 2 of the 57 features": any `certified` features may change, so one more must.
std::string features_at_least(double certified, std::size_t dim) {
  if (!std::isfinite(certified) || certified < 1) return {};
  return fmt::format(", in at least {} of the {} features", certified + 1, dim);
}

/// "; the attacks found take 0.71, or change 5 features".
std::string attacks_found(const Certificates& certificates, std::size_t input, const Norms& norms) {
  if (certificates.attacks.empty()) return {};
  std::vector<std::string> found;
  if (const double price = certificates.attack(input, norms.price); std::isfinite(price))
    found.push_back(fmt::format("take {}", distance_rounded_up(price, 2)));
  if (norms.features) {
    const double features = certificates.attack(input, *norms.features);
    if (std::isfinite(features))
      found.push_back(fmt::format("change {} feature{}", features, features == 1 ? "" : "s"));
  }
  return found.empty() ? std::string() : fmt::format("; the attacks found {}", fmt::join(found, ", or "));
}

/// "Input 7 (a weak alarm) stays spam whichever 12 words its sender adds or removes".
std::string words_sentence(const std::string& who, const std::string& sensitive, double radius,
                           const ThreatModel& threat) {
  const char* moves = threat.max_decrease.empty() ? "adds or removes" : "adds";
  if (radius < 2) return fmt::format("{} may be talked past by one word that its sender {}", who, moves);
  return fmt::format("{} stays {} whichever {} its sender {}", who, sensitive,
                     radius == 2 ? "word" : fmt::format("{:.0f} words", radius - 1), moves);
}

/// "; it is held by `free`; it is talked away by `hello`".
std::string hanging_on(const WordChange& change) {
  std::string text;
  if (!change.remove.empty()) text += "; it is held by " + words_in_line(change.remove, kWordsInSentence);
  if (!change.add.empty()) text += "; it is talked away by " + words_in_line(change.add, kWordsInSentence);
  return text;
}

}  // namespace

Result<std::vector<std::string>> tell_story(const Classifier& classifier, const Dataset& data,
                                            const Evaluation& evaluation, const ThreatModel& threat) {
  const Norms norms = norms_of(evaluation);
  const Certificates& certificates = evaluation.certificates;
  const Norm price_norm = certificates.norms[norms.price];
  const auto alarms = alarms_by_radius(data, evaluation, norms.price);
  std::vector<std::string> sentences;
  if (alarms.empty()) return sentences;
  const std::array<std::pair<double, const char*>, 3> picks = {
      {{0.1, "a weak alarm"}, {0.5, "a median one"}, {0.9, "a strong one"}}};
  std::optional<std::size_t> told;  // few alarms stand for several picks
  for (const auto& [share, strength] : picks) {
    const auto position = static_cast<std::size_t>(share * static_cast<double>(alarms.size() - 1));
    if (told == position) continue;
    told = position;
    const auto& [input, radius] = alarms[position];
    if (counts_words(threat, price_norm)) {
      CLI_TRY(const WordChange hangs_on, weakest_words(classifier, data, input, threat));
      const std::string who = fmt::format("Input {} ({})", input, strength);
      sentences.push_back(words_sentence(who, evaluation.sensitive_class, radius, threat) +
                          attacks_found(certificates, input, norms) + hanging_on(hangs_on) + ".");
      continue;
    }
    CLI_TRY(const WeakestDirection weakest,
            classifier.weakest_direction(data.dense_rows(input, 1), price_norm, threat));
    const double features = norms.features ? certificates.radius(input, *norms.features) : 0;
    sentences.push_back(fmt::format(
        "To get input {} ({}) judged {} takes {}{}{}; where the proof is weakest: {}.", input, strength,
        evaluation.other_class, price_at_least(evaluation, price_norm, radius), features_at_least(features, data.dim()),
        attacks_found(certificates, input, norms), printable(in_words(main_changes(data, weakest, threat)))));
  }
  return sentences;
}

}  // namespace standfast::cli
