#include "verify/affine_ops.hpp"

#include <algorithm>

namespace standfast::verify_ops {
namespace {

std::size_t size(std::int64_t extent) { return static_cast<std::size_t>(extent); }

/// One row of a kernel between one row of the source and one of the target, whose position t reads, for tap k, position
/// t + start + k * step.
struct RowPair {
  const double* source;
  std::int64_t source_width;
  double* target;
  std::int64_t target_width;
  std::int64_t start, step;
};

void add_row(const Products& products, const Taps& taps, const RowPair& row, std::size_t lanes) {
  const auto add = [&](std::int64_t k, std::size_t count, std::int64_t first, std::int64_t behind) {
    if (first >= behind) return;
    const double* source = row.source + (first + row.start + k * row.step) * static_cast<std::int64_t>(lanes);
    products.add_taps({taps.at + k, count, taps.magnitudes}, source, row.step * static_cast<std::int64_t>(lanes),
                      size(behind - first) * lanes, row.target + size(first) * lanes);
  };
  // in the middle every tap is inside of the source
  const std::int64_t last = row.start + (static_cast<std::int64_t>(taps.count) - 1) * row.step;
  std::int64_t left = std::max<std::int64_t>(0, -std::min(row.start, last));
  std::int64_t right = std::min(row.target_width, row.source_width - std::max(row.start, last));
  if (left >= right) left = right = 0;
  add(0, taps.count, left, right);
  for (std::int64_t k = 0; k < static_cast<std::int64_t>(taps.count); ++k) {
    const std::int64_t shift = row.start + k * row.step;
    const std::int64_t first = std::max<std::int64_t>(0, -shift);
    const std::int64_t behind = std::min(row.target_width, row.source_width - shift);
    add(k, 1, first, std::min(behind, left));
    add(k, 1, std::max(first, right), behind);
  }
}

/// With a larger stride, neighbours do not read neighbours: position by position.
template <bool kBack>
void add_strided_row(const Products& products, const Affine& op, const Taps& taps, const RowPair& row,
                     std::size_t lanes) {
  const std::int64_t in_width = op.in[2], out_width = op.out[2];
  for (std::int64_t k = 0; k < static_cast<std::int64_t>(taps.count); ++k) {
    for (std::int64_t x = 0; x < out_width; ++x) {
      const std::int64_t in = x * op.stride + k * op.dilation - op.padding;
      if (in < 0 || in >= in_width) continue;
      products.add_taps({taps.at + k, 1, taps.magnitudes}, row.source + size(kBack ? x : in) * lanes, 0, lanes,
                        row.target + size(kBack ? in : x) * lanes);
    }
  }
}

/// A convolution from its input to its output or back; all rows that meet one input row in turn, which stays in the
/// cache. Each sum has one order whatever the lanes.
template <bool kBack>
void add_convolution(const Products& products, const Affine& op, Weights weights, std::size_t lanes,
                     std::span<const double> source, std::span<double> target) {
  const Shape& kernel = op.weight->shape;
  const std::int64_t in_rows = op.in[0] * op.in[1], values_per_in = op.in[2] * static_cast<std::int64_t>(lanes);
  const std::int64_t values_per_out = op.out[2] * static_cast<std::int64_t>(lanes);
  for (std::int64_t in_row = 0; in_row < in_rows; ++in_row) {
    const std::int64_t c = in_row / op.in[1], y = in_row % op.in[1];
    for (std::int64_t tap_row = 0; tap_row < kernel[0] * kernel[2]; ++tap_row) {
      const std::int64_t o = tap_row / kernel[2], ky = tap_row % kernel[2];
      const std::int64_t from_top = y + op.padding - ky * op.dilation;
      if (from_top < 0 || from_top % op.stride != 0 || from_top / op.stride >= op.out[1]) continue;
      const std::int64_t out_row = o * op.out[1] + from_top / op.stride;
      const Taps taps{op.weight->values.data() + ((o * op.in[0] + c) * kernel[2] + ky) * kernel[3], size(kernel[3]),
                      weights == Weights::kMagnitudes};
      const double* from = source.data() + (kBack ? out_row * values_per_out : in_row * values_per_in);
      double* to = target.data() + (kBack ? in_row * values_per_in : out_row * values_per_out);
      const RowPair row = kBack ? RowPair{from, op.out[2], to, op.in[2], op.padding, -op.dilation}
                                : RowPair{from, op.in[2], to, op.out[2], -op.padding, op.dilation};
      op.stride == 1 ? add_row(products, taps, row, lanes) : add_strided_row<kBack>(products, op, taps, row, lanes);
    }
  }
}

}  // namespace

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
