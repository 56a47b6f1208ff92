// A minorant of f around one input with bounds on everything that rounding can have done to it: what V1 to V4 of
// docs/certificates.md leave behind, and what every radius is taken from.
#pragma once

#include <span>
#include <vector>

#include "minorant/minorant.hpp"
#include "standfast/threat.hpp"

namespace standfast::verify {

/// For maps that act on each feature alone, with the numbers of `separable` taken as exact:
///
///     f(x + d) >= margin + sum_i (q_i(d_i) - gradient_error_i |d_i|)
///
///     q_i(d) = coefficient_i d + sum_j bend_ij (|offset_ij + d| - |offset_ij|)
///
/// For all other maps the same holds of `feature` and of changes of u = phi(x).
struct ProvenMinorant {
  bool is_separable = false;
  double valid_up_to = kInfinity;         ///< The price up to which changes are covered.
  minorant::SeparableMinorant separable;  ///< Its margin is a proven lower bound of the minorant at x.
  minorant::FeatureMinorant feature;      ///< Likewise, for maps that mix features.
  std::vector<double> gradient_error;     ///< (dim), or (dim of u) with `feature`.
  std::vector<double> features;           ///< u as computed, (dim of u). Only with `feature`.
  std::vector<double> features_error;     ///< Bounds on how far that is from phi(x).
};

/// sum_j weights_j minorants_j, proven as they are: a minorant of (sum_j weights_j) f, whose sign is that of f.
///
/// Requires: separable minorants of one model and one input, at least one. Weights that are negative, not finite or
/// outside of 2^-100 to 2^100 count as 0; where none is left, the margin is -inf and proves nothing.
/// Source: f >= h_j for every j and weights_j >= 0; running error analysis, (C24) of docs/certificates.md.
ProvenMinorant combine(std::span<const ProvenMinorant> minorants, std::span<const double> weights);

}  // namespace standfast::verify
