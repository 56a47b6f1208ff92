// Bounds on |W|^T b from norms over the output channels: ||W_.i||_2 ||b||_2 for each place and each kernel element.
// Source: the inequality of Cauchy and Schwarz; docs/certificates.md, V2.
#pragma once

#include <cstddef>
#include <span>
#include <vector>

#include "model/tensor.hpp"
#include "verify_wide/affine_ops.hpp"

namespace standfast::verify_wide {

/// The 2-norms of W along its outputs, scaled and rounded up. Shape: (1, ...), otherwise as the weight.
model::Tensor channel_norms_upper(const model::Tensor& weight);

/// The operation that takes scaled norms over channels the way `op` takes the channels.
Affine by_channel_norms(Affine op, const model::Tensor& norms);

/// The 2-norms over the channels of error + share * |dual|, scaled so that a product with those of the weights is
/// right.
///
/// Shape: dual is (channels, positions), error as dual or empty for 0; bound becomes (positions).
void bound_channels(std::span<const double> dual, std::span<const double> error, double share, std::size_t positions,
                    std::vector<double>& bound);

}  // namespace standfast::verify_wide
