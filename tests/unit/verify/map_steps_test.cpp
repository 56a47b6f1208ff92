#include "verify/map_steps.hpp"

#include <cmath>
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

}  // namespace
}  // namespace standfast::verify
