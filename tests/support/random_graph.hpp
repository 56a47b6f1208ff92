// Random input-convex networks, with the corners that a certificate can trip over: dead units, zero weights, ties
// between pieces, weights many decades apart, denormal weights, border-dependent biases.
#pragma once

#include <cstddef>

#include "base/random.hpp"
#include "model/graph.hpp"

namespace standfast::support {

enum class Family {
  kAffine,     ///< One linear node: the certificate is exact.
  kDense,      ///< 1 to 4 hidden layers, with and without skips from the input.
  kMaxAffine,  ///< A maximum of affine pieces.
  kConv,       ///< Convolutions, residual additions, pooling; the input must be (c, h, w).
  kHeads,      ///< A minimum of 2 to 4 heads of the kinds above but kConv, with or without a common trunk.
};

enum class Weights {
  kGaussian,
  kSparse,    ///< Most are zero.
  kDecades,   ///< 10^-4 to 10^3 side by side.
  kDyadic,    ///< Multiples of 1/4: sums are exact, so that ReLUs and maxima meet exact ties.
  kDenormal,  ///< Some are below the smallest normal float32.
};
Weights random_weights_kind(Random& random);
/// One weight; `fan_in` keeps sums of that many of them near 1.
float random_weight(Random& random, Weights kind, std::size_t fan_in);

/// Passes infer_shapes and check_input_convex.
model::Graph random_graph(Random& random, Family family, const model::Shape& input_shape, Weights kind);

}  // namespace standfast::support
