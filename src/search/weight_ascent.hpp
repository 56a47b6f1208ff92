// The best weights for a set of minorants: Newton's method on the smoothed dual function, trusted by nobody.
//
// Every weight >= 0 gives a valid certificate, so how close this comes to the maximum decides only how large it is.
// Source: docs/certificates.md, "Several minorants".
#pragma once

#include <cstddef>
#include <span>
#include <vector>

#include "search/minorant_set.hpp"
#include "search/response.hpp"

namespace standfast::search {

/// How far to go: temperatures relative to `scale` fall from `first` to `last` by `factor`, with a few steps at each.
struct AscentSchedule {
  double first = 0.03, last = 3e-4, factor = 0.3;
  int steps = 4;
  double enough = 1e-7;  ///< A step that promises less, relative to `scale`, is not taken.
};

class WeightAscent {
 public:
  /// Improves `alpha` in place; afterwards response() is the attacker's mean answer to it.
  ///
  /// p = inf: the weights keep the sum 1, and F is the worst margin within the radius `price_limit`. p = 1 and 2: F is
  /// the radius, or half its square; the sum is free. Shape: alpha is (minorants), > 0. Unit: scale is that of F.
  void maximise_dual(const MinorantSet& minorants, Norm norm, double price_limit, double scale,
                     const AscentSchedule& schedule, std::vector<double>& alpha);

  [[nodiscard]] const Response& response() const { return response_; }
  /// F at the last weights, without softening and barrier.
  [[nodiscard]] double dual_value() const { return best_; }
  /// What minorant j says of the attacker's mean answer: its gradient entry.
  [[nodiscard]] double value_of_minorant(const MinorantSet& minorants, std::size_t j) const;

 private:
  /// response_ at these weights, and in value_ F plus a logarithmic barrier against weights of 0.
  void evaluate_at(const MinorantSet& minorants, const std::vector<double>& alpha, const ResponseRules& rules,
                   double barrier);
  std::span<const double> pack_moving(std::span<const double> values, std::vector<double>& out) const;
  void fill_curvature(const MinorantSet& minorants);
  void fill_several_kinks_curvature(const MinorantSet& minorants);
  bool take_newton_step(const MinorantSet& minorants, const ResponseRules& rules, double barrier, double enough,
                        std::vector<double>& alpha);
  bool solve_newton_step(bool fixed_sum);

  Response response_;
  std::vector<double> coefficient_, bend_;
  std::vector<double> gradient_, matrix_, ones_, direction_, trial_;
  double value_ = 0, best_ = 0;
  std::vector<std::vector<double>> packed_coefficient_, packed_bend_;  ///< One vector per minorant.
};

}  // namespace standfast::search
