// A minorant of a float32 pass, seen from the input space: where a search without a guarantee starts.
#pragma once

#include <span>
#include <vector>

#include "model/minorant.hpp"
#include "model/model.hpp"

namespace standfast {

class MinorantReader {
 public:
  /// Requires: validate(model) succeeded; the model outlives this.
  explicit MinorantReader(const Model& model);

  [[nodiscard]] bool separable() const { return separable_; }
  [[nodiscard]] bool folded() const { return folded_; }

  /// Seen from x, where `features` are phi(x): slope is the minorant's by u, and margin its value at phi(x).
  /// Requires: separable().
  void read(std::span<const float> features, double margin, std::span<const float> slope, SeparableMinorant& out) const;
  void read(double margin, std::span<const float> slope, FeatureMinorant& out) const;

  /// phi(x) moved by a change of x and, where the map has an abs, one of |x - kink|: `features` are phi(x).
  /// Shape: change is (dim), fold_change (dim) or empty, out (dim of u). Requires: separable().
  void move(std::span<const float> features, std::span<const double> change, std::span<const double> fold_change,
            std::vector<float>& out) const;

 private:
  bool separable_;
  bool folded_ = false;
  std::vector<double> scale_;  ///< u_i = scale_i (x_i - kink_i).
};

}  // namespace standfast
