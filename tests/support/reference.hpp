// f(x) of a model, evaluated from its plain data alone: nothing here is shared with the library's own evaluation.
//
// Three arithmetics run through the same loops: double (to search), long double with a running error bound (to be sure
// of a verdict; Higham, Accuracy and Stability of Numerical Algorithms, chapter 3) and dual numbers (gradients).
#pragma once

#include <cstddef>
#include <span>
#include <vector>

#include "model/model.hpp"

namespace standfast::support {

/// The real number lies within `error` of `value`.
struct Bounded {
  long double value = 0;
  long double error = 0;
};

class Reference {
 public:
  /// Requires: validate(model) succeeds.
  explicit Reference(model::Model model);

  [[nodiscard]] std::size_t dim() const { return model_.dim(); }
  [[nodiscard]] const model::Model& model() const { return model_; }

  /// f(x) in double arithmetic. Shape: x is (dim).
  [[nodiscard]] double value(std::span<const double> x) const;
  /// f(x) with a proven error bound.
  [[nodiscard]] Bounded bounded_value(std::span<const double> x) const;
  /// True only where f(x) <= 0 in real arithmetic.
  [[nodiscard]] bool surely_other(std::span<const double> x) const;
  /// True only where f(x) > 0 in real arithmetic.
  [[nodiscard]] bool surely_sensitive(std::span<const double> x) const;
  /// Sum of all magnitudes that f(x) is added up from, relative to f(x): times 2^-24, what float32 does to the margin.
  [[nodiscard]] double condition(std::span<const double> x) const;
  /// One element of the subdifferential, by forward-mode differentiation: derivative 0 at every kink.
  [[nodiscard]] std::vector<double> gradient(std::span<const double> x) const;

 private:
  model::Model model_;
  std::vector<model::Shape> map_shapes_;   ///< map_shapes_[k]: input of step k; the last one is phi's output.
  std::vector<model::Shape> node_shapes_;  ///< Output of each node.
};

/// Where |.| has its kink in each feature, to within rounding, or one of its knots; empty unless the map acts on each
/// feature alone.
std::vector<double> kinks_of(const model::Model& model);

/// The float32 input as doubles.
std::vector<double> widen(std::span<const float> x);

}  // namespace standfast::support
