// A minorant of f around one input with bounds on everything that rounding can have done to it: what V1 to V4 of
// docs/certificates.md leave behind, and what every radius is taken from.
#pragma once

#include <vector>

#include "minorant/minorant.hpp"
#include "standfast/threat.hpp"

namespace standfast::verify {

/// For maps that act on each feature alone, with q_i(d) = linear_i d + sum_j fold_ij (|offset_ij + d| - |offset_ij|) of
/// `separable` taken as exact:
///
///     f(x + d) >= margin + sum_i (q_i(d_i) - slope_error_i |d_i|)
///
/// For all other maps the same holds of `feature` and of changes of u = phi(x).
struct ProvenMinorant {
  bool is_separable = false;
  double valid_up_to = kInfinity;         ///< The price up to which changes are covered.
  minorant::SeparableMinorant separable;  ///< Its margin is a proven lower bound of the minorant at x.
  minorant::FeatureMinorant feature;      ///< Likewise, for maps that mix features.
  std::vector<double> slope_error;        ///< (dim), or (dim of u) with `feature`.
  std::vector<double> features;           ///< u as computed, (dim of u). Only with `feature`.
  std::vector<double> features_error;     ///< Bounds on how far that is from phi(x).
};

}  // namespace standfast::verify
