// Attacks through the public face of the library: `Classifier::attack` and the attacks beside certificates.
#include "classifier/attacker.hpp"

#include <algorithm>
#include <cmath>
#include <vector>

#include <gtest/gtest.h>

#include "support/cases.hpp"
#include "support/random_model.hpp"
#include "support/small_models.hpp"

namespace standfast::classifier {
namespace {

using support::corner_model;
using support::make_classifier;

// Attacks are pushed past the border until float32 agrees, and rays end within 2e-4 of it.
constexpr double kOvershoot = 2e-3;

ErrorCode refusal(const model::Model& model, const AttackOptions& options) {
  const infer::Plan plan(model);
  const deployed::BoundedPass bounded_pass(model);
  const auto attacker = Attacker::create({&plan, {&plan}, &bounded_pass}, options);
  EXPECT_FALSE(attacker.ok());
  return attacker.ok() ? ErrorCode{} : attacker.error().code;
}

TEST(Attacker, OptionsThatItDoesNotKnowAreRefused) {
  AttackOptions options;
  options.norms = {};
  EXPECT_EQ(refusal(corner_model(), options), ErrorCode::kBadOption);
  options.norms = {Norm::of(1.5).value()};
  EXPECT_EQ(refusal(corner_model(), options), ErrorCode::kBadOption);
  options = {};
  options.restarts = 10'001;
  EXPECT_EQ(refusal(corner_model(), options), ErrorCode::kBadOption);
  options = {};
  options.threat.cost = {1, 2, 3};
  EXPECT_EQ(refusal(corner_model(), options), ErrorCode::kBadShape);
  options.threat.cost = {1, NAN};
  EXPECT_EQ(refusal(corner_model(), options), ErrorCode::kBadValue);
}

TEST(Attacker, EveryInputAndNormHasItsOwnAttack) {
  const Classifier classifier = make_classifier(corner_model());
  const std::vector<float> inputs = {0, 0, 2, 4, 1, 2.5F};  // the second one is judged otherwise already
  AttackOptions options;
  const auto result = classifier.attack(inputs, 3, options);
  ASSERT_TRUE(result.ok()) << result.error().message;
  EXPECT_EQ(result->count(), 3U);
  EXPECT_EQ(result->logits, (std::vector<float>{2, -0.5F, 0.5F}));
  const std::vector<std::vector<double>> distances = {{3.5, 2.5, 2}, {0, 0, 0}, {0.5, 0.5, 0.5}};
  for (std::size_t i = 0; i < 3; ++i) {
    for (std::size_t k = 0; k < 3; ++k) {
      EXPECT_GE(result->distance(i, k), distances[i][k]) << i << k;
      EXPECT_LE(result->distance(i, k), distances[i][k] * (1 + kOvershoot)) << i << k;
      EXPECT_LE(result->attack_logits[i * 3 + k], 0) << i << k;
      const std::vector<float> found(result->inputs.begin() + static_cast<std::ptrdiff_t>((i * 3 + k) * 2),
                                     result->inputs.begin() + static_cast<std::ptrdiff_t>((i * 3 + k) * 2 + 2));
      EXPECT_EQ(classifier.logits(found, 1)->front(), result->attack_logits[i * 3 + k]);
      std::vector<double> change = {static_cast<double>(found[0]) - inputs[i * 2],
                                    static_cast<double>(found[1]) - inputs[i * 2 + 1]};
      EXPECT_LE(options.norms[k].of_vector(change), result->distance(i, k)) << i << k;
    }
  }
}

TEST(Attacker, WhereNoAttackIsTheInputItselfIsKept) {
  const Classifier classifier = make_classifier(corner_model());
  AttackOptions options;
  options.threat = *ThreatModel::domain(2, -1, 1);
  const auto result = classifier.attack(std::vector<float>{0.5F, -0.25F}, 1, options);
  ASSERT_TRUE(result.ok());
  for (std::size_t k = 0; k < 3; ++k) {
    EXPECT_EQ(result->distance(0, k), kInfinity);
    EXPECT_EQ(result->inputs[2 * k], 0.5F);
    EXPECT_EQ(result->inputs[2 * k + 1], -0.25F);
    EXPECT_EQ(result->attack_logits[k], result->logits[0]);
  }
}

TEST(Attacker, WhatOneNormFoundIsACandidateForAll) {
  // inputs outside of their bounds must jump back first, which the searches for l2 and linf often miss
  std::size_t outside = 0;
  for (std::uint64_t seed = 0; seed < 60; ++seed) {
    Random random(seed);
    const auto made = support::random_model(random, support::random_family(random), support::MapFamily::kSeparable);
    const Classifier classifier = make_classifier(made.model);
    AttackOptions options;
    options.restarts = 0;
    options.threat = *ThreatModel::domain(made.model.dim(), 2, 8);
    const auto found = classifier.attack(support::random_input(random, made), 1, options);
    ASSERT_TRUE(found.ok());
    const auto finite = std::ranges::count_if(found->distances, [](double d) { return d < kInfinity; });
    EXPECT_TRUE(finite == 0 || finite == 3) << "seed " << seed;
    outside += found->logits[0] > 0 && finite == 3 ? 1 : 0;
  }
  EXPECT_GT(outside, 5U);
}

TEST(Attacker, InputsThatAreWrongAreRefused) {
  const Classifier classifier = make_classifier(corner_model());
  EXPECT_EQ(classifier.attack(std::vector<float>{0}, 1, {}).error().code, ErrorCode::kBadShape);
  EXPECT_EQ(classifier.attack(std::vector<float>{0, NAN}, 1, {}).error().code, ErrorCode::kBadValue);
  EXPECT_EQ(classifier.attack(std::vector<float>{0, INFINITY}, 1, {}).error().code, ErrorCode::kBadValue);
  const auto none = classifier.attack({}, 0, {});
  ASSERT_TRUE(none.ok());
  EXPECT_EQ(none->count(), 0U);
}

TEST(Attacker, SeedsGiveTheSameAttacksOnAnyNumberOfThreads) {
  const Classifier classifier = make_classifier(support::one_unit_model({3, -4, 1}, 2, 2, -1));
  std::vector<float> inputs;
  Random random(8);
  for (int i = 0; i < 60; ++i) inputs.push_back(static_cast<float>(random.normal()));
  AttackOptions options;
  options.threads = 1;
  std::size_t last = 0;
  options.progress = [&](std::size_t done) { last = std::max(last, done); };
  const auto one = classifier.attack(inputs, 20, options);
  options.threads = 4;
  const auto many = classifier.attack(inputs, 20, options);
  ASSERT_TRUE(one.ok() && many.ok());
  EXPECT_EQ(one->distances, many->distances);
  EXPECT_EQ(one->inputs, many->inputs);
  EXPECT_EQ(last, 20U);
}

TEST(Attacker, CertificatesComeWithTheAttackBesideThem) {
  const Classifier classifier = make_classifier(corner_model());
  for (const Guarantee guarantee : {Guarantee::kReal, Guarantee::kDeployed}) {
    CertifyOptions options;
    options.method = Method::kExact;
    options.guarantee = guarantee;
    options.gap = 1e-3;
    options.attack = true;
    const auto result = classifier.certify(std::vector<float>{0, 0, 2, 4}, 2, options);
    ASSERT_TRUE(result.ok()) << result.error().message;
    const std::vector<double> truth = {3.5, 2.5, 2};
    for (std::size_t k = 0; k < 3; ++k) {
      EXPECT_LE(result->radius(0, k), truth[k]);
      EXPECT_GE(result->attack(0, k), truth[k]);
      EXPECT_GE(result->radius(0, k), result->attack(0, k) * (1 - 2 * kOvershoot)) << guarantee_name(guarantee);
      EXPECT_EQ(result->attack(1, k), 0) << "the other verdict needs none";
    }
    options.attack = false;
    EXPECT_TRUE(classifier.certify(std::vector<float>{0, 0}, 1, options)->attacks.empty());
  }
}

TEST(Attacker, NormZeroCountsFeatures) {
  const Classifier classifier = make_classifier(support::affine_model({-1, -5, -2, -4, -1}, 8));
  CertifyOptions options;
  options.norms = {Norm::l0()};
  options.threat = *ThreatModel::domain(5, 0, 1);
  options.attack = true;
  const auto result = classifier.certify(std::vector<float>(5, 0.0F), 1, options);
  ASSERT_TRUE(result.ok());
  EXPECT_EQ(result->radius(0, 0), 1) << "any one feature may change";
  EXPECT_EQ(result->attack(0, 0), 2) << "two flip it";
}

}  // namespace
}  // namespace standfast::classifier
