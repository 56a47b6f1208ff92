// f(x) in float64 with a bound on the error that rounding has made: what decides a verdict that float32 leaves open,
// and what an attack must convince. Source: running error analysis, Higham, Accuracy and Stability of Numerical
// Algorithms, 2nd ed., chapter 3; docs/certificates.md, (C42) to (C45).
#pragma once

#include <cstddef>
#include <span>
#include <vector>

#include "model/model.hpp"

namespace standfast::deployed {

/// A number in float64 and what it stands for: |value - f(x)| <= error.
struct BoundedValue {
  double value = 0;
  double error = 0;  ///< Infinite if a value of the pass overflowed float64; `value` then means nothing.

  /// Whether f(x) <= 0 in real arithmetic. The sum is rounded, but never across 0.
  [[nodiscard]] bool surely_other() const { return value + error <= 0; }
  /// Whether f(x) > 0 in real arithmetic.
  [[nodiscard]] bool surely_sensitive() const { return value - error > 0; }
};

class BoundedPass {
 public:
  /// Requires: validate(model) succeeded; the model outlives this. Shape: deep_steps is MapBounds::deep_steps.
  BoundedPass(const model::Model& model, std::vector<double> deep_steps);
  /// The same, where nobody has bounded the norms of a deep map yet.
  explicit BoundedPass(const model::Model& model);

  /// Shape: x is (dim). Cost: two passes in float64, one of them with the magnitudes of the weights.
  [[nodiscard]] BoundedValue operator()(std::span<const float> x) const;

 private:
  /// The values of one array, each with a bound on its error.
  struct Values {
    std::vector<double> value, error;
  };
  [[nodiscard]] Values run_step(std::size_t step, Values from) const;
  [[nodiscard]] Values run_node(std::size_t node, const std::vector<const Values*>& from) const;

  const model::Model* model_;
  std::vector<model::Shape> map_shapes_;   ///< The shape of the output of each step of the feature map.
  std::vector<model::Shape> node_shapes_;  ///< The shape of the output of each node.
  std::vector<double> deep_steps_;         ///< Lip_2 of each step of a deep map; empty for others.
};

}  // namespace standfast::deployed
