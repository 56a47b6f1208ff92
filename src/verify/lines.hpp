// Feature maps (v, |v|) whose v mixes features: |v_i| replaced by a line, so that the minorant becomes linear in x.
// Proof: docs/certificates.md, "Learnt maps".
#pragma once

#include <optional>

#include "minorant/proposal.hpp"
#include "model/map_reach.hpp"
#include "verify/bounded.hpp"
#include "verify/proven_minorant.hpp"

namespace standfast::verify {

/// One unit of v: the minorant has coefficient * v + bend * |v|, and v(x) is known to be `value` up to `error`.
struct Unit {
  double coefficient, bend, value, error;
};
Unit unit_at(const ProvenMinorant& minorant, std::size_t i, std::size_t units);

/// coefficient v + bend |v| >= its value at x + line e - loss - slack |e|, for e = v - v(x) of at most a limit.
struct Line {
  double line = 0, loss = 0, slack = 0;
};
/// A unit that bends upwards gets its tangent. One that bends downwards gets the line that misses as much on either
/// side: see unit_limit. With a multiplier (norms 2 and inf) what is missed is a loss, without one it is slack.
Line line_of(const Unit& unit, double limit, std::optional<double> multiplier);

/// How far unit i can move for the proposal's price, rounded up; not 0, so that nothing is divided by it.
double unit_limit(const model::MapReach& reach, std::size_t i, double price_limit);

/// The multiplier's own part of what is lost: multiplier times half of the largest ||J d||_2^2.
double joint_loss(const model::MapReach& reach, const minorant::BendProposal& proposal);

/// A minorant as a function of v, linear there, for changes up to a price. A proposal that is not usable has a margin
/// of -inf.
struct LinearInUnits {
  Bounded coefficient;  ///< (units).
  double margin = 0, valid_up_to = kInfinity;
};
/// Requires: `from` is a minorant of (v, |v|), or of v if not `has_abs`; `reach` is that of the map, costs and norm.
LinearInUnits through_lines(const ProvenMinorant& from, bool has_abs, const model::MapReach& reach, Norm norm,
                            const minorant::BendProposal& proposal);

}  // namespace standfast::verify
