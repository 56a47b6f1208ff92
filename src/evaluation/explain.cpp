// An alarm from both sides, feature by feature: the change that an attack found, and the one that the proof fears most.
#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "base/try.hpp"
#include "standfast/evaluation.hpp"

namespace standfast {
namespace {

double share_of(double price, double largest, double sum_of_powers, double p) {
  if (!(largest > 0)) return 0;
  const double relative = price / largest;
  return std::isfinite(p) ? std::pow(relative, p) / sum_of_powers : relative;
}

/// The features that differ, the largest share of the price first. Prices are scaled by the largest, so that their
/// powers stay in range.
std::vector<FeatureChange> with_shares(std::vector<FeatureChange> changes, Norm norm) {
  double largest = 0, sum_of_powers = 0;
  for (const auto& change : changes) largest = std::max(largest, change.price);
  if (std::isfinite(norm.p()) && largest > 0)
    for (const auto& change : changes) sum_of_powers += std::pow(change.price / largest, norm.p());
  for (auto& change : changes) change.share = share_of(change.price, largest, sum_of_powers, norm.p());
  std::ranges::stable_sort(changes, std::ranges::greater{}, &FeatureChange::share);
  return changes;
}

/// The change of one category; nothing if it keeps its value.
template <class Changed>
std::optional<FeatureChange> category_change(const Category& category, std::span<const float> x, const Changed& changed,
                                             Norm norm) {
  const auto value = std::ranges::find_if(category.features, [&](std::uint32_t f) { return x[f] == 1; });
  if (value == category.features.end()) return std::nullopt;
  const auto grows = [&](std::uint32_t f) { return changed(f).first; };
  const std::size_t becomes = *std::ranges::max_element(category.features, {}, grows);
  const auto [by, to] = changed(*value);
  if (by == 0 || becomes == *value) return std::nullopt;
  const double price = norm == Norm::l0() ? 1 : category.cost * std::abs(by);
  return FeatureChange{*value, 1, to, price, 0, becomes};
}

/// `changed(f)` is the change of feature f and the value that it leads to.
template <class Changed>
std::vector<FeatureChange> feature_changes(std::span<const float> x, const Changed& changed, Norm norm,
                                           const ThreatModel& threat) {
  std::vector<FeatureChange> changes;
  std::vector<bool> in_category(x.size(), false);
  for (const Category& category : threat.categories) {
    for (const std::uint32_t f : category.features) in_category[f] = true;
    if (const auto change = category_change(category, x, changed, norm)) changes.push_back(*change);
  }
  for (std::size_t f = 0; f < x.size(); ++f) {
    if (in_category[f]) continue;
    const auto [by, to] = changed(f);
    if (by == 0) continue;
    const double price = norm == Norm::l0() ? 1 : threat.cost_of(f) * std::abs(by);
    changes.push_back({f, static_cast<double>(x[f]), to, price, 0, {}});
  }
  return with_shares(std::move(changes), norm);
}

/// Nothing for a feature map whose worst case the library does not know.
Status add_weakest(const Classifier& classifier, std::span<const float> x, const ThreatModel& threat,
                   Explanation& explanation) {
  const auto weakest = classifier.weakest_direction(x, explanation.norm, threat);
  if (!weakest.ok()) return weakest.error().code == ErrorCode::kUnsupported ? Status() : Status(weakest.error());
  explanation.weakest_radius = weakest->radius;
  if (std::isinf(weakest->radius)) return {};  // it fears nothing
  const auto changed = [&](std::size_t f) {
    return std::pair(weakest->change[f], static_cast<double>(x[f]) + weakest->change[f]);
  };
  explanation.weakest = feature_changes(x, changed, explanation.norm, threat);
  return {};
}

}  // namespace

Result<std::vector<Explanation>> explain_alarms(const Classifier& classifier, const Dataset& data,
                                                std::span<const std::size_t> rows, const AttackOptions& options) {
  if (options.norms.size() != 1)
    return Error{ErrorCode::kBadOption, fmt::format("explain: found {} norms, expected one", options.norms.size())};
  std::vector<Explanation> explanations;
  if (rows.empty()) return explanations;
  const Dataset chosen = data.subset(rows);
  STANDFAST_TRY(Attacks attacks, attack(classifier, chosen, options));
  count_whole_prices(attacks, chosen, options.threat);
  const std::size_t dim = chosen.dim();
  const Norm norm = options.norms.front();
  for (std::size_t i = 0; i < rows.size(); ++i) {
    const std::vector<float> x = chosen.dense_rows(i, 1);
    const auto after = std::span(attacks.inputs).subspan(i * dim, dim);
    Explanation explanation{rows[i], norm, attacks.distance(i, 0), {}, 0, {}};
    const auto changed = [&](std::size_t f) {
      const auto from = static_cast<double>(x[f]), to = static_cast<double>(after[f]);
      return std::pair(to - from, to);
    };
    explanation.found = feature_changes(x, changed, norm, options.threat);
    STANDFAST_CHECK(add_weakest(classifier, x, options.threat, explanation));
    explanations.push_back(std::move(explanation));
  }
  return explanations;
}

}  // namespace standfast
