// Affine operations and their transposes in float64, over inputs side by side.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include "model/feature_map.hpp"
#include "model/tensor.hpp"
#include "verify/products.hpp"

namespace standfast::verify_ops {

/// An affine operation's geometry: a matrix, or a zero-padded convolution.
struct Affine {
  const Tensor* weight = nullptr;
  bool is_conv = false;
  Shape in;   ///< (channels, height, width) for a convolution.
  Shape out;  ///< As `in`.
  std::int64_t stride = 1, padding = 0, dilation = 1;
};

/// That of a step. Requires: it is a linear map or a convolution, of these shapes.
Affine affine_of(const MapStep& step, const Shape& in, const Shape& out);

/// W, or |W|.
enum class Weights { kSigned, kMagnitudes };

/// value += W^T dual. Shape: dual is (out, lanes), value (in, lanes), lane innermost; lanes is 1 or a multiple of 8.
void add_transposed(const Products& products, const Affine& op, Weights weights, std::size_t lanes,
                    std::span<const double> dual, std::span<double> value);

/// value += W x. Shape: x is (in, lanes), value (out, lanes), as above.
void add_product(const Products& products, const Affine& op, Weights weights, std::size_t lanes,
                 std::span<const double> x, std::span<double> value);

/// The most terms that one element of W^T dual, or of W x, is summed from.
std::size_t terms_of_transposed(const Affine& op);
std::size_t terms_of_product(const Affine& op);

/// The bias that an output has: one value per output, one per channel, or 0 where there is none.
double bias_of(const Tensor& bias, std::size_t output, std::size_t outputs);

}  // namespace standfast::verify_ops
