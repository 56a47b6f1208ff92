// From a proven minorant to a proven radius (V5): the worst-case decrease, bounded from above in float64.
#pragma once

#include <span>

#include "minorant/proposal.hpp"
#include "standfast/threat.hpp"
#include "verify/proven_minorant.hpp"

namespace standfast::verify {

/// What changing each feature costs and how far it may go: the threat model at one input.
/// Shape: both (dim). Requires: costs > 0 and finite, intervals that hold 0.
struct PricedBounds {
  std::span<const double> cost;
  std::span<const Interval> interval;
};

/// A radius proven by the dual norm alone, bounds ignored: the paper's theorem.
///
/// Unit: the norm's price. Error: at most the exact radius; 0 when the margin is not positive.
/// Requires: norm.p() >= 1. lipschitz: an upper bound on Lip_p of the feature map (of (u, |u|) alone where it is
/// separable, of nothing where it has several kinks per feature).
double closed_form_radius_proven(const ProvenMinorant& minorant, std::span<const double> cost, Norm norm,
                                 double lipschitz);

/// A radius proven by weak duality under costs and bounds: Algorithm S, checked. Norms 0, 1, 2, inf; separable maps.
///
/// For p = 0 the number of features that can change, all at once, without changing the verdict (no proposal is needed).
double separable_radius_proven(const ProvenMinorant& minorant, const PricedBounds& bounds, Norm norm,
                               const minorant::RadiusProposal& proposal);

}  // namespace standfast::verify
