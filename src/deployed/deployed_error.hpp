// How far float32 rounding can move the logit of the shipped forward pass away from f(x).
//
// Magnitudes and errors both travel through |W| without being cut by a ReLU, so that the bound is an affine function of
// |x - centre|: two transposed passes find it. Source: running error analysis, Higham, Accuracy and Stability of
// Numerical Algorithms, 2nd ed., chapters 2 and 3; docs/certificates.md.
#pragma once

#include <span>
#include <vector>

#include "model/model.hpp"

namespace standfast::deployed {

/// |logit - f(x)| <= at(x) for every finite float32 x and for every program that runs the model node by node in float32
/// (IEEE 754, round to nearest, denormals kept), whatever the order of each sum and with or without fused products.
struct DeployedError {
  double constant = 0;         ///< Infinite where nothing can be said: a sum of 2^23 terms or more, or an overflow.
  std::vector<double> slope;   ///< (dim), >= 0.
  std::vector<double> centre;  ///< What the feature map subtracts first, (dim); empty for 0.
  double largest_sum = 0;      ///< Where sum_i |x_i - centre_i| is larger, the pass may overflow and the bound is inf.

  /// constant + slope . |x - centre|, rounded up. Shape: x is (dim). An x that is not finite gives inf.
  [[nodiscard]] double at(std::span<const float> x) const;
  /// The largest at(x) of a box, rounded up; inf for an unbounded one. Shape: each bound is (1) or (dim).
  [[nodiscard]] double over(std::span<const double> lower, std::span<const double> upper) const;
};

/// Requires: validate(model) succeeded.
/// Cost: a few passes through the network in float64; one per piece where it ends in a maximum of few.
DeployedError deployed_error(const model::Model& model);

}  // namespace standfast::deployed
