// The attacker's answer to a weighted sum of minorants, smoothed: feature by feature, a mean over the places worth
// moving to.
//
// For weights alpha, the dual function is F(alpha) = alpha . margins + sum_i min over d_i of C(d_i) + s_i(d_i), where
// s_i(d) = linear_i d + fold_i (|offset_i + d| - |offset_i|) is the sum's change and C(d) is |d| for p = 1, d^2 / 2 for
// p = 2 and 0 within the radius for p = inf. F is concave; the minimum over places is softened by a temperature, so
// that F has a gradient (the change that the minorants see in the mean) and a Hessian.
// Source: docs/certificates.md, "Several minorants".
#pragma once

#include <cstddef>
#include <span>
#include <vector>

#include "search/minorant_set.hpp"
#include "standfast/threat.hpp"

namespace standfast::search {

/// The rules of one norm at one radius.
struct ResponseRules {
  Norm norm = Norm::l2();
  double price_limit = kInfinity;  ///< No single change above this price: the radius for p = inf, a bound for p = 1.
  double temperature = 0;          ///< > 0.
};

/// Means over places, per feature.
struct Response {
  double value = 0;                 ///< The sum of the softened minima over the features.
  double best = 0;                  ///< The sum of the exact minima over the features.
  std::vector<double> change;       ///< d_i.
  std::vector<double> bend_change;  ///< |offset_i + d_i| - |offset_i|, (dim, kinks); empty if the map does not bend.
  std::size_t moves = 0;            ///< So many features' means change with their slopes; dim: any may.
  // the first `moves` entries, one per moving feature: which one, and -F'' by (linear_i, fold_i), positive semidefinite
  std::vector<std::size_t> moving;  ///< Unused if any feature may.
  std::vector<double> curve_dd, curve_df, curve_ff;
  /// Several kinks per feature: `moves` terms curve_dd (direction . (linear_i, folds_i))^2 of the feature `moving`, a
  /// feature may have some. Shape: (moves, 1 + kinks).
  std::vector<double> direction;
};

/// Shape: coefficient (dim) and bend (dim, kinks) are the weighted sums, bend empty if the map does not bend.
void find_response(const MinorantSet& minorants, std::span<const double> coefficient, std::span<const double> bend,
                   const ResponseRules& rules, Response& out);

/// The same for several kinks per feature.
void find_several_kinks_response(const MinorantSet& minorants, std::span<const double> coefficient,
                                 std::span<const double> bend, const ResponseRules& rules, Response& out);

}  // namespace standfast::search
