// Matrices and convolutions of proven norm, made from any numbers, in float64.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "model/tensor.hpp"

namespace standfast::trainer {

/// D V with D_i^2 = 2 / sum_j |V V^T|_ij q_j / q_i, so that ||D V||_2^2 <= 2 for every q > 0, with V a convolution of
/// stride 1: |V V^T|_ij sums the absolute values of all offsets. A filter of zeros stays as it is.
/// Shape: weight is (O, C, k, k) as in `shape`, log_balance is log q (O).
std::vector<double> balanced_filters(std::span<const float> weight, const model::Shape& shape,
                                     std::span<const float> log_balance);

/// The matrix with orthonormal rows nearest to this one, or with orthonormal columns if it has fewer of those.
/// Requires: its rows, or columns, are linearly independent.
std::vector<double> orthonormal(std::span<const float> matrix, std::int64_t rows, std::int64_t columns);

}  // namespace standfast::trainer
