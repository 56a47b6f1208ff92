// The largest factor by which a linear map of a feature map stretches a change in the norm 2, bounded from above.
//
// Power iteration approaches the norm from below and proves nothing. Here ||A||_2^2 = ||A A^T||_2 is applied again and
// again: after k steps the Frobenius norm, which is at most sqrt(n) times too large, loses its 2^k-th root only.
#pragma once

#include "model/feature_map.hpp"

namespace standfast::model {

/// At least ||W||_2 of the weights of a `linear`, `conv2d` or `convex_potential` step, rounded up; within a few percent
/// of it if that costs at most 2^28 products, infinite or the Frobenius norm beyond.
///
/// A convolution with zero padding is part of a circular one whose kernel does not reach round the torus. That one is
/// block-diagonal in the Fourier basis: its norm is the largest over the frequencies of one small matrix each.
/// Requires: infer_map_shapes succeeded. Shape: input is that of the step.
/// Assumes: the C library's sin and cos of at most 2 pi are right to 2^-50.
double spectral_norm_upper(const MapStep& step, const Shape& input);

}  // namespace standfast::model
