// Models whose smallest attack can be worked out: the search comes close, and never below.
#include "attack/attack_search.hpp"

#include <cmath>
#include <vector>

#include <gtest/gtest.h>

#include "support/small_models.hpp"

namespace standfast::attack {
namespace {

// Attacks are pushed past the border until float32 agrees, and rays end within 2e-4 of it.
constexpr double kOvershoot = 2e-3;

Adversarial attack(const model::Model& model, const std::vector<float>& x, Norm norm, const ThreatModel& threat = {},
                   const AttackEffort& effort = {}, std::uint64_t seed = 1) {
  const infer::Plan plan(model);
  const deployed::BoundedPass bounded_pass(model);
  const search::MinorantReader reader(model);
  std::vector<double> cost;
  std::vector<Interval> interval;
  for (std::size_t i = 0; i < x.size(); ++i) {
    cost.push_back(threat.cost_of(i));
    interval.push_back(threat.interval_rounded_out(i, x[i]));
  }
  const AttackTarget target{&plan, &plan, &bounded_pass, &threat, cost, x, norm};
  AttackWorkspace workspace;
  const float logit = plan.forward(x, workspace.infer);
  Random random(seed);
  return AttackSearch(target, reader, interval, workspace).find_smallest(logit, effort, random);
}

void expect_distance(const Adversarial& found, double distance, Norm norm) {
  EXPECT_GE(found.distance, distance) << norm.name();
  EXPECT_LE(found.distance, distance * (1 + kOvershoot)) << norm.name();
  EXPECT_LE(found.logit, 0) << norm.name();
}

/// 2 - |a|, which is affine over (a, |a|).
model::Model hill() {
  model::Model model = support::affine_model({0, -1}, 2);
  model.input_shape = {1};
  model.feature_map = model::with_abs({});
  return model;
}

TEST(AttackSearch, APlaneIsCrossedAtItsDistance) {
  const model::Model model = support::affine_model({3, -4}, 6);
  const std::vector<float> x = {0, 0};
  expect_distance(attack(model, x, Norm::l1()), 6.0 / 4, Norm::l1());
  expect_distance(attack(model, x, Norm::l2()), 6.0 / 5, Norm::l2());
  expect_distance(attack(model, x, Norm::linf()), 6.0 / 7, Norm::linf());
}

TEST(AttackSearch, TheCornerOfTwoPlanesIsFound) {
  const std::vector<float> x = {0, 0};
  expect_distance(attack(support::corner_model(), x, Norm::l1()), 3.5, Norm::l1());
  expect_distance(attack(support::corner_model(), x, Norm::l2()), 2.5, Norm::l2());
  expect_distance(attack(support::corner_model(), x, Norm::linf()), 2, Norm::linf());
  EXPECT_EQ(attack(support::corner_model(), x, Norm::l0(), *ThreatModel::domain(2, -3, 3)).distance, 2);
}

TEST(AttackSearch, EitherSideOfAHillWillDo) {
  for (const Norm norm : {Norm::l1(), Norm::l2(), Norm::linf()}) {
    expect_distance(attack(hill(), {0.5F}, norm), 1.5, norm);
    ThreatModel only_down;
    only_down.max_increase = {0};
    expect_distance(attack(hill(), {0.5F}, norm, only_down), 2.5, norm);
  }
}

TEST(AttackSearch, BoundsAndCostsChangeTheCheapestWay) {
  const model::Model model = support::affine_model({3, -4}, 6);
  ThreatModel threat;
  threat.max_decrease = {0.5, kInfinity};  // the first gives 1.5 at most: 4.5 is left for the second
  expect_distance(attack(model, {0, 0}, Norm::linf(), threat), 4.5 / 4, Norm::linf());
  expect_distance(attack(model, {0, 0}, Norm::l2(), threat), std::hypot(0.5, 4.5 / 4), Norm::l2());
  threat.max_decrease = {};
  threat.cost = {1, 8};
  expect_distance(attack(model, {0, 0}, Norm::l1(), threat), 2, Norm::l1());  // the first alone, at 3 per unit
}

TEST(AttackSearch, NormZeroTakesTheFewestFeatures) {
  const model::Model model = support::affine_model({-1, -5, -2, -4, -1}, 8);
  const ThreatModel threat = *ThreatModel::domain(5, 0, 1);
  const Adversarial found = attack(model, {0, 0, 0, 0, 0}, Norm::l0(), threat);
  EXPECT_EQ(found.distance, 2);  // 5 and 4
  EXPECT_EQ(found.input, (std::vector<float>{0, 1, 0, 1, 0}));
}

TEST(AttackSearch, NormZeroPutsBackWhatIsNotNeeded) {
  // seen from 0 the second feature is worth 3 and the third 2; together with the first one either would do
  model::Model model = support::one_unit_model({-4, -3, -2}, 5.5F, 1, -0.25F);
  const Adversarial found = attack(model, {0, 0, 0}, Norm::l0(), *ThreatModel::domain(3, 0, 1));
  EXPECT_EQ(found.distance, 2);
}

TEST(AttackSearch, WhatBoundsPutOutOfReachHasNoAttack) {
  const model::Model model = support::affine_model({3, -4}, 6);
  const ThreatModel threat = *ThreatModel::domain(2, -0.5, 0.5);  // at most 1.5 + 2 are lost
  for (const Norm norm : {Norm::l0(), Norm::l1(), Norm::l2(), Norm::linf()}) {
    const Adversarial found = attack(model, {0, 0}, norm, threat);
    EXPECT_EQ(found.distance, kInfinity) << norm.name();
    EXPECT_TRUE(found.input.empty()) << norm.name();
  }
}

TEST(AttackSearch, AFlatNetworkHasNoAttack) {
  const model::Model model = support::affine_model({0, 0}, 1);
  for (const Norm norm : {Norm::l0(), Norm::l1(), Norm::l2(), Norm::linf()}) {
    EXPECT_EQ(attack(model, {0, 0}, norm).distance, kInfinity) << norm.name();
  }
}

TEST(AttackSearch, TheSameSeedGivesTheSameAttack) {
  const model::Model model = support::one_unit_model({3, -4, 1}, 6, 2, -1);
  for (const Norm norm : {Norm::l1(), Norm::l2(), Norm::linf()}) {
    const Adversarial first = attack(model, {1, 0, 2}, norm, {}, {20, 6}, 5);
    const Adversarial again = attack(model, {1, 0, 2}, norm, {}, {20, 6}, 5);
    EXPECT_EQ(first.distance, again.distance);
    EXPECT_EQ(first.input, again.input);
  }
}

}  // namespace
}  // namespace standfast::attack
