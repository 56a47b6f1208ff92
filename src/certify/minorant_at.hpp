// The tangent minorant of a float32 pass, seen from the input space: where a search without a guarantee starts.
#pragma once

#include <span>
#include <vector>

#include "infer/plan.hpp"
#include "model/minorant.hpp"
#include "model/model.hpp"

namespace standfast {

class MinorantReader {
 public:
  /// Requires: validate(model) succeeded; the model outlives this.
  explicit MinorantReader(const Model& model);

  [[nodiscard]] bool separable() const { return separable_; }
  [[nodiscard]] bool folded() const { return folded_; }

  /// Of the last forward and backward pass in `workspace`. Requires: separable().
  void read(std::span<const float> x, float logit, const InferWorkspace& workspace, SeparableMinorant& out) const;
  void read(float logit, const InferWorkspace& workspace, FeatureMinorant& out) const;

 private:
  bool separable_;
  bool folded_ = false;
  std::vector<double> scale_;  ///< u_i = scale_i (x_i - kink_i).
};

}  // namespace standfast
