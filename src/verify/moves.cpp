// (C54) to (C57). The loss of one half of a move is charged like a piece in V5 (C40); the sum of the two halves is one
// more rounding. A share of a move between 0 and 1 is no allowed change, and to allow it costs radius only.
#include "verify/moves.hpp"

#include <algorithm>
#include <cassert>
#include <cmath>

#include "base/rounding.hpp"
#include "minorant/unit_step.hpp"

namespace standfast::verify {
namespace {

// as in V5: a kink takes fewer roundings than these
constexpr std::size_t kStepRoundings = 16, kStepRoundingsPerKink = 4;
constexpr double kStepErrorSlack = 1.005;
// more than what all underflows of one half of a move could take away
constexpr double kStepUnderflow = 0x1p-1000;

/// An upper bound on -q_i(side) + gradient_error_i. NaN if a number overflowed.
double half_upper(const ProvenMinorant& m, std::size_t i, double side) {
  const auto [decrease, size] = minorant::decrease_of_step(m.separable, i, side);
  const double error = m.gradient_error[i];
  if (size == 0 && error == 0) return 0;
  const double gamma = gamma_n(kStepRoundings + kStepRoundingsPerKink * m.separable.kinks());
  return decrease + kStepErrorSlack * (error + gamma * size) + kStepUnderflow;
}

/// The largest loss of a move, at least 0, or NaN, and where it leads.
struct WorstMove {
  double loss = 0;
  std::uint32_t target = 0;
};
WorstMove worst_move_upper(const threat::CategoryMoves& moves, const ProvenMinorant& m) {
  const double falls = moves.may_lower ? half_upper(m, moves.from, -1) : 0;
  WorstMove worst{0, moves.to.empty() ? moves.from : moves.to.front().feature};
  for (const threat::CategoryMoves::Target& target : moves.to) {
    const double loss = falls + (target.may_lower ? half_upper(m, target.feature, 1) : 0);
    if (std::isnan(loss)) return {loss, target.feature};
    if (loss > worst.loss) worst = {loss, target.feature};
  }
  worst.loss *= 1 + 8 * kUnitRoundoff;
  return worst;
}

}  // namespace

std::vector<std::uint32_t> merge_moves(std::span<const threat::CategoryMoves> moves, ProvenMinorant& m) {
  assert(m.is_separable);
  std::vector<std::uint32_t> targets;
  for (const threat::CategoryMoves& of_category : moves) {
    const auto [worst, target] = worst_move_upper(of_category, m);
    targets.push_back(target);
    for (const std::uint32_t feature : of_category.features) {
      minorant::become_line(m.separable, feature, 0);
      m.gradient_error[feature] = 0;
    }
    m.separable.coefficient[of_category.from] = -worst;
    // an overflow or a NaN proves nothing
    if (!std::isfinite(worst)) m.separable.margin = -kInfinity;
  }
  return targets;
}

std::vector<double> move_costs(std::span<const threat::CategoryMoves> moves) {
  std::vector<double> costs;
  for (const threat::CategoryMoves& of_category : moves) {
    if (!of_category.to.empty()) costs.push_back(of_category.cost);
  }
  std::ranges::sort(costs);
  costs.erase(std::unique(costs.begin(), costs.end()), costs.end());
  return costs;
}

void hold_dear_moves(std::span<const threat::CategoryMoves> moves, double limit, std::span<Interval> interval) {
  for (const threat::CategoryMoves& of_category : moves) {
    if (of_category.cost >= limit) interval[of_category.from] = {0, 0};
  }
}

double radius_with_moves(const ProvenMinorant& m, const PricedBounds& bounds,
                         std::span<const threat::CategoryMoves> moves, Norm norm,
                         const minorant::RadiusProposal& proposal, const RadiusSums& sums) {
  double radius = separable_radius_proven(m, bounds, norm, proposal, sums);
  if (norm == Norm::l0()) return radius;
  for (const double limit : move_costs(moves)) {
    if (radius >= limit) continue;
    std::vector<Interval> held(bounds.interval.begin(), bounds.interval.end());
    hold_dear_moves(moves, limit, held);
    const double below = separable_radius_proven(m, {bounds.cost, held}, norm, proposal, sums);
    radius = std::max(radius, std::min(below, limit));
    // the dearer the limit, the more can move
    if (below <= limit) break;
  }
  return radius;
}

}  // namespace standfast::verify
