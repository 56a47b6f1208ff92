// Feature maps (v, |v|) whose v mixes features: |v_i| replaced by a line, so that the minorant becomes linear in x.
// Proof: docs/certificates.md, "Learnt maps".
#pragma once

#include <vector>

#include "minorant/proposal.hpp"
#include "model/feature_map.hpp"
#include "verify/map_reach.hpp"
#include "verify/proven_minorant.hpp"

namespace standfast::verify {

/// One unit of v: the minorant has slope * v + fold * |v|, and v(x) is known to be `value` up to `error`.
struct Unit {
  double slope, fold, value, error;
};
Unit unit_at(const ProvenMinorant& minorant, std::size_t i, std::size_t units);

/// slope v + fold |v| >= its value at x + line e - loss, for e = v - v(x) as far as the price allows; `slack` |e| is
/// lost on top if the price is that of norm 0 or 1.
struct Line {
  double line = 0, loss = 0, slack = 0;
};

/// The lines of one minorant, for one proposal.
struct LineRules {
  minorant::BendProposal proposal;
  bool slack_instead_of_loss = false;  ///< Norms 0 and 1.
};
/// A unit that bends upwards gets its tangent. One that bends downwards gets the line that misses as much on either
/// side, at most `limit` away: see unit_limit.
Line line_of(const Unit& unit, const LineRules& rules, double limit);

/// How far unit i can move for the proposal's price, rounded up; not 0, so that nothing is divided by it.
double unit_limit(const MapReach& reach, std::size_t i, double price_limit);

/// The multiplier's own part of what is lost: multiplier times half of the largest ||J d||_2^2.
double joint_loss(const MapReach& reach, const minorant::BendProposal& proposal);

/// A proposal that is not usable proves nothing.
bool is_usable(const minorant::BendProposal& proposal);

/// margin less a sum of `terms` losses, rounded down.
double margin_left(double margin, double lost, std::size_t terms);

/// What bending downwards costs the margin: the least of it belongs to the best multiplier. For searches.
double line_losses(const ProvenMinorant& from, const MapReach& reach, const minorant::BendProposal& proposal);

/// The slope and the error of unit i once it is a line. Shape: `from` has 2 * units slopes, or units if not `folded`.
struct UnitSlope {
  double slope, error, loss;
};
UnitSlope unit_slope(const ProvenMinorant& from, std::size_t i, bool folded, const MapReach& reach,
                     const LineRules& rules);

/// Keeps slopes and errors away from underflow.
void avoid_underflow(double& slope, double& error);

/// Brings slopes by the output of a step back to its input, their errors with them.
void pull_through(const model::MapStep& step, const model::Shape& in, const model::Shape& out,
                  std::vector<double>& slope, std::vector<double>& error);

}  // namespace standfast::verify
