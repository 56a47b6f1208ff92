// The bound on ||W||_2 against power iteration on the map's own matrix, which never exceeds the norm.
#include "model/spectral_norm.hpp"

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstdint>
#include <limits>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include "model/shape.hpp"
#include "support/step_matrix.hpp"
#include "unit/model/builders.hpp"

namespace standfast::model {
namespace {

using support::StepMatrix;
using test::constant;
using test::step_of;
using test::uniform;

void expect_tight(const MapStep& step, const Shape& input, double looseness, Random& random) {
  const double found = StepMatrix(step, input).norm_found(random);
  const double bound = spectral_norm_upper(step, input);
  EXPECT_GE(bound, found * (1 - 1e-13)) << shape_text(step.values.shape) << " on " << shape_text(input);
  EXPECT_LE(bound, found * looseness) << shape_text(step.values.shape) << " on " << shape_text(input);
}

TEST(SpectralNorm, OfMatricesIsAboveThePowerIterationAndClose) {
  Random random(31);
  for (int trial = 0; trial < 30; ++trial) {
    const auto rows = static_cast<std::int64_t>(1 + random.below(20)),
               columns = static_cast<std::int64_t>(1 + random.below(20));
    const double size = std::pow(10, random.uniform(-30, 30));
    expect_tight(step_of(MapKind::kLinear, uniform({rows, columns}, -size, size, random)), {columns}, 1.00001, random);
  }
}

TEST(SpectralNorm, OfConvolutionsIsAboveThePowerIterationAndClose) {
  Random random(32);
  for (int trial = 0; trial < 60; ++trial) {
    const auto below = [&](std::uint64_t n) { return static_cast<std::int64_t>(random.below(n)); };
    MapStep step =
        step_of(MapKind::kConv2d, uniform({1 + below(4), 1 + below(3), 1 + below(4), 1 + below(4)}, -1, 1, random));
    step.stride = 1 + below(3);
    const std::int64_t padding = below(4);
    step.dilation = 1 + below(2);
    const std::int64_t side = std::max(step.values.shape[2], step.values.shape[3]);
    step.padding = std::min(padding, step.dilation * (side - 1));  // as far as a padding may go
    const Shape input = {step.values.shape[1], 8 + below(6), 8 + below(6)};
    ASSERT_TRUE(infer_map_shapes({step}, input).ok());
    // the border is where a torus is larger than an image: padding as wide as the kernel included
    expect_tight(step, input, 1.45, random);
  }
}

TEST(SpectralNorm, OfAWideImageIsThatOfTheSymbol) {
  // (1, 2, 1) along the rows: 4 at frequency 0, approached by wide images only
  MapStep step = step_of(MapKind::kConv2d, {{1, 1, 1, 3}, {1, 2, 1}});
  step.padding = 0;
  EXPECT_GE(spectral_norm_upper(step, {1, 1, 64}), 4);
  EXPECT_LE(spectral_norm_upper(step, {1, 1, 64}), 4 * (1 + 0x1p-6));
  // (1, -1): 2 at the highest frequency
  EXPECT_NEAR(spectral_norm_upper(step_of(MapKind::kConv2d, {{1, 1, 1, 2}, {1, -1}}), {1, 1, 64}), 2, 0.02);
}

/// Sylvester's matrices of 1 and -1, whose columns are orthogonal: all singular values are equal, sqrt(n).
TEST(SpectralNorm, OfEqualSingularValuesIsNeverBelowThem) {
  for (const std::int64_t n : {1, 2, 4, 16, 64, 256}) {
    Tensor weight = constant({n, n}, 1);
    for (std::int64_t i = 0; i < n * n; ++i)
      if (std::popcount(static_cast<std::uint64_t>((i / n) & (i % n))) % 2 == 1)
        weight.values[static_cast<std::size_t>(i)] = -1;
    const double bound = spectral_norm_upper(step_of(MapKind::kLinear, weight), {n});
    EXPECT_GE(bound, std::sqrt(static_cast<double>(n)));
    EXPECT_LE(bound, std::sqrt(static_cast<double>(n)) * 1.000001);
  }
}

TEST(SpectralNorm, HugeTinyAndZeroWeightsGiveBounds) {
  const float huge = std::numeric_limits<float>::max(), tiny = std::numeric_limits<float>::denorm_min();
  for (const float w : {huge, tiny}) {
    EXPECT_GE(spectral_norm_upper(step_of(MapKind::kLinear, constant({2, 2}, w)), {2}), 2 * static_cast<double>(w));
    EXPECT_LE(spectral_norm_upper(step_of(MapKind::kLinear, constant({2, 2}, w)), {2}), 2.02 * static_cast<double>(w));
    EXPECT_GE(spectral_norm_upper(step_of(MapKind::kConv2d, constant({1, 1, 1, 1}, w)), {1, 2, 2}), w);
    EXPECT_LE(spectral_norm_upper(step_of(MapKind::kConv2d, constant({1, 1, 1, 1}, w)), {1, 2, 2}),
              1.02 * static_cast<double>(w));
  }
  EXPECT_LE(spectral_norm_upper(step_of(MapKind::kLinear, constant({3, 2}, 0)), {2}), 1e-200);
}

TEST(SpectralNorm, MatricesTooLargeForTheBudgetGetTheFrobeniusNorm) {
  const MapStep step = step_of(MapKind::kLinear, constant({1100, 1100}, 0.5F));
  EXPECT_NEAR(spectral_norm_upper(step, {1100}), 550, 1e-6);
}

}  // namespace
}  // namespace standfast::model
