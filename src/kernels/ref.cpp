// The reference kernels. The innermost loop adds one row to another, so a compiler may vectorise it without reordering
// a sum.
#include <algorithm>
#include <cstddef>

#include "kernels/kernels.hpp"

namespace standfast::kernels {
namespace {

void add_scaled(float scale, const float* row, float* sum, std::size_t count) {
  for (std::size_t i = 0; i < count; ++i) sum[i] += scale * row[i];
}

/// Output positions o whose input o * stride + offset lies in [0, extent).
struct Range {
  std::int64_t begin, end;
};
Range valid_outputs(std::int64_t offset, std::int64_t stride, std::int64_t extent, std::int64_t outputs) {
  const std::int64_t begin = offset >= 0 ? 0 : (-offset + stride - 1) / stride;
  const std::int64_t end = offset >= extent ? 0 : (extent - 1 - offset) / stride + 1;
  return {begin, std::min(end, outputs)};
}

/// Calls row(weight, input_row, output_row, columns, column_offset) for every tap and every row that it reaches.
template <class Row>
void for_each_tap_row(const ConvShape& s, std::span<const float> weight, Row&& row) {
  const float* tap = weight.data();
  for (std::int64_t o = 0; o < s.out_channels; ++o) {
    for (std::int64_t c = 0; c < s.channels; ++c) {
      for (std::int64_t ky = 0; ky < s.kernel_height; ++ky) {
        const std::int64_t dy = ky * s.dilation - s.padding;
        const Range rows = valid_outputs(dy, s.stride, s.height, s.out_height);
        for (std::int64_t kx = 0; kx < s.kernel_width; ++kx, ++tap) {
          const std::int64_t dx = kx * s.dilation - s.padding;
          const Range columns = valid_outputs(dx, s.stride, s.width, s.out_width);
          if (*tap == 0) continue;
          for (std::int64_t y = rows.begin; y < rows.end; ++y) {
            const std::int64_t input_row = (c * s.height + y * s.stride + dy) * s.width + dx;
            const std::int64_t output_row = (o * s.out_height + y) * s.out_width;
            row(*tap, input_row, output_row, columns);
          }
        }
      }
    }
  }
}

}  // namespace

void linear_forward(std::span<const float> weight_by_input, std::span<const float> x, std::span<float> y) {
  for (std::size_t i = 0; i < x.size(); ++i) {
    if (x[i] != 0) add_scaled(x[i], weight_by_input.data() + i * y.size(), y.data(), y.size());
  }
}

void linear_backward(std::span<const float> weight, std::span<const float> dual, std::span<float> gradient) {
  for (std::size_t o = 0; o < dual.size(); ++o) {
    if (dual[o] != 0) add_scaled(dual[o], weight.data() + o * gradient.size(), gradient.data(), gradient.size());
  }
}

void conv2d_forward(const ConvShape& shape, std::span<const float> weight, std::span<const float> x,
                    std::span<float> y) {
  for_each_tap_row(shape, weight, [&](float tap, std::int64_t input, std::int64_t output, Range columns) {
    for (std::int64_t i = columns.begin; i < columns.end; ++i) y[output + i] += tap * x[input + i * shape.stride];
  });
}

void conv2d_backward(const ConvShape& shape, std::span<const float> weight, std::span<const float> dual,
                     std::span<float> gradient) {
  for_each_tap_row(shape, weight, [&](float tap, std::int64_t input, std::int64_t output, Range columns) {
    for (std::int64_t i = columns.begin; i < columns.end; ++i) {
      gradient[input + i * shape.stride] += tap * dual[output + i];
    }
  });
}

}  // namespace standfast::kernels
