// The values of a knots step, in the arithmetic of whoever asks: every pass of the model takes the same sum.
//
//     psi(x) = slope_0 min(x - t_1, 0) + sum_j slope_j max(min(x, t_(j+1)) - t_j, 0),    t_(m+1) = inf           (C49)
//
// All terms that are not 0 have the sign of x - t_1, so that a sum of rounded terms keeps its digits.
#pragma once

#include <algorithm>
#include <cstddef>
#include <span>
#include <vector>

#include "model/feature_map.hpp"

namespace standfast::model {

/// The number of knots per feature. Requires: the step is a knots step that infer_map_shapes has accepted.
inline std::size_t knot_count(const MapStep& step) { return static_cast<std::size_t>(step.values.shape[1]); }
inline std::span<const float> knots_of(const MapStep& step, std::size_t feature) {
  const std::size_t m = knot_count(step);
  return std::span(step.values.values).subspan(feature * m, m);
}
inline std::span<const float> slopes_of(const MapStep& step, std::size_t feature) {
  const std::size_t m = knot_count(step);
  return std::span(step.slopes.values).subspan(feature * (m + 1), m + 1);
}

/// The roundings behind a value: those of a difference, of a product and of m additions.
inline std::size_t roundings_of_knots(const MapStep& step) { return knot_count(step) + 2; }

/// (C49) for several inputs side by side. Shape: x and y are (features, lanes), apart from one another.
template <class Real>
void run_knots(const MapStep& step, std::size_t lanes, std::span<const Real> x, std::span<Real> y) {
  for (std::size_t i = 0; i * lanes < y.size(); ++i) {
    const std::span<const float> knot = knots_of(step, i), slope = slopes_of(step, i);
    const Real* const from = x.data() + i * lanes;
    Real* const to = y.data() + i * lanes;
    const Real first_knot = knot[0], first_slope = slope[0];
    for (std::size_t lane = 0; lane < lanes; ++lane) {
      to[lane] = first_slope * std::min(from[lane] - first_knot, Real{0});
    }
    for (std::size_t j = 0; j < knot.size(); ++j) {
      const Real t = knot[j], s = slope[j + 1];
      if (j + 1 == knot.size()) {
        for (std::size_t lane = 0; lane < lanes; ++lane) to[lane] += s * std::max(from[lane] - t, Real{0});
      } else {
        const Real end = knot[j + 1];
        for (std::size_t lane = 0; lane < lanes; ++lane)
          to[lane] += s * std::max(std::min(from[lane], end) - t, Real{0});
      }
    }
  }
}

/// The slope at x; at a knot that of the piece to its right.
inline float slope_of_knots(const MapStep& step, std::size_t feature, float x) {
  const std::span<const float> knot = knots_of(step, feature);
  return slopes_of(step, feature)[static_cast<std::size_t>(std::ranges::upper_bound(knot, x) - knot.begin())];
}

}  // namespace standfast::model
