// From a proven minorant to a proven radius (V5): the worst-case decrease, bounded from above in float64.
#pragma once

#include <initializer_list>
#include <span>
#include <vector>

#include "minorant/proposal.hpp"
#include "model/map_bounds.hpp"
#include "standfast/threat.hpp"
#include "verify/proven_minorant.hpp"
#include "verify/worst_case.hpp"

namespace standfast::verify {

/// Numbers of a minorant side by side: each part has one per feature.
using Parts = std::initializer_list<std::span<const double>>;

/// The sums over features that a radius is made of. `verify_wide` has the same, made for bulk work and never smaller.
struct RadiusSums {
  /// ||w||_q rounded up, w the sizes of all parts' numbers, each over its feature's cost. No costs are costs of 1.
  double (*dual_norm_upper)(Parts parts, std::span<const double> cost, double q);
  /// As decrease_upper and decreases_upper (worst_case.hpp).
  double (*decrease_upper)(const ProvenMinorant&, const PricedBounds&, const ChangePrice&);
  std::vector<double> (*decreases_upper)(const ProvenMinorant&, const PricedBounds&, const ChangePrice&);
};
extern const RadiusSums kPlainSums;

/// How far a feature map can stretch a change of norm p, bounded from above.
struct Stretch {
  double same_norm = 1;        ///< Lip_p: of (u, |u|) alone where the map is separable, of nothing where it has several
                               ///< kinks per feature.
  double into_l2 = kInfinity;  ///< From the norm p to the norm 2 of what comes out; infinite if it is not known.
};
inline Stretch stretch_of(const model::MapBounds& map, Norm norm) {
  return {map.lipschitz(norm), map.lipschitz_into_l2(norm)};
}

/// A radius proven by the dual norm alone, bounds ignored: the paper's theorem, or by the norm 2 of the gradient where
/// that proves more.
///
/// Unit: the norm's price. Error: at most the exact radius; 0 when the margin is not positive.
/// Requires: norm.p() >= 1.
double closed_form_radius_proven(const ProvenMinorant& minorant, std::span<const double> cost, Norm norm,
                                 const Stretch& stretch, const RadiusSums& sums = kPlainSums);

/// A radius proven by weak duality under costs and bounds: Algorithm S, checked. Norms 0, 1, 2, inf; separable maps.
///
/// For p = 0 the number of features that can change, all at once, without changing the verdict (no proposal is needed).
double separable_radius_proven(const ProvenMinorant& minorant, const PricedBounds& bounds, Norm norm,
                               const minorant::RadiusProposal& proposal, const RadiusSums& sums = kPlainSums);

// Below this a quotient, of costs and slopes that are hundreds of decades apart, could have lost digits by underflow.
inline constexpr double kTinyQuotient = 0x1p-960;

}  // namespace standfast::verify
