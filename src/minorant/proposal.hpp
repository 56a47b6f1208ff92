// What a search hands to a proof. Anything may be wrong with it: a proof can only become smaller by it, never false.
#pragma once

#include <vector>

#include "minorant/slopes.hpp"
#include "standfast/threat.hpp"

namespace standfast::minorant {

/// The numbers that turn one proven minorant into a radius.
struct RadiusProposal {
  double radius = 0;       ///< The radius to prove, for p = inf; no other norm reads it.
  double price_limit = 0;  ///< The largest price of a single change that the proof considers, for p = 1.
  double multiplier = 0;   ///< The dual variable lambda, for p = 1 and 2. Any value >= 0 gives a valid radius.
};

/// Feature maps (v, |v|) whose v mixes features: how |v| is replaced by lines.
struct BendProposal {
  double valid_up_to = kInfinity;  ///< The price up to which the lines shall hold.
  double multiplier = 0;           ///< The dual variable of ||J d||_2, for p = 2 and inf. Any value >= 0 is valid.
};

/// One choice of slopes, which picks one affine minorant of f, and its weight in a sum of several.
struct WeightedSlopes {
  double weight = 1;
  Slopes slopes;
};

/// Everything that the core needs to prove one radius at one input.
struct Proposal {
  Norm norm = Norm::l2();
  bool closed_form = false;             ///< By the dual norm alone, bounds ignored; needs no further numbers.
  std::vector<WeightedSlopes> choices;  ///< At least one. Several are for maps that act on each feature alone.
  RadiusProposal radius;
  BendProposal bend;
};

/// One affine piece of a maximum, which has to stay below 0 for the verdict to be `other`.
struct PieceProposal {
  bool closed_form = false;  ///< As in Proposal.
  RadiusProposal radius;
};

/// Everything that the core needs to prove one radius of an `other` verdict.
struct OtherProposal {
  Norm norm = Norm::l2();
  std::vector<PieceProposal> pieces;  ///< One per piece, in their order.
};

}  // namespace standfast::minorant
