// The arithmetic of a network in float32: one function per duty, plain loops in ref.cpp.
//
// Every sum has a fixed order that depends on the shapes alone, so that results are the same bits in any batch.
#pragma once

#include <cstdint>
#include <span>

namespace standfast::kernels {

/// A 2-d convolution with zero padding over one (channels, height, width) image.
struct ConvShape {
  std::int64_t channels, height, width;
  std::int64_t out_channels, out_height, out_width;
  std::int64_t kernel_height, kernel_width;
  std::int64_t stride, padding, dilation;
};

/// y = y + W x. Shape: weight_by_input is (in, out), x (in), y (out).
void linear_forward(std::span<const float> weight_by_input, std::span<const float> x, std::span<float> y);

/// gradient += W^T dual. Shape: weight is (out, in), dual (out), gradient (in).
void linear_backward(std::span<const float> weight, std::span<const float> dual, std::span<float> gradient);

/// y = y + conv(x). Shape: weight is (out_channels, channels, kernel_height, kernel_width).
void conv2d_forward(const ConvShape& shape, std::span<const float> weight, std::span<const float> x,
                    std::span<float> y);

/// gradient += the adjoint of conv applied to dual.
void conv2d_backward(const ConvShape& shape, std::span<const float> weight, std::span<const float> dual,
                     std::span<float> gradient);

}  // namespace standfast::kernels
