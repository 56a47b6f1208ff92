#include "verify/map_steps.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <vector>

#include <gtest/gtest.h>

#include "support/small_models.hpp"

namespace standfast::verify {
namespace {

/// f(x) = x behind `steps` linear maps of one weight.
model::Model shrinking_model(int steps, float weight) {
  model::Model model = support::affine_model({1}, 0);
  for (int k = 0; k < steps; ++k) {
    model::MapStep step;
    step.kind = model::MapKind::kLinear;
    step.values = {{1, 1}, {weight}};
    model.feature_map.push_back(step);
  }
  return model;
}

TEST(MapSteps, AProductThatUnderflowsStaysWithinItsBound) {
  // 2^-149 eight times over is 2^-1192, which float64 rounds to 0
  const model::Model model = shrinking_model(8, 0x1p-149F);
  const std::vector<model::Shape> shapes(8, model::Shape{1});
  const std::vector<float> x = {1};
  const Bounded found = map_values(model, shapes, x);
  ASSERT_EQ(found.value.size(), 1U);
  EXPECT_EQ(found.value[0], 0);
  // 0x1p-1074 is the smallest number above 0, and so above 2^-1192
  EXPECT_GE(found.error[0], 0x1p-1074);
  EXPECT_LE(found.error[0], 0x1p-790);
}

TEST(MapSteps, OrdinaryValuesCarryTheErrorOfTheirRoundingsOnly) {
  const model::Model model = shrinking_model(3, 0.5F);
  const std::vector<model::Shape> shapes(3, model::Shape{1});
  const std::vector<float> x = {0x1p-100F};
  const Bounded found = map_values(model, shapes, x);
  EXPECT_EQ(found.value[0], 0x1p-103);
  EXPECT_LE(found.error[0], 0x1p-103 * 0x1p-48);
  const std::vector<float> zero = {0};
  EXPECT_EQ(map_values(model, shapes, zero).error[0], 0) << "0 is exact";
}

TEST(MapSteps, ValuesBehindKnotsAreOffByAShareOfThemselves) {
  model::Model model = support::affine_model({1}, 0);
  model::MapStep step;
  step.kind = model::MapKind::kKnots;
  step.values = {{1, 3}, {0x1p-20F, 0.1F, 1e10F}};
  step.slopes = {{1, 4}, {0.3F, 1e-3F, 7, 1e-30F}};
  model.feature_map = {step};
  const std::vector<model::Shape> shapes = {{1}};
  for (const float x : {-1e30F, -0.7F, 0x1p-20F, 0.05F, 0.1F, 3e5F, 2e10F, 3e38F}) {
    const std::vector<float> input = {x};
    const Bounded found = map_values(model, shapes, input);
    const long double d = x;
    const auto part = [&](float from, float to, float slope) {
      return static_cast<long double>(slope) *
             std::max<long double>(std::min<long double>(d, to) - static_cast<long double>(from), 0);
    };
    const long double exact = static_cast<long double>(0.3F) * std::min<long double>(d - 0x1p-20L, 0) +
                              part(0x1p-20F, 0.1F, 1e-3F) + part(0.1F, 1e10F, 7) +
                              part(1e10F, std::numeric_limits<float>::infinity(), 1e-30F);
    // long double is off by its own few roundings
    EXPECT_LE(std::fabs(found.value[0] - exact), found.error[0] + std::fabs(exact) * 0x1p-60L) << x;
    EXPECT_LE(found.error[0], std::fabs(found.value[0]) * 8 * 0x1p-53 + 0x1p-799) << x;
  }
}

}  // namespace
}  // namespace standfast::verify
