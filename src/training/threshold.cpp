// Every gap between two neighbouring scores is one candidate; a single sweep counts both classes below it.
#include "training/threshold.hpp"

#include <algorithm>
#include <cassert>
#include <cmath>
#include <cstddef>
#include <functional>
#include <iterator>
#include <limits>
#include <optional>
#include <tuple>
#include <vector>

#include <fmt/format.h>

#include "standfast/training.hpp"

namespace standfast::training {
namespace {

constexpr float kLargest = std::numeric_limits<float>::max();

/// A float strictly between the two, the middle if there is one.
std::optional<float> float_between(float below, float above) {
  const auto middle = static_cast<float>((static_cast<double>(below) + above) / 2);
  if (below < middle && middle < above) return middle;
  return std::nullopt;
}

double share_above(const std::vector<float>& sorted, float threshold) {
  const auto above = sorted.end() - std::ranges::upper_bound(sorted, threshold);
  return static_cast<double>(above) / static_cast<double>(sorted.size());
}

struct Candidate {
  ThresholdChoice choice;
  double gap = 0;
};

/// All thresholds in ascending order: below every score, in each gap that holds a float, above every score.
std::vector<Candidate> all_thresholds(std::vector<float> sensitive, std::vector<float> other) {
  std::ranges::sort(sensitive);
  std::ranges::sort(other);
  std::vector<float> scores;
  scores.reserve(sensitive.size() + other.size());
  std::ranges::merge(sensitive, other, std::back_inserter(scores));
  const float span = std::max(scores.back() - scores.front(), std::abs(scores.back()) * 1e-3F + 1e-3F);

  std::vector<Candidate> found;
  const auto add_candidate = [&](float below, float above) {
    const auto threshold = float_between(below, above);
    if (!threshold) return;
    // the sides have no neighbour to be far from
    const double gap = below >= scores.front() && above <= scores.back() ? static_cast<double>(above) - below : 0;
    found.push_back({{*threshold, share_above(sensitive, *threshold), 1 - share_above(other, *threshold)}, gap});
  };
  add_candidate(std::max(scores.front() - span, -kLargest), scores.front());
  for (std::size_t i = 1; i < scores.size(); ++i)
    if (scores[i - 1] < scores[i]) add_candidate(scores[i - 1], scores[i]);
  add_candidate(scores.back(), std::min(scores.back() + span, kLargest));
  return found;
}

double imbalance(const ThresholdChoice& choice) { return std::abs(choice.accuracy_sensitive - choice.accuracy_other); }

auto balance_rank(const Candidate& candidate) {
  return std::tuple(-imbalance(candidate.choice), candidate.choice.balanced_accuracy(), candidate.gap);
}

/// The largest standard error of a difference of two accuracies over so many rows.
double largest_imbalance_error(std::size_t sensitive, std::size_t other) {
  return std::sqrt(0.25 / static_cast<double>(sensitive) + 0.25 / static_cast<double>(other));
}

/// The candidate whose gap is nearest to `expected` among those that balance the classes within `tolerance`.
ThresholdChoice nearest_threshold(const std::vector<Candidate>& all, double expected, double tolerance) {
  const auto least = imbalance(std::ranges::min_element(all, {}, [](const Candidate& candidate) {
                                 return imbalance(candidate.choice);
                               })->choice);
  const Candidate* nearest = nullptr;
  const auto distance = [expected](const Candidate& candidate) {
    return std::max(std::abs(candidate.choice.threshold - expected) - candidate.gap / 2, 0.0);
  };
  for (const auto& candidate : all) {
    if (imbalance(candidate.choice) > std::max(tolerance, least)) continue;
    if (nearest == nullptr || distance(candidate) < distance(*nearest)) nearest = &candidate;
  }
  ThresholdChoice choice = nearest->choice;
  // inside of a gap every threshold is the same to these scores
  const auto wanted = static_cast<float>(expected);
  if (std::abs(wanted - choice.threshold) < nearest->gap / 2 * 0.99) choice.threshold = wanted;
  return choice;
}

}  // namespace

ThresholdChoice accuracies_at(std::span<const float> sensitive_scores, std::span<const float> other_scores,
                              float threshold) {
  const auto above = [threshold](float score) { return score > threshold; };
  const auto right = static_cast<double>(std::ranges::count_if(sensitive_scores, above));
  const auto wrong = static_cast<double>(std::ranges::count_if(other_scores, above));
  return {threshold, right / static_cast<double>(sensitive_scores.size()),
          1 - wrong / static_cast<double>(other_scores.size())};
}

ThresholdChoice pick_threshold(std::span<const float> sensitive_scores, std::span<const float> other_scores,
                               double max_fpr, std::optional<double> expected) {
  assert(!sensitive_scores.empty() && !other_scores.empty() && "validation rows of both classes");
  const auto all =
      all_thresholds({sensitive_scores.begin(), sensitive_scores.end()}, {other_scores.begin(), other_scores.end()});
  const bool few = std::min(sensitive_scores.size(), other_scores.size()) < kFewScores;
  if (max_fpr < 0 && expected && few) {
    return nearest_threshold(all, *expected, largest_imbalance_error(sensitive_scores.size(), other_scores.size()));
  }
  if (max_fpr < 0) return std::ranges::max_element(all, {}, balance_rank)->choice;
  const auto allowed = static_cast<double>(other_scores.size()) * max_fpr;
  const auto quiet = std::ranges::find_if(all, [&](const Candidate& candidate) {
    const double wrong = std::round((1 - candidate.choice.accuracy_other) * static_cast<double>(other_scores.size()));
    return wrong <= allowed;
  });
  return quiet->choice;
}

}  // namespace standfast::training

namespace standfast {

Result<float> threshold_for_rate(std::span<const float> sensitive_scores, std::span<const float> other_scores,
                                 double rate) {
  if (!(rate > 0 && rate <= 1)) return Error{ErrorCode::kBadOption, fmt::format("{} is not in (0, 1]", rate)};
  const auto count = static_cast<double>(other_scores.size());
  if (count * rate < 1)
    return Error{ErrorCode::kBadValue, fmt::format("{} rows of the other class cannot show a rate of {}, expected at "
                                                   "least {:.0f}: with fewer, not even one may raise an alarm",
                                                   other_scores.size(), rate, std::ceil(1 / rate))};
  std::vector<float> other(other_scores.begin(), other_scores.end());
  std::ranges::sort(other, std::greater<>());
  const double place = rate * (count + 1);  // 1.5 is half way from the largest score to the next
  const auto above = std::min(static_cast<std::size_t>(place), other.size());
  const double from = other[above - 1];
  double value = from;
  if (above < other.size()) value += (place - std::floor(place)) * (static_cast<double>(other[above]) - from);
  // beyond the last score there is nothing to interpolate with: all may raise an alarm
  if (above == other.size()) value = std::nextafter(other.back(), -training::kLargest);
  auto threshold = static_cast<float>(value);
  const auto is_score = [&](std::span<const float> scores) {
    return std::ranges::find(scores, threshold) != scores.end();
  };
  while (threshold < training::kLargest && (is_score(sensitive_scores) || is_score(other_scores)))
    threshold = std::nextafter(threshold, training::kLargest);
  return threshold;
}

float balanced_threshold(std::span<const float> sensitive_scores, std::span<const float> other_scores) {
  return training::pick_threshold(sensitive_scores, other_scores, -1).threshold;
}

}  // namespace standfast
