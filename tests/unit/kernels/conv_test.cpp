#include "kernels/conv.hpp"

#include <vector>

#include <gtest/gtest.h>

#include "kernels/instruction_set.hpp"
#include "support/float_sums.hpp"

namespace standfast::kernels {
namespace {

using support::FloatSum;
using support::random_floats;

std::size_t size(std::int64_t extent) { return static_cast<std::size_t>(extent); }
std::size_t weights_of(const ConvShape& s) {
  return size(s.out_channels * s.channels * s.kernel_height * s.kernel_width);
}
std::size_t inputs_of(const ConvShape& s) { return size(s.channels * s.height * s.width); }
std::size_t outputs_of(const ConvShape& s) { return size(s.out_channels * s.out_height * s.out_width); }

/// Calls tap(weight, input, output), flat indices, for every product of a convolution.
template <class OneTap>
void for_each_tap(const ConvShape& s, OneTap&& tap) {
  std::size_t w = 0;
  for (std::int64_t o = 0; o < s.out_channels; ++o) {
    for (std::int64_t c = 0; c < s.channels; ++c) {
      for (std::int64_t ky = 0; ky < s.kernel_height; ++ky) {
        for (std::int64_t kx = 0; kx < s.kernel_width; ++kx, ++w) {
          for (std::int64_t p = 0; p < s.out_height * s.out_width; ++p) {
            const std::int64_t row = p / s.out_width * s.stride + ky * s.dilation - s.padding;
            const std::int64_t column = p % s.out_width * s.stride + kx * s.dilation - s.padding;
            if (row < 0 || row >= s.height || column < 0 || column >= s.width) continue;
            tap(w, size((c * s.height + row) * s.width + column), size(o * s.out_height * s.out_width + p));
          }
        }
      }
    }
  }
}

/// The output extent follows from the rest.
ConvShape conv(std::int64_t channels, std::int64_t height, std::int64_t width, std::int64_t out_channels,
               std::int64_t kernel_height, std::int64_t kernel_width, std::int64_t stride, std::int64_t padding,
               std::int64_t dilation) {
  const auto extent = [&](std::int64_t input, std::int64_t kernel) {
    return (input + 2 * padding - dilation * (kernel - 1) - 1) / stride + 1;
  };
  return {channels,
          height,
          width,
          out_channels,
          extent(height, kernel_height),
          extent(width, kernel_width),
          kernel_height,
          kernel_width,
          stride,
          padding,
          dilation};
}

const ConvShape kShapes[] = {conv(2, 5, 6, 3, 3, 3, 1, 1, 1),      conv(1, 7, 7, 2, 3, 3, 2, 0, 1),
                             conv(3, 6, 5, 2, 5, 5, 2, 2, 1),      conv(2, 6, 6, 2, 3, 3, 1, 1, 2),
                             conv(2, 9, 9, 17, 3, 2, 3, 2, 2),  // stride and dilation, more than one panel
                             conv(1, 8, 7, 2, 2, 3, 4, 1, 3),   // inputs that no output reads
                             conv(6, 12, 13, 16, 11, 11, 1, 5, 1), conv(18, 4, 9, 5, 1, 1, 1, 0, 1),
                             conv(1, 1, 1, 1, 1, 1, 1, 1, 1)};  // outputs that see padding alone

class ConvOf : public testing::TestWithParam<InstructionSet> {
 protected:
  const Kernels& kernels_ = kernels_of(GetParam());
  std::vector<Tap> taps_ = std::vector<Tap>(10000);
  std::vector<float> image_ = std::vector<float>(10000);
  ConvScratch scratch_{taps_, image_};
};

TEST_P(ConvOf, ForwardIsTheDefinition) {
  Random random(1);
  for (const ConvShape& s : kShapes) {
    const auto weight = random_floats(random, weights_of(s)), x = random_floats(random, inputs_of(s));
    const auto bias = random_floats(random, outputs_of(s));
    const std::size_t plane = size(s.out_height * s.out_width);
    for (const bool border_map : {false, true}) {
      std::vector<FloatSum> expected;
      for (std::size_t i = 0; i < bias.size(); ++i) expected.emplace_back(bias[border_map ? i : i / plane]);
      for_each_tap(s, [&](std::size_t w, std::size_t i, std::size_t o) { expected[o].add(weight[w], x[i]); });
      std::vector<float> y(bias.size());
      const Start start = border_map ? Start{bias.data(), plane, 1} : Start{bias.data(), 1, 0};
      Conv::pack_forward(s, weight).convolve(kernels_, start, x.data(), y.data(), 1, scratch_);
      for (std::size_t i = 0; i < y.size(); ++i) EXPECT_NEAR(y[i], expected[i].value, expected[i].bound());
    }
  }
}

TEST_P(ConvOf, BackwardIsTheAdjointAddedToWhatIsThere) {
  Random random(2);
  for (const ConvShape& s : kShapes) {
    const auto weight = random_floats(random, weights_of(s)), dual = random_floats(random, outputs_of(s));
    auto gradient = random_floats(random, inputs_of(s));
    std::vector<FloatSum> expected(gradient.begin(), gradient.end());
    for_each_tap(s, [&](std::size_t w, std::size_t i, std::size_t o) { expected[i].add(weight[w], dual[o]); });
    Conv::pack_backward(s, weight).convolve(kernels_, {nullptr, 0, 0}, dual.data(), gradient.data(), 1, scratch_);
    for (std::size_t i = 0; i < gradient.size(); ++i) EXPECT_NEAR(gradient[i], expected[i].value, expected[i].bound());
  }
}

TEST_P(ConvOf, ATileHasTheBitsOfEachInputAlone) {
  Random random(3);
  for (const ConvShape& s : kShapes) {
    const auto weight = random_floats(random, weights_of(s));
    const auto bias = random_floats(random, outputs_of(s));
    const Start start{bias.data(), size(s.out_height * s.out_width), 1};
    const auto check = [&](const Conv& conv, const Start& from, std::size_t inputs, std::size_t outputs) {
      const auto x = random_floats(random, inputs * kLanes), before = random_floats(random, outputs * kLanes);
      AlignedFloats y = before;
      conv.convolve(kernels_, from, x.data(), y.data(), kLanes, scratch_);
      for (const std::size_t lane : {std::size_t{0}, std::size_t{9}, kLanes - 1}) {
        std::vector<float> one(inputs), result(outputs);
        for (std::size_t i = 0; i < inputs; ++i) one[i] = x[i * kLanes + lane];
        for (std::size_t o = 0; o < outputs; ++o) result[o] = before[o * kLanes + lane];
        conv.convolve(kernels_, from, one.data(), result.data(), 1, scratch_);
        for (std::size_t o = 0; o < outputs; ++o) EXPECT_EQ(result[o], y[o * kLanes + lane]);
      }
    };
    check(Conv::pack_forward(s, weight), start, inputs_of(s), outputs_of(s));
    check(Conv::pack_backward(s, weight), {nullptr, 0, 0}, outputs_of(s), inputs_of(s));
  }
}

INSTANTIATE_TEST_SUITE_P(EachSet, ConvOf, testing::ValuesIn(available_sets().begin(), available_sets().end()),
                         [](const auto& each) { return name_of(each.param); });

}  // namespace
}  // namespace standfast::kernels
