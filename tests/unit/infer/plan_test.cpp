#include "infer/plan.hpp"

#include <cmath>
#include <vector>

#include <gtest/gtest.h>

#include "support/random_model.hpp"
#include "support/reference.hpp"
#include "support/small_models.hpp"

namespace standfast::infer {
namespace {

TEST(Plan, LogitsAgreeWithAnEvaluationThatSharesNoCode) {
  for (std::uint64_t seed = 0; seed < 200; ++seed) {
    Random random(seed);
    const auto family = support::random_family(random);
    const auto map = seed % 5 == 4   ? support::MapFamily::kKnots
                     : seed % 5 == 2 ? support::MapFamily::kDeep
                     : seed % 3 == 0 ? support::MapFamily::kMixing
                                     : support::MapFamily::kSeparable;
    const auto made = support::random_model(random, family, map);
    const support::Reference reference(made.model);
    const Plan plan(made.model);
    InferWorkspace workspace;
    for (int i = 0; i < 5; ++i) {
      const std::vector<float> x = support::random_input(random, made);
      const std::vector<double> wide(x.begin(), x.end());
      const float logit = plan.forward(x, workspace);
      if (!std::isfinite(logit)) continue;  // weights of 1e38 may overflow float32
      // the wide evaluation's own error bound, scaled from 2^-64 to 2^-24, is what float32 may be off by
      const auto exact = reference.bounded_value(wide);
      const double bound = static_cast<double>(exact.error) * 0x1p41 + 1e-30;
      EXPECT_NEAR(logit, static_cast<double>(exact.value), bound) << "seed " << seed;
    }
  }
}

TEST(Plan, BackwardIsTheDirectionalDerivative) {
  for (std::uint64_t seed = 0; seed < 50; ++seed) {
    Random random(seed);
    auto made = support::random_model(random, support::Family::kDense, support::MapFamily::kSeparable);
    made.model.feature_map = {};  // u = x, so that the gradient by u can be compared
    if (model::element_count(made.model.graph.input_shape) != made.model.dim()) continue;  // the map had an abs
    ASSERT_TRUE(model::validate(made.model).ok());
    const support::Reference reference(made.model);
    const Plan plan(made.model);
    InferWorkspace workspace;
    const std::vector<float> x = support::random_input(random, made);
    ASSERT_TRUE(std::isfinite(plan.forward(x, workspace)));
    const auto gradient = plan.backward(workspace);
    const auto expected = reference.gradient(std::vector<double>(x.begin(), x.end()));
    double largest = 0;
    for (const double g : expected) largest = std::max(largest, std::fabs(g));
    std::size_t differing = 0;
    for (std::size_t i = 0; i < expected.size(); ++i) {
      if (std::fabs(gradient[i] - expected[i]) > 1e-4 * largest) ++differing;
    }
    EXPECT_EQ(differing, 0U) << "seed " << seed;
  }
}

TEST(Plan, InputGradientIsTheDirectionalDerivative) {
  std::size_t compared = 0;
  for (std::uint64_t seed = 0; seed < 120; ++seed) {
    Random random(seed);
    const auto map = seed % 5 == 4   ? support::MapFamily::kKnots
                     : seed % 5 == 2 ? support::MapFamily::kDeep
                     : seed % 3 == 0 ? support::MapFamily::kSeparable
                                     : support::MapFamily::kMixing;
    const auto made = support::random_model(random, support::random_family(random), map);
    const support::Reference reference(made.model);
    const Plan plan(made.model);
    InferWorkspace workspace;
    // between the kinks, where every side is the same
    std::vector<float> x;
    for (const double s : made.scale) x.push_back(static_cast<float>(s * random.normal()));
    if (!std::isfinite(plan.forward(x, workspace))) continue;
    const auto gradient = plan.input_gradient(workspace);
    const auto expected = reference.gradient(std::vector<double>(x.begin(), x.end()));
    ASSERT_EQ(gradient.size(), expected.size());
    double largest = 0;
    for (const double g : expected) largest = std::max(largest, std::fabs(g));
    if (!(largest < 1e30)) continue;
    for (std::size_t i = 0; i < expected.size(); ++i) {
      // below 2^-126 float32 has fewer digits than that
      EXPECT_NEAR(gradient[i], expected[i], 1e-4 * largest + 0x1p-140) << "seed " << seed;
    }
    ++compared;
  }
  EXPECT_GT(compared, 100U);
}

TEST(Plan, FeaturesInPlaceOfTheInputGiveTheSameBits) {
  for (std::uint64_t seed = 0; seed < 100; ++seed) {
    Random random(seed);
    const auto map = seed % 5 == 4   ? support::MapFamily::kKnots
                     : seed % 5 == 2 ? support::MapFamily::kDeep
                     : seed % 3 == 0 ? support::MapFamily::kMixing
                                     : support::MapFamily::kSeparable;
    const auto made = support::random_model(random, support::random_family(random), map);
    const Plan plan(made.model);
    InferWorkspace workspace, other;
    const std::vector<float> x = support::random_input(random, made);
    const float logit = plan.forward(x, workspace);
    if (!std::isfinite(logit)) continue;
    const auto from = plan.backward(workspace);
    const std::vector<float> gradient(from.begin(), from.end());
    const std::vector<float> features =
        workspace.map_values.empty()
            ? x
            : std::vector<float>(workspace.map_values.back().begin(), workspace.map_values.back().end());
    EXPECT_EQ(plan.forward_features(features, other), logit) << "seed " << seed;
    const auto again = plan.backward(other);
    EXPECT_EQ(std::vector<float>(again.begin(), again.end()), gradient) << "seed " << seed;
  }
}

TEST(Plan, FeaturesNeedNotComeFromAnInput) {
  // relu(u + 2 |u|) - 1 at u = -2 beside |u| = 0.5, which no input has: the unit is off
  model::Model model = support::one_unit_model({1, 2}, 0, 1, -1);
  model.input_shape = {1};
  model.feature_map = model::with_abs({});
  ASSERT_TRUE(model::validate(model).ok());
  const Plan plan(model);
  InferWorkspace workspace;
  EXPECT_EQ(plan.forward(std::vector<float>{3}, workspace), 8);
  const auto map_values = workspace.map_values;
  EXPECT_EQ(plan.forward_features(std::vector<float>{-2, 0.5F}, workspace), -1);
  EXPECT_EQ(workspace.map_values, map_values) << "the map's values stay those of the input";
  const auto off = plan.backward(workspace);
  EXPECT_EQ(std::vector<float>(off.begin(), off.end()), (std::vector<float>{0, 0}));
  EXPECT_EQ(plan.forward_features(std::vector<float>{-2, 1.5F}, workspace), 0);
  const auto on = plan.backward(workspace);
  EXPECT_EQ(std::vector<float>(on.begin(), on.end()), (std::vector<float>{1, 2}));
}

}  // namespace
}  // namespace standfast::infer
