// A move is allowed if both of its changes are inside the intervals of their features, which are rounded outward: a
// move more than there is cannot make a radius larger.
#include "threat/moves.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#include <fmt/format.h>

#include "base/try.hpp"
#include "files/message.hpp"

namespace standfast::threat {
namespace {

constexpr std::size_t kNoValue = std::numeric_limits<std::size_t>::max();

/// Which feature of the category is 1, if all others are 0.
std::size_t value_of(const Category& category, std::span<const float> x) {
  std::size_t found = kNoValue;
  for (const std::uint32_t feature : category.features) {
    if (x[feature] == 0) continue;
    if (x[feature] != 1 || found != kNoValue) return kNoValue;
    found = feature;
  }
  return found;
}

Error no_value(const Category& category, std::span<const float> x, const std::string& place) {
  std::string found;
  std::size_t shown = 0;
  for (const std::uint32_t feature : category.features) {
    if (x[feature] == 0) continue;
    if (++shown > 3) continue;
    found += fmt::format("{}feature {} is {}", shown == 1 ? "" : ", ", feature, x[feature]);
  }
  if (shown > 3) found += ", ...";
  if (shown == 0) found = "all of its features are 0";
  return {ErrorCode::kBadValue,
          fmt::format("{}: category {}: {}, expected one feature of 1 and {} of 0", place,
                      files::quote_for_message(category.name), found, category.features.size() - 1)};
}

}  // namespace

Status check_values(const ThreatModel& threat, std::span<const float> x, const std::string& place) {
  for (const Category& category : threat.categories) {
    if (value_of(category, x) == kNoValue) return no_value(category, x, place);
  }
  return {};
}

Result<std::vector<CategoryMoves>> moves_at(const ThreatModel& threat, std::span<const float> x) {
  STANDFAST_CHECK(check_values(threat, x, "input"));
  std::vector<CategoryMoves> moves;
  for (const Category& category : threat.categories) {
    CategoryMoves& of_category = moves.emplace_back();
    const std::size_t from = value_of(category, x);
    of_category.from = static_cast<std::uint32_t>(from);
    of_category.cost = category.cost;
    of_category.features = category.features;
    if (threat.interval_rounded_out(from, 1).lo > -1) continue;
    for (const std::uint32_t feature : category.features) {
      if (feature != from && threat.interval_rounded_out(feature, 0).hi >= 1) of_category.to.push_back({feature});
    }
  }
  return moves;
}

void merge_bounds(std::span<const CategoryMoves> moves, std::span<double> cost, std::span<Interval> interval) {
  for (const CategoryMoves& of_category : moves) {
    for (const std::uint32_t feature : of_category.features) interval[feature] = {0, 0};
    if (!of_category.to.empty()) interval[of_category.from] = {0, 1};
    cost[of_category.from] = of_category.cost;
  }
}

std::vector<double> price_entries(const ThreatModel& threat, std::span<const double> cost,
                                  std::span<const double> change) {
  std::vector<double> entries(change.size());
  for (std::size_t i = 0; i < change.size(); ++i) {
    // a product that underflows has no relative precision
    entries[i] = change[i] == 0 ? 0 : std::max(cost[i] * std::fabs(change[i]), 0x1p-960);
  }
  for (const Category& category : threat.categories) {
    const bool moves = std::ranges::any_of(category.features, [&](std::uint32_t i) { return change[i] != 0; });
    for (const std::uint32_t feature : category.features) entries[feature] = 0;
    if (moves) entries[category.features.front()] = category.cost;
  }
  return entries;
}

}  // namespace standfast::threat
