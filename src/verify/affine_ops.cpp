#include "verify/affine_ops.hpp"

#include <algorithm>
#include <cmath>

namespace standfast::verify_ops {
namespace {

std::size_t size(std::int64_t extent) { return static_cast<std::size_t>(extent); }

/// Calls run(weight, input row, column, output row, column, count) for all products of one weight with the row: output
/// column + k reads input column + k * stride. Rows are numbered through all channels.
template <class Run>
void for_each_run(const Affine& op, std::int64_t weight, std::int64_t in_row, std::int64_t out_row, Run&& run) {
  const std::int64_t width = op.weight->shape[3];
  for (std::int64_t kx = 0; kx < width; ++kx) {
    const std::int64_t start = kx * op.dilation - op.padding;
    const std::int64_t first = start < 0 ? (-start + op.stride - 1) / op.stride : 0;
    const std::int64_t behind = std::min(op.out[2], (op.in[2] - 1 - start) / op.stride + 1);
    if (start >= op.in[2] || first >= behind) continue;
    run(op.weight->values[size(weight + kx)], in_row, start + first * op.stride, out_row, first, behind - first);
  }
}

/// All products of a convolution, those of one input row together: it and the rows it meets stay in the cache.
template <class Run>
void for_each_run(const Affine& op, Run&& run) {
  const Shape& kernel = op.weight->shape;
  for (std::int64_t c = 0; c < op.in[0]; ++c) {
    for (std::int64_t row = 0; row < op.in[1]; ++row) {
      for (std::int64_t o = 0; o < op.out[0]; ++o) {
        for (std::int64_t ky = 0; ky < kernel[2]; ++ky) {
          const std::int64_t from_top = row + op.padding - ky * op.dilation;
          if (from_top < 0 || from_top % op.stride != 0 || from_top / op.stride >= op.out[1]) continue;
          const std::int64_t weight = ((o * op.in[0] + c) * kernel[2] + ky) * kernel[3];
          for_each_run(op, weight, c * op.in[1] + row, o * op.out[1] + from_top / op.stride, run);
        }
      }
    }
  }
}

/// Adds up a convolution, from its input to its output or back.
template <bool kBack>
void add_convolution(const Products& products, const Affine& op, Weights weights, std::size_t lanes,
                     std::span<const double> source, std::span<double> target) {
  for_each_run(op, [&](float w, std::int64_t in_row, std::int64_t in_column, std::int64_t out_row,
                       std::int64_t out_column, std::int64_t count) {
    const double weight = weights == Weights::kMagnitudes ? std::fabs(w) : w;
    const std::size_t in = size(in_row * op.in[2] + in_column), out = size(out_row * op.out[2] + out_column);
    // neighbours side by side with a stride of 1
    const std::size_t runs = op.stride == 1 ? 1 : size(count), length = op.stride == 1 ? size(count) * lanes : lanes;
    for (std::size_t k = 0; k < runs; ++k) {
      const std::size_t in_at = (in + k * size(op.stride)) * lanes, out_at = (out + k) * lanes;
      products.add_scaled(weight, source.data() + (kBack ? out_at : in_at), length,
                          target.data() + (kBack ? in_at : out_at));
    }
  });
}

}  // namespace

Affine affine_of(const MapStep& step, const Shape& in, const Shape& out) {
  return {&step.values, step.kind == MapKind::kConv2d, in, out, step.stride, step.padding, step.dilation};
}

void add_transposed(const Products& products, const Affine& op, Weights weights, std::size_t lanes,
                    std::span<const double> dual, std::span<double> value) {
  if (op.is_conv) return add_convolution<true>(products, op, weights, lanes, dual, value);
  const std::size_t rows = size(op.weight->shape[0]), columns = size(op.weight->shape[1]);
  const float* at = op.weight->values.data();
  products.add({at, rows, columns, columns, 1, weights == Weights::kMagnitudes}, lanes, dual.data(), value.data());
}

void add_product(const Products& products, const Affine& op, Weights weights, std::size_t lanes,
                 std::span<const double> x, std::span<double> value) {
  if (op.is_conv) return add_convolution<false>(products, op, weights, lanes, x, value);
  const std::size_t rows = size(op.weight->shape[0]), columns = size(op.weight->shape[1]);
  const float* at = op.weight->values.data();
  products.add({at, columns, rows, 1, columns, weights == Weights::kMagnitudes}, lanes, x.data(), value.data());
}

std::size_t terms_of_transposed(const Affine& op) {
  const Shape& w = op.weight->shape;
  return op.is_conv ? size(w[0] * w[2] * w[3]) : size(w[0]);
}

std::size_t terms_of_product(const Affine& op) {
  const Shape& w = op.weight->shape;
  return op.is_conv ? size(w[1] * w[2] * w[3]) : size(w[1]);
}

double bias_of(const Tensor& bias, std::size_t output, std::size_t outputs) {
  return bias.empty() ? 0.0 : bias.values[output / (outputs / bias.values.size())];
}

}  // namespace standfast::verify_ops
