// Schur's bound on ||W||_2 against what vectors are stretched by, and where it loses nothing.
#include "model/schur_norm.hpp"

#include <algorithm>
#include <cmath>
#include <vector>

#include <gtest/gtest.h>

#include "model/lipschitz.hpp"
#include "support/step_matrix.hpp"
#include "unit/model/builders.hpp"

namespace standfast::model {
namespace {

using support::StepMatrix;
using test::constant;
using test::step_of;
using test::uniform;

TEST(SchurNorm, NoVectorIsStretchedFarther) {
  Random random(61);
  for (int trial = 0; trial < 80; ++trial) {
    const auto below = [&](std::uint64_t n) { return static_cast<std::int64_t>(random.below(n)); };
    const bool is_conv = trial % 2 == 0;
    MapStep step = is_conv ? step_of(MapKind::kConv2d,
                                     uniform({1 + below(4), 1 + below(3), 1 + below(3), 1 + below(3)}, -1, 1, random))
                           : step_of(MapKind::kLinear, uniform({1 + below(9), 6}, -1e-20F, 1e-20F, random));
    Shape input = {6};
    if (is_conv) {
      step.stride = 1 + below(3);
      step.dilation = 1 + below(2);
      step.padding = below(2) * step.dilation * (std::min(step.values.shape[2], step.values.shape[3]) - 1);
      input = {step.values.shape[1], 6 + below(4), 6 + below(4)};
    }
    ASSERT_TRUE(infer_map_shapes({step}, input).ok());
    const double found = StepMatrix(step, input).norm_found(random), bound = schur_norm_upper(affine_of(step, input));
    EXPECT_GE(bound, found * (1 - 1e-12)) << shape_text(step.values.shape) << " stride " << step.stride;
    EXPECT_LE(bound, found * 4) << "no more than |W| would give";
  }
}

TEST(SchurNorm, OfAnOrthonormalMatrixIs1) {
  const float half = 0.5F;
  const MapStep step = step_of(MapKind::kLinear, {{2, 4}, {half, half, half, half, half, -half, half, -half}});
  const double bound = schur_norm_upper(affine_of(step, {4}));
  EXPECT_GE(bound, 1);
  EXPECT_LE(bound, 1 + 1e-12);
}

TEST(SchurNorm, LosesNothingOfWeightsThatWereScaledByTheTestItself) {
  Random random(62);
  MapStep step = step_of(MapKind::kConvexPotential, uniform({5, 3, 3, 3}, -1, 1, random));
  step.padding = 1;
  const Shape input = {3, 8, 8};
  const double norm = schur_norm_upper(affine_of(step, input));
  for (float& w : step.values.values) w = static_cast<float>(w * (std::sqrt(2.0) / norm * (1 - 1e-6)));
  EXPECT_EQ(lipschitz_upper({step}, input, Norm::l2()), 1);
  for (float& w : step.values.values) w *= 2;
  EXPECT_GT(lipschitz_upper({step}, input, Norm::l2()), 1) << "1 to 7: ||W||^2 - 1 of at most 8";
  EXPECT_LE(lipschitz_upper({step}, input, Norm::l2()), 7);
}

TEST(SchurNorm, OfZeroAndOfHugeWeights) {
  EXPECT_LE(schur_norm_upper(affine_of(step_of(MapKind::kLinear, constant({2, 2}, 0)), {2})), 1e-100);
  const double huge = schur_norm_upper(affine_of(step_of(MapKind::kLinear, constant({2, 2}, 3e38F)), {2}));
  EXPECT_GE(huge, 6e38 * (1 - 1e-6));
  EXPECT_LE(huge, 6.01e38);
}

}  // namespace
}  // namespace standfast::model
