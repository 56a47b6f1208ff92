// Starting weights of input-convex networks. Non-negative weights have a mean above zero, so the usual schemes, which
// assume centred weights, let the signal grow with depth.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "base/random.hpp"
#include "trainer/mlp/network.hpp"

namespace standfast::trainer {

/// The moments that keep ReLU pre-activations at mean 0, variance 1 and pairwise correlation 1/2 from layer to layer.
///
/// With n inputs per unit, rho = 1/2 and K = sqrt(1 - rho^2) + rho arccos(-rho), a weight has
///     mean^2 = 2 pi rho / (n (pi - n + (n - 1) K)),   variance = 2 (1 - rho) / n,
/// and every bias is -n mean / sqrt(2 pi), which takes away the mean that non-negative weights put into a sum.
/// Source: Hoedt and Klambauer, "Principled Weight Initialisation for Input-Convex Neural Networks", NeurIPS 2023.
struct ConvexMoments {
  double weight_mean;
  double weight_variance;
  double bias;
};
ConvexMoments convex_moments(std::int64_t fan_in);

/// "icnn": non-negative weights log-normal with convex_moments; A_0 normal with variance 1 / mean_square, so that the
/// first pre-activations have variance 1 on the training rows.
///
/// The derivation knows a layer only by the one before it. Later connections from the input play the part of its
/// random biases: they take half of the variance that units do not share, (1 - rho) / 2, from the weights, so that the
/// fixed point stays where it is. (Starting them at 0 lets whole layers die in deep, narrow networks.)
/// Requires: mean_square = the mean of ||u||^2 over the rows that the network will read.
ConvexMlp icnn_network(std::int64_t inputs, const std::vector<std::int64_t>& hidden, bool batch_norm,
                       double mean_square, Random& random);

/// "paper": connections from the input and biases U(-1/sqrt n, 1/sqrt n), n = inputs; the first layer is the sum of two
/// such matrices; non-negative weights U(0, 0.003).
/// Source: the code published with Pfrommer, Anderson, Piet, Sojoudi, NeurIPS 2023.
ConvexMlp paper_network(std::int64_t inputs, const std::vector<std::int64_t>& hidden, bool batch_norm, Random& random);

/// "centred": connections from the input U(-1/sqrt n, 1/sqrt n), non-negative weights U(0, 2/fan-in), so that a layer
/// takes on the mean of the one before it, and biases that centre each pre-activation on the rows.
/// Shape: rows is (count, inputs), count > 0. Cost: one pass of the rows in plain loops.
ConvexMlp centred_network(std::int64_t inputs, const std::vector<std::int64_t>& hidden, bool batch_norm,
                          std::span<const float> rows, Random& random);

}  // namespace standfast::trainer
