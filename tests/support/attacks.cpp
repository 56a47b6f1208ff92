#include "support/attacks.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <utility>

namespace standfast::support {
namespace {

constexpr double kFar = 1e7;  // how far a search looks where nothing bounds a feature

std::vector<double> mix(std::span<const double> a, std::span<const double> b, double share) {
  std::vector<double> result(a.size());
  for (std::size_t i = 0; i < a.size(); ++i) result[i] = a[i] + share * (b[i] - a[i]);  // a[i] itself where both agree
  return result;
}

}  // namespace

AttackSearch::AttackSearch(const AttackProblem& problem, Random& random) : problem_(problem), random_(random) {
  record(problem.input());
}

double AttackSearch::budget() const { return std::min(best_.distance_upper, kFar); }

std::vector<double> AttackSearch::at(std::span<const double> direction, double s) const {
  std::vector<double> point = problem_.input();
  for (std::size_t i = 0; i < point.size(); ++i) {
    if (direction[i] != 0) point[i] = problem_.clip(i, point[i] + s * direction[i]);
  }
  return point;
}

void AttackSearch::record(std::vector<double> point) {
  const double distance = problem_.distance_upper(point);
  if (distance >= best_.distance_upper || !problem_.inside(point) || !problem_.reference().surely_other(point)) return;
  best_ = {distance, std::move(point)};
}

bool AttackSearch::offer(std::vector<double> point) {
  for (std::size_t i = 0; i < point.size(); ++i) point[i] = problem_.clip(i, point[i]);
  if (problem_.reference().value(point) > 0) return false;
  const double before = best_.distance_upper;
  record(point);
  const auto& x = problem_.input();
  double flipped = 1, kept = 0;  // shares of the way from x; 45 halvings leave the rounding of the points themselves
  for (int k = 0; k < 45 && problem_.norm().p() != 0; ++k) {
    const double middle = (flipped + kept) / 2;
    (problem_.reference().value(mix(x, point, middle)) <= 0 ? flipped : kept) = middle;
  }
  // the boundary in double may lie a rounding error inside the true one: step over it
  for (double extra = 0; extra < 1e-6 && flipped < 1; extra = extra == 0 ? 1e-15 : extra * 8) {
    const double reached = best_.distance_upper;
    auto candidate = mix(x, point, std::min(1.0, flipped * (1 + extra)));
    for (std::size_t i = 0; i < candidate.size(); ++i) candidate[i] = problem_.clip(i, candidate[i]);
    record(std::move(candidate));
    if (best_.distance_upper < reached) break;
  }
  return best_.distance_upper < before;
}

bool AttackSearch::along(std::span<const double> direction) {
  const double unit = problem_.distance_upper(at(direction, 1e-9)) * 1e9;
  if (!(unit > 0) || std::isinf(unit)) return false;
  if (problem_.norm().p() == 0 || std::isinf(best_.distance_upper)) {
    for (double s = 1e-3; s <= kFar; s *= 3) {
      if (offer(at(direction, s / std::max(unit, 1e-12)))) return true;
    }
    return false;
  }
  bool improved = false;
  // the clipped path stays cheaper than s * unit, so it may be followed further than the budget
  for (const double share : {0.999, 0.5, 0.8, 2.0, 8.0}) {
    const auto point = at(direction, share * budget() / unit);
    if (problem_.distance_upper(point) < best_.distance_upper) improved = offer(point) || improved;
  }
  return improved;
}

bool AttackSearch::along_steepest(std::span<const double> gradient) {
  const auto flips = [&](double radius) {
    return problem_.reference().value(at(steepest_change(problem_, gradient, radius), 1)) <= 0;
  };
  double kept = 0, flipped = best_.distance_upper * (1 - 1e-9);
  if (std::isinf(flipped)) {
    for (flipped = 1e-3; flipped < kFar && !flips(flipped);) flipped *= 4;
  }
  if (!flips(flipped)) return false;
  for (int k = 0; k < 40; ++k) {
    const double middle = (kept + flipped) / 2;
    (flips(middle) ? flipped : kept) = middle;
  }
  return offer(at(steepest_change(problem_, gradient, flipped), 1));
}

void AttackSearch::random_directions(int count) {
  for (int k = 0; k < count; ++k) {
    std::vector<double> direction(problem_.dim(), 0.0);
    const bool near_best = k % 2 == 1 && !best_.point.empty();
    const double spread = std::pow(10.0, random_.uniform(-3, 0)), density = random_.uniform();
    for (std::size_t i = 0; i < direction.size(); ++i) {
      const double noise = (k % 6 == 0 ? (random_.below(2) == 0 ? -1.0 : 1.0) : random_.normal()) / problem_.cost(i);
      const double base = near_best ? best_.point[i] - problem_.input()[i] : 0.0;
      if (near_best)
        direction[i] = base + spread * noise * budget();
      else if (random_.uniform() < density)
        direction[i] = noise;
    }
    along(direction);
  }
}

void AttackSearch::steepest_directions(int rounds) {
  if (problem_.norm().p() == 0) return;
  auto gradient = problem_.reference().gradient(problem_.input());
  for (int k = 0; k < rounds; ++k) {
    const double radius = std::isinf(best_.distance_upper) ? std::pow(10.0, k % 7 - 2) : best_.distance_upper;
    const auto change = steepest_change(problem_, gradient, radius);
    if (!along_steepest(gradient)) along(change);
    const auto end = at(change, 1);
    const auto there = problem_.reference().gradient(best_.point.empty() || k % 3 == 2 ? end : best_.point);
    gradient = k % 2 == 0 ? there : mix(gradient, there, random_.uniform());
  }
}

std::vector<double> AttackSearch::candidates(std::size_t i, double reach) const {
  const double x = problem_.input()[i], step = std::min(reach, kFar) / problem_.cost(i);
  std::vector<double> values{x, problem_.clip(i, x - step), problem_.clip(i, x + step)};
  if (!problem_.kinks().empty()) {
    const double kink = problem_.clip(i, problem_.kinks()[i]);
    if (std::fabs(kink - x) <= step) values.push_back(kink);
  }
  return values;
}

double AttackSearch::best_value_for(std::vector<double>& point, std::size_t i, double reach) const {
  double best = problem_.reference().value(point), keep = point[i];
  for (const double value : candidates(i, reach)) {
    point[i] = value;
    const double f = problem_.reference().value(point);
    if (f < best) {
      best = f;
      keep = value;
    }
  }
  point[i] = keep;
  return best;
}

void AttackSearch::corners(int sweeps) {
  const double p = problem_.norm().p();
  if (!std::isinf(p)) return;
  for (int k = 0; k < sweeps; ++k) {
    // just inside what is known, so that a find is an improvement
    const double reach =
        std::isinf(best_.distance_upper) ? std::pow(10.0, k % 6 - 2) : best_.distance_upper * (1 - 1e-9);
    std::vector<double> point = problem_.input();
    if (k % 2 == 1 && !best_.point.empty()) point = best_.point;
    for (std::size_t i = 0; i < point.size(); ++i) {
      const double step = reach / problem_.cost(i), x = problem_.input()[i];
      point[i] = problem_.clip(i, std::clamp(point[i], x - step, x + step));
    }
    double value = kInfinity;
    for (int sweep = 0; sweep < 3; ++sweep) {
      double next = value;
      for (std::size_t i = 0; i < point.size(); ++i) next = best_value_for(point, i, reach);
      if (!(next < value)) break;
      value = next;
    }
    offer(std::move(point));
  }
}

void AttackSearch::coordinate_jumps() {
  const double reach = problem_.norm().p() == 0 ? kInfinity : best_.distance_upper;
  for (std::size_t i = 0; i < problem_.dim(); ++i) {
    auto point = problem_.input();
    best_value_for(point, i, reach);
    offer(point);
    if (problem_.dim() > 12) continue;
    for (std::size_t j = 0; j < problem_.dim(); ++j) {
      auto pair = point;
      // what feature i has spent is no longer there for feature j, except where features do not share a budget
      const bool shared = problem_.norm().p() == 1;
      const double spent = shared ? problem_.distance_upper(pair) : 0;
      if (j != i && reach > spent) best_value_for(pair, j, reach - spent);
      offer(std::move(pair));
    }
  }
}

void AttackSearch::coordinate_sets() {
  if (problem_.norm().p() != 0) return;
  for (const double far : {1e2, kFar}) {
    auto point = problem_.input();
    std::vector<bool> changed(problem_.dim(), false);
    for (std::size_t count = 0; count < problem_.dim(); ++count) {
      std::size_t choice = 0;
      double lowest = kInfinity;
      std::vector<double> chosen = point;
      for (std::size_t i = 0; i < problem_.dim(); ++i) {
        if (changed[i]) continue;
        auto trial = point;
        const double value = best_value_for(trial, i, far * problem_.cost(i));
        if (value < lowest) {
          lowest = value;
          choice = i;
          chosen = trial;
        }
      }
      changed[choice] = true;
      point = chosen;
      for (std::size_t i = 0; i < problem_.dim(); ++i) {
        if (changed[i]) best_value_for(point, i, far * problem_.cost(i));
      }
      if (offer(point)) break;
    }
  }
}

void AttackSearch::revert_coordinates(int rounds) {
  std::vector<std::size_t> order(problem_.dim());
  std::iota(order.begin(), order.end(), std::size_t{0});
  for (int k = 0; k < rounds && !best_.point.empty(); ++k) {
    random_.shuffle(std::span(order));
    for (const auto i : order) {
      for (const double share : {0.0, 0.5, 0.9}) {
        auto point = best_.point;
        const double x = problem_.input()[i];
        point[i] = x + share * (point[i] - x);
        if (offer(std::move(point))) break;
      }
    }
  }
}

Attack smallest_attack(const AttackProblem& problem, Random& random,
                       std::span<const std::vector<float>> nearby_others) {
  AttackSearch search(problem, random);
  if (search.best().distance_upper == 0) return search.best();
  for (const auto& other : nearby_others) search.offer(widen(other));
  search.steepest_directions(8);
  search.random_directions(20);
  search.coordinate_sets();
  search.coordinate_jumps();
  for (int round = 0; round < 3; ++round) {
    const double before = search.best().distance_upper;
    search.corners(4);
    search.steepest_directions(8);
    search.random_directions(20);
    search.revert_coordinates(2);
    if (search.best().distance_upper > 0.999 * before) break;
  }
  return search.best();
}

}  // namespace standfast::support
