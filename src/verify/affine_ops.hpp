// The transposes of affine operations with their errors, in float64: all of the verifier's inner loops.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include "model/tensor.hpp"

namespace standfast::verify_ops {

/// An affine operation's geometry: a matrix, or a zero-padded convolution.
struct Affine {
  const Tensor* weight = nullptr;
  bool is_conv = false;
  Shape in;   ///< (channels, height, width) for a convolution.
  Shape out;  ///< As `in`.
  std::int64_t stride = 1, padding = 0, dilation = 1;
};

/// value += W^T dual and bound += |W|^T dual_error; both sums are plain loops in float64.
/// Shape: dual and dual_error have the size of `out`, value and bound that of `in`.
void add_transposed(const Affine& op, std::span<const double> dual, std::span<const double> dual_error,
                    std::span<double> value, std::span<double> bound);

/// value += W x and bound += |W| x_bound. Shape: x and x_bound have the size of `in`, value and bound that of `out`.
void add_product(const Affine& op, std::span<const double> x, std::span<const double> x_bound, std::span<double> value,
                 std::span<double> bound);

/// The most terms that one element of W^T dual, or of W x, is summed from.
std::size_t terms_of_transposed(const Affine& op);
std::size_t terms_of_product(const Affine& op);

/// The bias that an output has: one value per output, one per channel, or 0 where there is none.
double bias_of(const Tensor& bias, std::size_t output, std::size_t outputs);

}  // namespace standfast::verify_ops
