#include "kernels/kernels.hpp"

#include <cmath>
#include <vector>

#include <gtest/gtest.h>

#include "base/random.hpp"

namespace standfast::kernels {
namespace {

std::vector<float> random_values(Random& random, std::size_t count) {
  std::vector<float> values(count);
  for (float& v : values) v = static_cast<float>(random.uniform(-1, 1));
  return values;
}

/// The sum over all taps, position by position, in double: what a convolution is.
std::vector<double> conv2d_by_definition(const ConvShape& s, const std::vector<float>& weight,
                                         const std::vector<float>& x) {
  std::vector<double> y(static_cast<std::size_t>(s.out_channels * s.out_height * s.out_width), 0.0);
  std::size_t at = 0;
  for (std::int64_t o = 0; o < s.out_channels; ++o) {
    for (std::int64_t row = 0; row < s.out_height; ++row) {
      for (std::int64_t column = 0; column < s.out_width; ++column, ++at) {
        for (std::int64_t c = 0; c < s.channels; ++c) {
          for (std::int64_t ky = 0; ky < s.kernel_height; ++ky) {
            for (std::int64_t kx = 0; kx < s.kernel_width; ++kx) {
              const std::int64_t in_row = row * s.stride + ky * s.dilation - s.padding;
              const std::int64_t in_column = column * s.stride + kx * s.dilation - s.padding;
              if (in_row < 0 || in_row >= s.height || in_column < 0 || in_column >= s.width) continue;
              const auto w = ((o * s.channels + c) * s.kernel_height + ky) * s.kernel_width + kx;
              const auto i = (c * s.height + in_row) * s.width + in_column;
              y[at] += static_cast<double>(weight[static_cast<std::size_t>(w)]) * x[static_cast<std::size_t>(i)];
            }
          }
        }
      }
    }
  }
  return y;
}

std::vector<ConvShape> conv_shapes() {
  // channels, height, width, out channels, out height, out width, kernel, stride, padding, dilation
  return {{2, 5, 6, 3, 5, 6, 3, 3, 1, 1, 1},
          {1, 7, 7, 2, 3, 3, 3, 3, 2, 0, 1},
          {3, 6, 5, 2, 3, 3, 5, 5, 2, 2, 1},
          {2, 6, 6, 2, 4, 4, 3, 3, 1, 1, 2},
          {1, 1, 1, 1, 3, 3, 1, 1, 1, 1, 1}};  // outputs that see padding alone
}

TEST(Conv2d, ForwardIsTheDefinition) {
  Random random(1);
  for (const ConvShape& s : conv_shapes()) {
    const auto weight =
        random_values(random, static_cast<std::size_t>(s.out_channels * s.channels * s.kernel_height * s.kernel_width));
    const auto x = random_values(random, static_cast<std::size_t>(s.channels * s.height * s.width));
    std::vector<float> y(static_cast<std::size_t>(s.out_channels * s.out_height * s.out_width), 0.0F);
    conv2d_forward(s, weight, x, y);
    const auto expected = conv2d_by_definition(s, weight, x);
    const double terms = static_cast<double>(s.channels * s.kernel_height * s.kernel_width);
    for (std::size_t i = 0; i < y.size(); ++i) EXPECT_NEAR(y[i], expected[i], terms * terms * 0x1p-24);
  }
}

TEST(Conv2d, BackwardIsTheAdjointOfForward) {
  Random random(2);
  for (const ConvShape& s : conv_shapes()) {
    const auto weight =
        random_values(random, static_cast<std::size_t>(s.out_channels * s.channels * s.kernel_height * s.kernel_width));
    const auto x = random_values(random, static_cast<std::size_t>(s.channels * s.height * s.width));
    const auto dual = random_values(random, static_cast<std::size_t>(s.out_channels * s.out_height * s.out_width));
    std::vector<float> y(dual.size(), 0.0F), gradient(x.size(), 0.0F);
    conv2d_forward(s, weight, x, y);
    conv2d_backward(s, weight, dual, gradient);
    double forward = 0, backward = 0;
    for (std::size_t i = 0; i < y.size(); ++i) forward += static_cast<double>(y[i]) * dual[i];
    for (std::size_t i = 0; i < x.size(); ++i) backward += static_cast<double>(x[i]) * gradient[i];
    EXPECT_NEAR(forward, backward, static_cast<double>(y.size() * weight.size()) * 0x1p-24);
  }
}

TEST(Linear, ForwardAddsTheProductToWhatWasThere) {
  const std::vector<float> weight_by_input = {1, 2, 3, 4, 5, 6};  // W = ((1, 3, 5), (2, 4, 6))
  std::vector<float> y = {10, 20};
  linear_forward(weight_by_input, std::vector<float>{1, 0, -1}, y);
  EXPECT_EQ(y, (std::vector<float>{10 - 4, 20 - 4}));
}

TEST(Linear, BackwardAddsTheTransposedProduct) {
  const std::vector<float> weight = {1, 3, 5, 2, 4, 6};
  std::vector<float> gradient = {0, 0, 1};
  linear_backward(weight, std::vector<float>{1, -1}, gradient);
  EXPECT_EQ(gradient, (std::vector<float>{-1, -1, 0}));
}

}  // namespace
}  // namespace standfast::kernels
