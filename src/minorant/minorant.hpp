// One affine minorant of g seen from the input space: what a radius is computed from.
#pragma once

#include <cstddef>
#include <vector>

namespace standfast::minorant {

/// Beyond it a feature's kinks are treated as those of a map that mixes features.
inline constexpr std::size_t kMostKinks = 16;

/// A lower bound on f around x, for feature maps that act on each feature alone:
///
///     f(x + d) >= margin + sum_i (linear_i d_i + sum_j fold_ij (|offset_ij + d_i| - |offset_ij|))
///
/// Shape: linear is (dim); fold and offset are (dim, kinks), or empty where the map has no abs.
struct SeparableMinorant {
  double margin = 0;
  std::vector<double> linear;
  std::vector<double> fold;
  std::vector<double> offset;  ///< x_i minus the place of the kink.

  [[nodiscard]] std::size_t dim() const { return linear.size(); }
  [[nodiscard]] bool folded() const { return !fold.empty(); }
  [[nodiscard]] std::size_t kinks() const { return linear.empty() ? 0 : fold.size() / linear.size(); }
};

/// The same for any feature map: f(x') >= margin + slope . (phi(x') - phi(x)).
struct FeatureMinorant {
  double margin = 0;
  std::vector<double> slope;  ///< (dim of phi(x)).
};

}  // namespace standfast::minorant
