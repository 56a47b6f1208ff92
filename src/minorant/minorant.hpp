// One affine minorant of g seen from the input space: what a radius is computed from.
#pragma once

#include <cstddef>
#include <vector>

#include "model/unit_map.hpp"

namespace standfast::minorant {

using model::kMostKinks;

/// A lower bound on f around x, for feature maps that act on each feature alone:
///
///     f(x + d) >= margin + sum_i (coefficient_i d_i + sum_j bend_ij (|offset_ij + d_i| - |offset_ij|))
///
/// Shape: coefficient is (dim); bend and offset are (dim, kinks), or empty where the map has no abs.
struct SeparableMinorant {
  double margin = 0;
  std::vector<double> coefficient;
  std::vector<double> bend;
  std::vector<double> offset;  ///< x_i minus the place of the kink.

  [[nodiscard]] std::size_t dim() const { return coefficient.size(); }
  [[nodiscard]] bool has_bends() const { return !bend.empty(); }
  [[nodiscard]] std::size_t kinks() const { return coefficient.empty() ? 0 : bend.size() / coefficient.size(); }
};

/// The same for any feature map: f(x') >= margin + gradient . (phi(x') - phi(x)).
struct FeatureMinorant {
  double margin = 0;
  std::vector<double> gradient;  ///< (dim of phi(x)).
};

}  // namespace standfast::minorant
