// Moves of categories in an attack: all or nothing, whatever a linearisation would like to buy a share of. So a ray is
// tried without them, and with the moves that pay most for their price made as a whole.
#include <algorithm>
#include <cmath>

#include "attack/attack_search.hpp"

namespace standfast::attack {
namespace {

constexpr std::size_t kMovesTried = 4;  // a ray each alone, and one for each of the first so many together
// times a move's cost: a ray has made the move at once, however little of it is gone
constexpr double kAtOnce = 1e30;

}  // namespace

void AttackSearch::price_merged(minorant::SeparableMinorant minorant, search::PricedProblem& problem) {
  if (!target_.moves.empty()) {
    offset_ = minorant.offset;
    search::merge_moves(target_.moves, minorant, targets_);
  }
  problem.assign(minorant, cost_, interval_);
}

std::vector<double> AttackSearch::expanded(std::span<const double> change) const {
  std::vector<double> full(change.begin(), change.end());
  search::round_moves(target_.moves, full);
  search::expand_moves(target_.moves, targets_, full);
  return full;
}

std::vector<double> AttackSearch::merged(std::span<const double> change) {
  std::vector<double> result(change.begin(), change.end());
  for (std::size_t k = 0; k < target_.moves.size(); ++k) {
    const threat::CategoryMoves& of_category = target_.moves[k];
    for (const auto& [feature, may_lower] : of_category.to) {
      if (change[feature] > 0) targets_[k] = feature;
    }
    const bool moves = change[of_category.from] < 0;
    for (const std::uint32_t feature : of_category.features) result[feature] = 0;
    result[of_category.from] = moves ? 1 : 0;
  }
  return result;
}

double AttackSearch::value_of_merged(std::span<const double> change) {
  return target_.moves.empty() ? minorants_.value(change) : with_moves_.value(change);
}

double AttackSearch::merged_value_and_gradient(std::span<const double> change) {
  if (target_.moves.empty()) return minorants_.value_and_gradient(change, gradient_);
  std::vector<double> full(change.begin(), change.end());
  search::expand_moves(target_.moves, targets_, full);
  const double value = minorants_.value_and_gradient(full, gradient_);
  for (std::size_t k = 0; k < target_.moves.size(); ++k) {
    const threat::CategoryMoves& of_category = target_.moves[k];
    const double slope = gradient_[targets_[k]] - gradient_[of_category.from];
    for (const std::uint32_t feature : of_category.features) gradient_[feature] = 0;
    gradient_[of_category.from] = slope;
  }
  return value;
}

/// Shape: direction is in units of price.
bool AttackSearch::try_rays_with_moves(std::span<const double> direction) {
  std::vector<std::size_t> order;  // the moves that lower the linearisation, those first that pay most for their price
  const auto pays = [&](std::size_t k) { return -ws_.problem.coefficient[target_.moves[k].from]; };
  for (std::size_t k = 0; k < target_.moves.size(); ++k) {
    if (!target_.moves[k].to.empty() && pays(k) > 0) order.push_back(k);
  }
  std::ranges::stable_sort(order, [&](std::size_t a, std::size_t b) { return pays(a) > pays(b); });
  const std::size_t most = std::min(order.size(), kMovesTried);
  std::vector<double> without(direction.begin(), direction.end());
  for (const threat::CategoryMoves& of_category : target_.moves) without[of_category.from] = 0;
  const auto try_with = [&](std::size_t first, std::size_t behind) {
    std::vector<double> ray = without;
    for (std::size_t k = first; k < behind; ++k) {
      const threat::CategoryMoves& of_category = target_.moves[order[k]];
      ray[of_category.from] = kAtOnce * of_category.cost;
    }
    const bool stands_still = std::ranges::all_of(ray, [](double d) { return d == 0; });
    return !stands_still && try_one_ray(ray);
  };
  bool any = try_one_ray(direction);
  for (std::size_t count = 0; count <= most; ++count) any = try_with(0, count) || any;
  for (std::size_t k = 1; k < most; ++k) any = try_with(k, k + 1) || any;
  if (order.size() > most) any = try_with(0, order.size()) || any;
  return any;
}

void AttackSearch::put_back_moves(std::vector<double>& change) {
  for (const threat::CategoryMoves& of_category : target_.moves) {
    if (change.empty() || change[of_category.from] == 0) continue;
    std::vector<double> fewer = change;
    for (const std::uint32_t feature : of_category.features) fewer[feature] = 0;
    if (minorants_.value(fewer) > 0) continue;
    change = std::move(fewer);
    keep_if_cheaper(change);
  }
}

double AttackSearch::price_of(std::span<const double> change) const {
  if (target_.moves.empty()) return target_.norm.of_vector(in_price_units(change));
  return target_.norm.of_vector(threat::price_entries(*target_.threat, target_.cost, change));
}

}  // namespace standfast::attack
