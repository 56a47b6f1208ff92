// The largest factor by which a linear map of a feature map stretches a change in the norm 2, bounded from above.
//
// Power iteration approaches the norm from below and proves nothing. But where s^2 1 - A A^T has a Cholesky factor,
// ||A||_2 is at most s, and that is found out with little more work than the product A A^T itself.
#pragma once

#include "model/feature_map.hpp"

namespace standfast::model {

/// At least ||W||_2 of the weights of a `linear`, `conv2d` or `convex_potential` step, rounded up; mostly within
/// 10^-6 of it if that costs at most 2^30 products, infinite or the Frobenius norm beyond.
///
/// A convolution with zero padding is part of a circular one whose kernel does not reach round the torus. That one is
/// block-diagonal in the Fourier basis: its norm is the largest over the frequencies of one small matrix each.
/// Requires: infer_map_shapes succeeded. Shape: input is that of the step.
/// Assumes: the C library's sin and cos of at most 2 pi are right to 2^-50.
double spectral_norm_upper(const MapStep& step, const Shape& input);

}  // namespace standfast::model
