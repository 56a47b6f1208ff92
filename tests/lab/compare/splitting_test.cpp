// Splitting noise is exact: a step in one feature changes what the network sees for exactly one position of the lines.
#include "lab/compare/splitting.hpp"

#include <numeric>

#include <gtest/gtest.h>

#include "base/random.hpp"
#include "lab/compare/base_network.hpp"

namespace standfast::lab {
namespace {

std::vector<float> seen(const std::vector<std::int64_t>& levels, const SplittingNoise& noise, std::int64_t position) {
  std::vector<float> out(levels.size());
  split(levels, noise, position, out);
  return out;
}

TEST(Splitting, AStepChangesExactlyOnePosition) {
  for (const std::int64_t cuts : {1, 200, 255, 700}) {
    const SplittingNoise noise = splitting_noise(3, cuts, 7);
    for (std::int64_t level = 0; level < kSplittingLevels; ++level) {
      const std::vector<std::int64_t> before = {level, 9, 200}, after = {level + 1, 9, 200};
      std::int64_t changed = 0;
      for (std::int64_t position = 0; position < cuts; ++position)
        changed += seen(before, noise, position) != seen(after, noise, position) ? 1 : 0;
      ASSERT_EQ(changed, 1) << cuts << " cuts, level " << level;
    }
  }
}

TEST(Splitting, ShowsValuesInsideTheRangeOfPictures) {
  const SplittingNoise noise = splitting_noise(2, 300, 3);
  for (std::int64_t position = 0; position < 300; ++position)
    for (const float value : seen({0, 255}, noise, position)) {
      EXPECT_GE(value, 0);
      EXPECT_LE(value, 1);
    }
}

TEST(Splitting, ReadsBytesAndNothingElse) {
  std::vector<std::int64_t> levels;
  for (int byte = 0; byte < 256; ++byte) {
    ASSERT_TRUE(on_the_grid(std::vector{static_cast<float>(byte) / 255.0F}, levels));
    EXPECT_EQ(levels.front(), byte);
  }
  EXPECT_FALSE(on_the_grid(std::vector{0.5F}, levels));
  EXPECT_FALSE(on_the_grid(std::vector{-1 / 255.0F}, levels));
  EXPECT_FALSE(on_the_grid(std::vector{256 / 255.0F}, levels));
}

/// No input within the steps that a count allows may have fewer alarms than the count less the steps.
TEST(Splitting, NoRandomChangeTakesMoreAlarmsThanItHasSteps) {
  constexpr std::size_t kDim = 6;
  Random random(11);
  std::vector<TrainedLayer> layers = {{{.outputs = 8}, {{8, kDim}, {}}, {{8}, {}}},
                                      {{.outputs = 1}, {{1, 8}, {}}, {{1}, {}}}};
  for (auto& layer : layers) {
    layer.weight.values.resize(model::element_count(layer.weight.shape));
    layer.bias.values.resize(model::element_count(layer.bias.shape));
    for (auto* values : {&layer.weight.values, &layer.bias.values})
      for (float& value : *values) value = static_cast<float>(random.normal());
  }
  const model::Model model = base_model({kDim}, {0.5F, 2}, layers, 0);
  const infer::Plan plan(model);
  infer::TileWorkspace workspace;
  const SplittingNoise noise = splitting_noise(kDim, 255, 5);
  for (int trial = 0; trial < 100; ++trial) {
    std::vector<std::int64_t> x(kDim);
    for (auto& level : x) level = static_cast<std::int64_t>(random.below(256));
    std::vector<std::int64_t> moved = x;
    std::int64_t steps = 0;
    for (std::size_t i = 0; i < kDim; ++i) {
      moved[i] = std::clamp<std::int64_t>(x[i] + static_cast<std::int64_t>(random.below(41)) - 20, 0, 255);
      steps += std::abs(moved[i] - x[i]);
    }
    const auto before = count_split_alarms(plan, x, noise, workspace);
    const auto after = count_split_alarms(plan, moved, noise, workspace);
    EXPECT_LE(std::abs(before - after), steps);
  }
}

}  // namespace
}  // namespace standfast::lab
