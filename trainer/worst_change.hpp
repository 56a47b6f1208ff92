// The change of an input that an affine function likes least, within a ball and a threat model: what training on
// certified margins holds against the network.
//
// It solves the problem of the search's worst change (Algorithm S, docs/certificates.md) for a given radius, in
// float32. It stays a version of its own: training is chaotic in the last digits, so that the search's float64 version
// gave other weights, which certified half a point less of MNIST 3-8 at l2 1.5 with the published seeds. An error here
// costs accuracy, never soundness.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "model/feature_map.hpp"
#include "standfast/threat.hpp"
#include "trainer/knots_change.hpp"

namespace standfast::trainer {

/// Where one feature x may go: d in [lo, hi], at a price per unit; q(d) = a d + b (|t + d| - |t|) is what it changes.
struct FeatureMove {
  float a = 0;
  float b = 0;
  float t = 0;  ///< The distance of x from the kink of |.|.
  float lo = 0;
  float hi = 0;
  float cost = 1;

  [[nodiscard]] float effect(float d) const;
};

class WorstChange {
 public:
  /// Requires: model::is_separable(map), the threat model fits dim, and the norm is 1, 2 or inf.
  WorstChange(const model::FeatureMap& map, std::size_t dim, const ThreatModel& threat, Norm norm);

  /// The largest price of the change; 0 allows none.
  void set_radius(double radius) { radius_ = static_cast<float>(radius); }

  /// The change of u = phi(x) that minimises slope . change over all x' in the ball around x and in the bounds. For
  /// norms 1 and 2 and a negative slope of |.| a near-minimum: that problem is not convex.
  /// Shape: u, slope and change are (dim of u).
  void find(std::span<const float> u, std::span<const float> slope, std::span<float> change);

 private:
  void set_up(std::span<const float> u, std::span<const float> slope);
  void spend_largest();
  void spend_sum();
  void spend_squares();

  /// Squared prices: of all features, and of those that a larger step moves further.
  struct Spent {
    float all = 0;
    float growing = 0;
  };
  Spent squares_at(float step);

  struct Bounds {
    float scale, lower, upper;  // u = scale * t, t within [lower, upper]
    float max_decrease, max_increase, cost;
  };
  std::optional<KnotsChange> knots_;  ///< In the place of all that follows, if the map has knots.
  std::vector<Bounds> bounds_;
  bool abs_ = false;
  double p_;
  float radius_ = 0;
  std::vector<FeatureMove> moves_;
  std::vector<float> change_;  // d, one per feature of x
};

}  // namespace standfast::trainer
