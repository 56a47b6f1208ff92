#include "attack/adversarial.hpp"

#include <cmath>
#include <limits>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "base/random.hpp"
#include "support/small_models.hpp"

namespace standfast::attack {
namespace {

/// A model, an input and a threat model, with what points at them.
struct Scene {
  Scene(const model::Model& the_model, std::vector<float> at, ThreatModel the_threat = {}, Norm norm = Norm::l2())
      : model(the_model), plan(model), bounded_pass(model), threat(std::move(the_threat)), x(std::move(at)) {
    for (std::size_t i = 0; i < x.size(); ++i) cost.push_back(threat.cost_of(i));
    target = {&plan, &plan, &bounded_pass, &threat, cost, x, norm};
  }

  std::optional<Adversarial> confirm(const std::vector<double>& change) {
    return confirm_attack(target, change, workspace);
  }

  model::Model model;
  infer::Plan plan;
  deployed::BoundedPass bounded_pass;
  ThreatModel threat;
  std::vector<float> x;
  std::vector<double> cost;
  AttackTarget target;
  infer::InferWorkspace workspace;
};

/// 1 - a - b, from (0, 0).
model::Model falling() { return support::affine_model({-1, -1}, 1); }

TEST(ConfirmAttack, AChangeThatFlipsTheVerdictStands) {
  Scene scene(falling(), {0, 0});
  const auto found = scene.confirm({0.75, 0.5});
  ASSERT_TRUE(found.has_value());
  EXPECT_EQ(found->input, (std::vector<float>{0.75F, 0.5F}));
  EXPECT_EQ(found->logit, -0.25F);
  EXPECT_GE(found->distance, std::hypot(0.75, 0.5));
  EXPECT_LE(found->distance, std::hypot(0.75, 0.5) * (1 + 1e-14));
  EXPECT_TRUE(scene.confirm({0.5, 0.5 + 0x1p-24}).has_value());
  EXPECT_FALSE(scene.confirm({0.5, 0.25}).has_value());
  EXPECT_FALSE(scene.confirm({0, 0}).has_value());
}

TEST(ConfirmAttack, BoundsOfTheValueHoldAfterRoundingToFloat32) {
  // 0.7 and -0.3 lie between float32 numbers, whose nearest ones are outside
  ThreatModel threat;
  threat.upper = {0.7, kInfinity};
  threat.lower = {-kInfinity, -0.3};
  Scene scene(support::affine_model({-1, 1}, 0.5F), {0, 0}, threat);
  ASSERT_LT(0.7, static_cast<double>(std::nextafter(0.7F, 1.0F)));
  const auto found = scene.confirm({0.7, -0.3});
  ASSERT_TRUE(found.has_value());
  EXPECT_LE(static_cast<double>(found->input[0]), 0.7);
  EXPECT_GE(static_cast<double>(found->input[1]), -0.3);
  EXPECT_NEAR(found->input[0], 0.7, 0.7 * 0x1p-23);
  EXPECT_NEAR(found->input[1], -0.3, 0.3 * 0x1p-23);
}

TEST(ConfirmAttack, BoundsOfTheChangeHoldAfterRoundingToFloat32) {
  ThreatModel threat;
  threat.max_increase = {0.1, kInfinity};
  threat.max_decrease = {kInfinity, 0.1};
  Random random(3);
  for (int k = 0; k < 2000; ++k) {
    const auto a = static_cast<float>(random.uniform(-4, 4)), b = static_cast<float>(random.uniform(-4, 4));
    Scene scene(support::affine_model({-1, 1}, a - b), {a, b}, threat);
    const auto found = scene.confirm({0.1, -0.1});
    ASSERT_TRUE(found.has_value()) << a << " " << b;
    ASSERT_LE(static_cast<double>(found->input[0]) - static_cast<double>(a), 0.1);
    ASSERT_LE(static_cast<double>(b) - static_cast<double>(found->input[1]), 0.1);
  }
}

TEST(ConfirmAttack, ChangesFarOutsideTheBoundsAreNotMade) {
  ThreatModel threat;
  threat.upper = {0.5, 0.5};
  threat.max_increase = {1, 0};
  Scene scene(support::affine_model({-1, -1}, 0.25F), {0, 0}, threat);
  EXPECT_FALSE(scene.confirm({3, 3}).has_value()) << "both features stay where they are";
  const auto found = scene.confirm({0.5, 0.5});
  ASSERT_TRUE(found.has_value());
  EXPECT_EQ(found->input, (std::vector<float>{0.5F, 0}));
}

TEST(ConfirmAttack, AnInputOutsideItsDomainStaysUnlessItComesBack) {
  ThreatModel threat;
  threat.upper = {1, 1};
  Scene scene(support::affine_model({1, 1}, -1.5F), {2, 0}, threat);
  EXPECT_FALSE(scene.confirm({-0.75, 0}).has_value()) << "1.25 is still outside, so the feature stays at 2";
  EXPECT_TRUE(scene.confirm({-1, 0}).has_value());
}

TEST(ConfirmAttack, WhatOnlyFloat32JudgesOtherwiseIsNoAttack) {
  // 1 + 2^-30 - 1 is 0 in float32 and positive in truth
  Scene scene(support::affine_model({1, 1}, 0, 1), {2, 0x1p-30F});
  infer::InferWorkspace workspace;
  ASSERT_EQ(scene.plan.forward(std::vector<float>{1, 0x1p-30F}, workspace), 0);
  EXPECT_FALSE(scene.confirm({-1, 0}).has_value());
  EXPECT_TRUE(scene.confirm({-1, -0x1p-29}).has_value());
}

TEST(ConfirmAttack, WhatOnlyFloat64JudgesOtherwiseIsNoAttack) {
  // (a + b) - (c + d) + 2^-24: the first sum is rounded up and the second one down, by almost 2^-24 each
  model::Model model = support::affine_model({0, 0, 0, 0}, 0, -0x1p-24F);
  model.graph.nodes[0].weight = {{2, 4}, {1, 1, 0, 0, 0, 0, 1, 1}};
  model.graph.nodes[0].bias = {};
  model::Node difference;
  difference.name = "difference";
  difference.inputs = {0};
  difference.weight = {{1, 2}, {1, -1}};
  model.graph.nodes.push_back(difference);
  ASSERT_TRUE(model::validate(model).ok());
  const std::vector<float> bad = {1, 0x1p-24F + 0x1p-40F, 1 + 0x1p-23F, 0x1p-24F - 0x1p-40F};
  Scene scene(model, bad);
  infer::InferWorkspace workspace;
  ASSERT_GT(scene.plan.forward(bad, workspace), 0);
  ASSERT_TRUE(scene.bounded_pass(bad).surely_other());
  EXPECT_FALSE(scene.confirm({0, 0, 0, 0}).has_value());
}

TEST(ConfirmAttack, WhatFloat64CannotProveIsNoAttack) {
  // 1 + 2^-60 - 1 is 0 in float64, too, and positive in truth
  Scene scene(support::affine_model({1, 1, -1}, 0), {3, 0x1p-60F, 1});
  const auto at = scene.bounded_pass(std::vector<float>{1, 0x1p-60F, 1});
  ASSERT_EQ(at.value, 0);
  ASSERT_GE(at.error, 0x1p-60);
  EXPECT_FALSE(scene.confirm({-2, 0, 0}).has_value());
  EXPECT_TRUE(scene.confirm({-2 - 0x1p-20, 0, 0}).has_value());
}

TEST(ConfirmAttack, ChangesThatAreNotFiniteGiveNoInput) {
  Scene scene(falling(), {0, 0});
  const double nan = std::numeric_limits<double>::quiet_NaN();
  EXPECT_FALSE(scene.confirm({kInfinity, 0}).has_value());
  EXPECT_FALSE(scene.confirm({1e300, 0}).has_value());
  EXPECT_FALSE(scene.confirm({nan, 0}).has_value()) << "that feature stays";
  EXPECT_FALSE(scene.confirm({nan, nan}).has_value());
}

TEST(ConfirmAttack, AnOverflowIsNoVerdict) {
  Scene scene(support::affine_model({-3e38F}, 1), {0});
  EXPECT_FALSE(scene.confirm({3}).has_value()) << "the logit is -inf";
  EXPECT_TRUE(scene.confirm({0.5}).has_value());
}

TEST(PriceUpper, IsTheNormOfCostTimesChangeRoundedUp) {
  ThreatModel threat;
  threat.cost = {2, 0.5};
  const std::vector<float> moved = {2.5F, -6};  // changes of 1.5 and -8: priced 3 and 4
  for (const auto& [norm, price] :
       {std::pair{Norm::l0(), 2.0}, {Norm::l1(), 7.0}, {Norm::l2(), 5.0}, {Norm::linf(), 4.0}}) {
    Scene scene(falling(), {1, 2}, threat, norm);
    const double found = price_upper(scene.target, moved);
    EXPECT_GE(found, price) << norm.name();
    EXPECT_LE(found, price * (1 + 1e-14)) << norm.name();
    if (norm == Norm::l0()) {
      EXPECT_EQ(found, price);
    }
    EXPECT_EQ(price_upper(scene.target, scene.x), 0) << norm.name();
  }
}

TEST(PriceUpper, IsNeverBelowTheExactPrice) {
  Random random(4);
  for (int k = 0; k < 500; ++k) {
    std::vector<float> x, moved;
    ThreatModel threat;
    for (int i = 0; i < 20; ++i) {
      x.push_back(static_cast<float>(random.normal()));
      moved.push_back(static_cast<float>(random.normal()));
      threat.cost.push_back(std::exp(random.normal()));
    }
    long double sum = 0, squares = 0;
    for (std::size_t i = 0; i < 20; ++i) {
      const long double d =
          std::fabs(static_cast<long double>(threat.cost[i]) * (moved[i] - static_cast<long double>(x[i])));
      sum += d;
      squares += d * d;
    }
    // long double's own roundings are 2^11 times smaller than what is added for float64's
    Scene l1(support::affine_model(std::vector<float>(20, 1), 0), x, threat, Norm::l1());
    Scene l2(support::affine_model(std::vector<float>(20, 1), 0), x, threat, Norm::l2());
    EXPECT_GE(price_upper(l1.target, moved), sum);
    EXPECT_GE(price_upper(l2.target, moved), std::sqrt(squares));
  }
}

}  // namespace
}  // namespace standfast::attack
