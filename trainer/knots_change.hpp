// The worst change of an input behind a knots step, for trainer/worst_change.hpp: every feature's function rises, so
// that the sign of its slope says which way is down. On that way it is a chain of straight pieces.
#pragma once

#include <cstddef>
#include <span>
#include <vector>

#include "model/feature_map.hpp"
#include "standfast/threat.hpp"

namespace standfast::trainer {

class KnotsChange {
 public:
  /// Requires: model::has_knots(map), the threat model fits, and the norm is 1, 2 or inf.
  KnotsChange(const model::FeatureMap& map, const ThreatModel& threat, Norm norm);

  /// As WorstChange::find, within the price `radius`; exact for norms 1 and inf, for norm 2 at the best multiplier.
  void find(std::span<const float> u, std::span<const float> slope, float radius, std::span<float> change);

 private:
  /// One feature as the map and the threat model have it: u = scale * psi(x) - centre.
  struct Column {
    std::vector<float> knot, value, slope;  ///< psi(knot) = value; slopes as the step has them.
    float scale = 1, centre = 0;
    float lower, upper, max_decrease, max_increase, cost;

    [[nodiscard]] float input_at(float u) const;
  };
  /// Where a piece ends: so far from x, for this price, with so much won.
  struct Corner {
    float distance, price, gain;
  };
  /// The way down from x. Corners have rising prices; the first one is x itself.
  struct Way {
    float sign = 0;   ///< Of the change of x and of u.
    float steep = 0;  ///< What a unit of psi wins: |slope| * scale.
    std::vector<Corner> corners;
    float gain = 0;  ///< Of the change chosen.
  };

  void set_up(std::span<const float> u, std::span<const float> slope, float radius);
  void spend_sum(float radius);
  void spend_squares(float radius);
  float squares_at(float step);

  std::vector<Column> columns_;
  std::vector<Way> ways_;
  double p_;
};

}  // namespace standfast::trainer
