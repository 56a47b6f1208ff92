// (C54) to (C56). The loss of one half of a move is charged like a piece in V5 (C40); the sum of the two halves is one
// more rounding. For p >= 1 what the moves lose is taken off the margin, so that the rest is a problem without them.
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

/// Prices below which fewer and fewer moves are held: the distinct costs of those that there are, and no limit.
std::vector<double> limits_of(std::span<const threat::CategoryMoves> moves) {
  std::vector<double> limits{kInfinity};
  for (const threat::CategoryMoves& of_category : moves) {
    if (!of_category.to.empty()) limits.push_back(of_category.cost);
  }
  std::ranges::sort(limits);
  limits.erase(std::unique(limits.begin(), limits.end()), limits.end());
  return limits;
}

/// A lower bound on the margin behind all moves that cost less than `limit` and lose more than their price is worth
/// (C56). Requires: p >= 1.
double margin_behind_moves(const ProvenMinorant& m, std::span<const threat::CategoryMoves> moves, double limit,
                           Norm norm, const minorant::RadiusProposal& proposal) {
  if (norm == Norm::l1()) limit = std::min(limit, proposal.price_limit);
  const double margin = m.separable.margin;
  double lost = 0;
  for (const threat::CategoryMoves& of_category : moves) {
    if (of_category.to.empty() || of_category.cost >= limit) continue;
    const double whole = -m.separable.coefficient[of_category.from];
    const double priced = norm == Norm::linf() ? 0 : product_lower(proposal.multiplier, of_category.cost);
    const double worth = norm == Norm::l2() ? product_lower(priced, of_category.cost) / 2 : priced;
    lost += std::max(whole - worth, 0.0);
  }
  // one rounding for each difference and each sum, and those of the last line
  const double upper = lost * (1 + gamma_n(2 * moves.size() + 8));
  return margin - upper - 4 * kUnitRoundoff * (std::fabs(margin) + upper);
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

double radius_with_moves(const ProvenMinorant& m, const PricedBounds& bounds,
                         std::span<const threat::CategoryMoves> moves, Norm norm,
                         const minorant::RadiusProposal& proposal, const RadiusSums& sums) {
  // for p = 0 a move is a feature like any other: it counts as one, and loses most at 1
  if (moves.empty() || norm == Norm::l0()) return separable_radius_proven(m, bounds, norm, proposal, sums);
  std::vector<Interval> held(bounds.interval.begin(), bounds.interval.end());
  for (const threat::CategoryMoves& of_category : moves) held[of_category.from] = {0, 0};
  ProvenMinorant rest = m;
  double radius = 0;
  for (const double limit : limits_of(moves)) {
    rest.separable.margin = margin_behind_moves(m, moves, limit, norm, proposal);
    const double below = separable_radius_proven(rest, {bounds.cost, held}, norm, proposal, sums);
    radius = std::max(radius, std::min(below, limit));
    // the dearer the limit, the more moves can be made
    if (below <= limit) break;
  }
  return radius;
}

}  // namespace standfast::verify
