// One attack's rules: where a changed input may lie and what it costs, in real arithmetic.
//
// Distances are rounded up and bounds are never crossed by an ulp, so that `radius > distance` disproves a radius.
#pragma once

#include <cstddef>
#include <span>
#include <vector>

#include "standfast/threat.hpp"
#include "support/reference.hpp"

namespace standfast::support {

class AttackProblem {
 public:
  /// Requires: threat.validate(x.size()) succeeds; reference outlives this.
  AttackProblem(const Reference& reference, std::span<const float> x, Norm norm, const ThreatModel& threat);

  [[nodiscard]] const Reference& reference() const { return *reference_; }
  [[nodiscard]] const std::vector<double>& input() const { return input_; }
  [[nodiscard]] const std::vector<double>& kinks() const { return kinks_; }
  [[nodiscard]] std::size_t dim() const { return input_.size(); }
  [[nodiscard]] Norm norm() const { return norm_; }
  [[nodiscard]] double cost(std::size_t i) const { return cost_[i]; }
  /// The smallest and largest double that the changed feature may take.
  [[nodiscard]] double lower(std::size_t i) const { return lower_[i]; }
  [[nodiscard]] double upper(std::size_t i) const { return upper_[i]; }
  [[nodiscard]] double clip(std::size_t i, double value) const;

  /// ||cost_i (point_i - x_i)||_p, rounded up (norm 0: features changed).
  [[nodiscard]] double distance_upper(std::span<const double> point) const;
  [[nodiscard]] bool inside(std::span<const double> point) const;

 private:
  const Reference* reference_;
  std::vector<double> input_, kinks_, cost_, lower_, upper_;
  Norm norm_;
};

}  // namespace standfast::support
