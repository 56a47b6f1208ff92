// The same merging as the core's, to nearest. A share of a move is a point between two inputs: a minorant may touch f
// there, and its radius is that of Algorithm S on [0, 1].
#include "search/moves.hpp"

#include <algorithm>
#include <cmath>

#include "minorant/unit_step.hpp"
#include "search/worst_sums.hpp"

namespace standfast::search {

void merge_moves(std::span<const threat::CategoryMoves> moves, minorant::SeparableMinorant& m,
                 std::vector<std::uint32_t>& targets) {
  targets.clear();
  for (const threat::CategoryMoves& of_category : moves) {
    const double falls = of_category.may_lower ? decrease_of_step(m, of_category.from, -1).decrease : 0;
    double worst = 0;
    std::uint32_t target = of_category.to.empty() ? of_category.from : of_category.to.front().feature;
    for (const auto& [feature, may_lower] : of_category.to) {
      const double loss = falls + (may_lower ? decrease_of_step(m, feature, 1).decrease : 0);
      if (!(loss > worst)) continue;
      worst = loss;
      target = feature;
    }
    for (const std::uint32_t feature : of_category.features) minorant::become_line(m, feature, 0);
    m.coefficient[of_category.from] = -worst;
    targets.push_back(target);
  }
}

void expand_moves(std::span<const threat::CategoryMoves> moves, std::span<const std::uint32_t> targets,
                  std::span<double> change) {
  for (std::size_t k = 0; k < moves.size(); ++k) {
    const double share = change[moves[k].from];
    if (targets[k] == moves[k].from) continue;
    change[targets[k]] = share;
    change[moves[k].from] = -share;
  }
}

void expand_moves(std::span<const threat::CategoryMoves> moves, std::span<const std::uint32_t> targets,
                  std::span<const double> offset, std::span<double> change, std::span<double> bend_change) {
  expand_moves(moves, targets, change);
  const std::size_t kinks = bend_change.size() / change.size();
  for (const threat::CategoryMoves& of_category : moves) {
    for (const std::uint32_t feature : of_category.features) {
      for (std::size_t at = feature * kinks; at < (feature + 1) * kinks; ++at) {
        bend_change[at] = std::fabs(offset[at] + change[feature]) - std::fabs(offset[at]);
      }
    }
  }
}

void round_moves(std::span<const threat::CategoryMoves> moves, std::span<double> change) {
  for (const threat::CategoryMoves& of_category : moves) {
    change[of_category.from] = change[of_category.from] >= 0.5 ? 1 : 0;
  }
}

namespace {

/// The problem below `limit`, where moves that cost as much are not made. For p = inf those that cost less are made as
/// a whole, whose loss is the margin's; for p = 1 and 2 they stay features, of which shares can be made.
void limit_moves(std::span<const threat::CategoryMoves> moves, double limit, Norm norm, PricedProblem& problem) {
  for (const threat::CategoryMoves& of_category : moves) {
    const bool held = of_category.cost >= limit;
    if (!held && norm != Norm::linf()) continue;
    if (!held && problem.hi[of_category.from] > 0) {
      problem.margin += problem.coefficient[of_category.from] * of_category.cost;
    }
    problem.hi[of_category.from] = 0;
  }
}

/// Norm 2 with whole moves: what the multiplier 1 / tau proves (C56), which is concave in tau.
class WholeMoves {
 public:
  WholeMoves(const PricedProblem& problem, std::span<const threat::CategoryMoves> moves, double limit)
      : rest_(problem) {
    for (const threat::CategoryMoves& of_category : moves) {
      const bool can_move = of_category.cost < limit && problem.hi[of_category.from] > 0;
      const double loss = -problem.coefficient[of_category.from] * of_category.cost;
      if (can_move && loss > 0) moves_.push_back({loss, of_category.cost * of_category.cost / 2});
      rest_.hi[of_category.from] = 0;
    }
  }
  [[nodiscard]] bool any() const { return !moves_.empty(); }

  [[nodiscard]] double radius(double tau) const {
    const kernels::WorstSums rest = worst_sums_l2(rest_, tau);
    double value = tau * (rest_.margin - rest.decrease) + rest.price;
    for (const Move& move : moves_) value += std::min(0.0, move.worth - tau * move.loss);
    return std::sqrt(2 * std::max(value, 0.0));
  }

 private:
  struct Move {
    double loss, worth;
  };
  PricedProblem rest_;
  std::vector<Move> moves_;
};

/// A better multiplier for whole moves than that for shares of them, by golden section.
void improve_multiplier(const WholeMoves& whole, SeparableRadius& found) {
  if (!whole.any() || !(found.radius > 0 && found.radius < kInfinity && found.multiplier > 0)) return;
  constexpr double kGoldenShare = 0.6180339887498949, kOctaves = 4;
  constexpr int kSections = 24;  // narrows the octaves to 2^-14 of an octave
  const auto radius = [&](double octave) { return whole.radius(std::exp2(octave)); };
  const double middle = std::log2(1 / found.multiplier);
  double lo = middle - kOctaves, hi = middle + kOctaves;
  double left = hi - kGoldenShare * (hi - lo), right = lo + kGoldenShare * (hi - lo);
  double at_left = radius(left), at_right = radius(right);
  for (int k = 0; k < kSections; ++k) {
    if (at_left > at_right) {
      hi = right;
      right = left;
      at_right = at_left;
      left = hi - kGoldenShare * (hi - lo);
      at_left = radius(left);
    } else {
      lo = left;
      left = right;
      at_left = at_right;
      right = lo + kGoldenShare * (hi - lo);
      at_right = radius(right);
    }
  }
  const double best = std::max(at_left, at_right);
  if (best > found.radius) found = {best, std::exp2(at_left > at_right ? -left : -right), found.price_limit};
}

}  // namespace

SeparableRadius radius_with_moves(const PricedProblem& problem, std::span<const threat::CategoryMoves> moves, Norm norm,
                                  const RadiusHint& hint) {
  if (moves.empty() || norm == Norm::l0()) return separable_radius(problem, norm, hint);
  std::vector<double> limits{kInfinity};
  for (const threat::CategoryMoves& of_category : moves) {
    if (!of_category.to.empty()) limits.push_back(of_category.cost);
  }
  std::ranges::sort(limits);
  limits.erase(std::unique(limits.begin(), limits.end()), limits.end());
  SeparableRadius best;
  for (const double limit : limits) {
    PricedProblem limited = problem;
    limit_moves(moves, limit, norm, limited);
    SeparableRadius below = separable_radius(limited, norm, limit == kInfinity ? hint : RadiusHint{});
    if (norm == Norm::l2()) improve_multiplier({problem, moves, limit}, below);
    const bool enough = below.radius > limit;
    below.radius = std::min(below.radius, limit);
    if (below.radius > best.radius) best = below;
    if (!enough) break;
  }
  return best;
}

double ExpandedValues::value(std::span<const double> change) {
  expanded_.assign(change.begin(), change.end());
  expand_moves(moves_, targets_, expanded_);
  return values_->value(expanded_);
}

}  // namespace standfast::search
