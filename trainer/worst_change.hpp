// The change of an input that an affine function likes least, within a ball and a threat model: what training on
// certified margins holds against the network. It is the search's own worst change (Algorithm S of
// docs/certificates.md) for one row after the other, without a proof: an error here costs accuracy, never soundness.
#pragma once

#include <cstddef>
#include <span>
#include <vector>

#include "model/feature_map.hpp"
#include "search/separable.hpp"
#include "standfast/threat.hpp"

namespace standfast::trainer {

class WorstChange {
 public:
  /// Requires: is_separable(map), the threat model fits dim, and the norm is 1, 2 or inf.
  WorstChange(const model::FeatureMap& map, std::size_t dim, const ThreatModel& threat, Norm norm);

  /// The largest price of the change; 0 allows none.
  void set_radius(double radius) { radius_ = radius; }

  /// The change of u = phi(x) that minimises slope . change over all x' in the ball around x and in the bounds. For
  /// norms 1 and 2 and a negative slope of |.| a near-minimum: that problem is not convex.
  /// Shape: u, slope and change are (dim of u).
  void find(std::span<const float> u, std::span<const float> slope, std::span<float> change);

 private:
  void set_up(std::span<const float> u, std::span<const float> slope);

  /// What one feature of x may do. u = scale * t, with t within [lower, upper].
  struct Bounds {
    double scale, lower, upper;
    double max_decrease, max_increase, cost;
  };
  std::vector<Bounds> bounds_;
  bool abs_ = false;
  Norm norm_;
  double radius_ = 0;
  search::PricedProblem problem_;  // of the present row
};

}  // namespace standfast::trainer
