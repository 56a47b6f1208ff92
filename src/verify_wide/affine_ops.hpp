// Affine operations and their transposes, over inputs side by side.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include "model/geometry.hpp"
#include "verify_wide/products.hpp"

namespace standfast::verify_wide {

using model::Affine;

/// W, or |W|.
enum class Weights { kSigned, kMagnitudes };

/// value += W^T dual. Shape: dual is (out, lanes), value (in, lanes), lane innermost; lanes is 1 or a multiple of 8.
void add_transposed(const Products& products, const Affine& op, Weights weights, std::size_t lanes,
                    std::span<const double> dual, std::span<double> value);

/// The same with sums of kRowsAtOnce products in float32.
void add_transposed(const Products& products, const Affine& op, std::size_t lanes, std::span<const float> dual,
                    std::span<double> value);

/// value += W x. Shape: x is (in, lanes), value (out, lanes), as above.
void add_product(const Products& products, const Affine& op, Weights weights, std::size_t lanes,
                 std::span<const double> x, std::span<double> value);

/// Does a weight other than 0 join this input to an output that `touched` holds for? `any_touched` is asked before for
/// the outputs of all channels at a position, of all rows of a matrix at position 0.
template <class AnyTouched, class Touched>
bool joined_to(const Affine& op, std::size_t input, const AnyTouched& any_touched, const Touched& touched) {
  const model::Shape& shape = op.weight->shape;
  const auto& weight = op.weight->values;
  const auto size = [](std::int64_t extent) { return static_cast<std::size_t>(extent); };
  if (!op.is_conv) {
    for (std::size_t o = 0; o < size(shape[0]) && any_touched(0); ++o) {
      if (weight[o * size(shape[1]) + input] != 0 && touched(o)) return true;
    }
    return false;
  }
  const auto at = static_cast<std::int64_t>(input);
  const std::int64_t channel = at / (op.in[1] * op.in[2]), y = at / op.in[2] % op.in[1], x = at % op.in[2];
  for (std::int64_t ky = 0; ky < shape[2]; ++ky) {
    const std::int64_t down = y + op.padding - ky * op.dilation;
    if (down < 0 || down % op.stride != 0 || down / op.stride >= op.out[1]) continue;
    for (std::int64_t kx = 0; kx < shape[3]; ++kx) {
      const std::int64_t along = x + op.padding - kx * op.dilation;
      if (along < 0 || along % op.stride != 0 || along / op.stride >= op.out[2]) continue;
      const std::int64_t position = down / op.stride * op.out[2] + along / op.stride;
      for (std::int64_t o = 0; o < shape[0] && any_touched(size(position)); ++o) {
        const std::int64_t output = o * op.out[1] * op.out[2] + position;
        const std::int64_t from = ((o * shape[1] + channel) * shape[2] + ky) * shape[3] + kx;
        if (weight[size(from)] != 0 && touched(size(output))) return true;
      }
    }
  }
  return false;
}

}  // namespace standfast::verify_wide
