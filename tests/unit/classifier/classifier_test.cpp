#include "standfast/classifier.hpp"

#include <algorithm>
#include <atomic>
#include <cmath>
#include <limits>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include "support/cases.hpp"

namespace standfast::classifier {
namespace {

/// f(x) = relu(x_0 - 1) + 2 x_1 - 1 over (x_0, x_1).
model::Model small_model() {
  model::Model model;
  model.input_shape = {2};
  model.sensitive_class = "spam";
  model.other_class = "mail";
  model.threshold = 1;
  model.graph.input_shape = {2};
  const auto linear = [](std::string name, std::int32_t input, model::Shape shape, std::vector<float> weight,
                         std::vector<float> bias) {
    model::Node node;
    node.kind = model::NodeKind::kLinear;
    node.name = std::move(name);
    node.inputs = {input};
    node.weight = {std::move(shape), std::move(weight)};
    if (!bias.empty()) node.bias = {{static_cast<std::int64_t>(bias.size())}, bias};
    return node;
  };
  model::Node relu, add;
  relu.kind = model::NodeKind::kRelu;
  relu.name = "relu";
  relu.inputs = {0};
  add.kind = model::NodeKind::kAdd;
  add.name = "score";
  add.inputs = {2, 3};
  model.graph.nodes = {linear("hidden", model::kGraphInput, {1, 2}, {1, 0}, {-1}), relu,
                       linear("out", 1, {1, 1}, {1}, {}), linear("skip", model::kGraphInput, {1, 2}, {0, 2}, {}), add};
  return model;
}

TEST(Classifier, ScoresAndCertifiesWhatCanBeDoneByHand) {
  const Classifier classifier = support::make_classifier(small_model());
  const std::vector<float> inputs = {3, 1, 0, 1, 0, 0};  // f = 3, 1, -1
  CertifyOptions options;
  const auto result = classifier.certify(inputs, 3, options);
  ASSERT_TRUE(result.ok()) << result.error().message;
  EXPECT_EQ(result->logits, (std::vector<float>{3, 1, -1}));
  EXPECT_NEAR(result->radius(0, 0), 3.0 / 2, 1e-12);
  EXPECT_NEAR(result->radius(0, 1), 3 / std::sqrt(5.0), 1e-12);
  EXPECT_NEAR(result->radius(0, 2), 3.0 / 3, 1e-12);
  EXPECT_NEAR(result->radius(1, 1), 1.0 / 2, 1e-12);
  EXPECT_FALSE(result->sensitive(2));
  for (std::size_t norm = 0; norm < 3; ++norm) EXPECT_EQ(result->radius(2, norm), 0);
}

TEST(Classifier, InputsThatAreNotFiniteAreNamed) {
  const Classifier classifier = support::make_classifier(small_model());
  for (const float bad : {std::numeric_limits<float>::quiet_NaN(), std::numeric_limits<float>::infinity()}) {
    const auto result = classifier.certify(std::vector<float>{0, 1, 0, bad}, 2, {});
    ASSERT_FALSE(result.ok());
    EXPECT_EQ(result.error().code, ErrorCode::kBadValue);
    EXPECT_NE(result.error().message.find("input 1, feature 1"), std::string::npos) << result.error().message;
  }
}

/// 1 - 3e38 a - 3e38 b, behind a ReLU, whose deeper copies overflow float64 as well.
model::Model overflowing_model(int layers) {
  model::Model model = support::affine_model({3e38F, 3e38F}, 1);
  for (int k = 1; k < layers; ++k) {
    model::Node next = model.graph.nodes[0];
    next.name = "layer" + std::to_string(k);
    next.inputs = {k - 1};
    next.weight = {{1, 1}, {3e38F}};
    model.graph.nodes.push_back(next);
  }
  return model;
}

TEST(Classifier, AnOverflowOfFloat32IsJudgedInFloat64) {
  const Classifier classifier = support::make_classifier(overflowing_model(1));
  const std::vector<float> inputs = {2, 2, 0, 0, -2, -2, 3e38F, -3e38F};
  const auto logits = classifier.logits(inputs, 4);
  ASSERT_TRUE(logits.ok());
  EXPECT_EQ(*logits,
            (std::vector<float>{std::numeric_limits<float>::max(), 1, std::numeric_limits<float>::lowest(), 0}));
  for (const Guarantee guarantee : {Guarantee::kNone, Guarantee::kReal, Guarantee::kDeployed}) {
    CertifyOptions options;
    options.guarantee = guarantee;
    options.attack = true;
    const auto result = classifier.certify(inputs, 4, options);
    ASSERT_TRUE(result.ok());
    EXPECT_EQ(result->logits, *logits);
    EXPECT_TRUE(result->sensitive(0));
    EXPECT_EQ(result->radius(0, 1), 0) << "nothing is certified of an input on which float32 overflows";
    EXPECT_GT(result->radius(1, 1), 0) << "the other inputs are answered";
    EXPECT_FALSE(result->sensitive(2)) << "float64 proves it";
    EXPECT_TRUE(result->judged(2));
  }
  const auto attacks = classifier.attack(inputs, 4, {});
  ASSERT_TRUE(attacks.ok());
  EXPECT_EQ(attacks->logits, *logits);
  EXPECT_LT(attacks->distance(1, 1), kInfinity);
}

TEST(Classifier, AnOverflowOfFloat64IsNoVerdictButAnAlarmOfTheDeployedGuarantee) {
  const Classifier classifier = support::make_classifier(overflowing_model(9));
  const std::vector<float> inputs = {-2, -2, 0, 0, 2, 2};
  for (const Guarantee guarantee : {Guarantee::kNone, Guarantee::kReal, Guarantee::kDeployed}) {
    CertifyOptions options;
    options.guarantee = guarantee;
    options.attack = true;
    const auto result = classifier.certify(inputs, 3, options);
    ASSERT_TRUE(result.ok());
    for (const std::size_t i : {0U, 2U}) {
      const bool deployed = guarantee == Guarantee::kDeployed;
      EXPECT_TRUE(std::isnan(result->logits[i]));
      EXPECT_EQ(result->judged(i), deployed);
      EXPECT_EQ(result->sensitive(i), deployed);
      for (std::size_t norm = 0; norm < 3; ++norm) EXPECT_EQ(result->radius(i, norm), 0);
    }
  }
}

TEST(Classifier, WrongLengthsAreRefused) {
  const Classifier classifier = support::make_classifier(small_model());
  EXPECT_EQ(classifier.certify(std::vector<float>{0, 1, 2}, 2, {}).error().code, ErrorCode::kBadShape);
  EXPECT_EQ(classifier.logits(std::vector<float>{0}, 1).error().code, ErrorCode::kBadShape);
  CertifyOptions options;
  options.threat.cost = {1, 2, 3};
  EXPECT_EQ(classifier.certify(std::vector<float>{0, 1}, 1, options).error().code, ErrorCode::kBadShape);
}

TEST(Classifier, NormsThatAMethodDoesNotKnowAreRefused) {
  const Classifier classifier = support::make_classifier(small_model());
  CertifyOptions options;
  options.norms = {Norm::of(1.5).value()};
  EXPECT_EQ(classifier.certify(std::vector<float>{0, 1}, 1, options).error().code, ErrorCode::kBadOption);
  options.method = Method::kClosedForm;
  EXPECT_TRUE(classifier.certify(std::vector<float>{0, 1}, 1, options).ok());
  options.norms = {Norm::l0()};
  EXPECT_EQ(classifier.certify(std::vector<float>{0, 1}, 1, options).error().code, ErrorCode::kBadOption);
  options.norms = {};
  EXPECT_EQ(classifier.certify(std::vector<float>{0, 1}, 1, options).error().code, ErrorCode::kBadOption);
}

TEST(Classifier, NoInputsGiveNoCertificates) {
  const Classifier classifier = support::make_classifier(small_model());
  const auto result = classifier.certify({}, 0, {});
  ASSERT_TRUE(result.ok());
  EXPECT_EQ(result->count(), 0U);
}

TEST(Classifier, TheWeakestDirectionCostsTheRadiusAndPointsDownhill) {
  const Classifier classifier = support::make_classifier(small_model());
  ThreatModel threat;
  threat.max_decrease = {kInfinity, 0.5};  // the second feature can lose 1 only, the first must pay the other 2
  const std::vector<float> x = {3, 1};
  const auto weakest = classifier.weakest_direction(x, Norm::l1(), threat);
  ASSERT_TRUE(weakest.ok()) << weakest.error().message;
  EXPECT_NEAR(weakest->radius, 2.5, 1e-9);
  EXPECT_NEAR(weakest->change[0], -2, 1e-9);
  EXPECT_NEAR(weakest->change[1], -0.5, 1e-9);
}

TEST(Classifier, ProgressReachesTheNumberOfInputs) {
  const Classifier classifier = support::make_classifier(small_model());
  const std::vector<float> inputs(2 * 100, 1.0F);
  CertifyOptions options;
  options.threads = 2;
  std::size_t last = 0;
  options.progress = [&](std::size_t done) { last = std::max(last, done); };
  ASSERT_TRUE(classifier.certify(inputs, 100, options).ok());
  EXPECT_EQ(last, 100U);
}

TEST(Classifier, SummaryNamesWhatTheModelHolds) {
  const Classifier classifier = support::make_classifier(small_model());
  const ModelSummary& summary = classifier.summary();
  EXPECT_EQ(summary.layers.size(), 5U);
  EXPECT_EQ(summary.parameters, 6U);
  EXPECT_EQ(summary.layers[4].inputs, (std::vector<std::string>{"out", "skip"}));
  EXPECT_EQ(summary.lipschitz.at("l2"), 1);
  EXPECT_EQ(summary.sensitive_class, "spam");
}

TEST(Classifier, SummaryBoundsTheErrorOfALogit) {
  model::Model model = small_model();
  const ModelSummary open = support::make_classifier(model).summary();
  EXPECT_EQ(open.logit_error, kInfinity);
  EXPECT_GE(open.logit_error_at_0, 0x1p-24);  // the threshold alone
  EXPECT_LE(open.logit_error_at_0, 9 * 0x1p-24);
  EXPECT_FALSE(open.certifies_both);
  model.domain = model::Domain{{-1}, {1, 2}};
  const ModelSummary bounded = support::make_classifier(model).summary();
  EXPECT_GT(bounded.logit_error, open.logit_error_at_0);
  EXPECT_LE(bounded.logit_error, 40 * 0x1p-24);
  model.graph.nodes = {model.graph.nodes[3]};
  EXPECT_TRUE(support::make_classifier(model).summary().certifies_both);
}

TEST(Classifier, AMissingFileIsAnError) {
  const auto missing = Classifier::load("no/such/model.safetensors");
  ASSERT_FALSE(missing.ok());
  EXPECT_EQ(missing.error().code, ErrorCode::kIo);
}

TEST(Certify, AStopLeavesTheFirstInputsAsIfOnlyTheyHadBeenAskedFor) {
  const Classifier classifier = support::make_classifier(small_model());
  std::vector<float> inputs;
  for (int i = 0; i < 400; ++i) inputs.insert(inputs.end(), {1.0F + static_cast<float>(i % 7), 2.0F});
  for (const std::size_t threads : {1, 3}) {
    CertifyOptions options;
    options.attack = options.keep_proofs = true;
    options.threads = threads;
    std::atomic<int> asked = 0;
    options.stop_requested = [&asked] { return ++asked > 40; };
    const auto part = classifier.certify(inputs, 400, options);
    ASSERT_TRUE(part.ok()) << part.error().message;
    ASSERT_GT(part->count(), 20U);
    ASSERT_LT(part->count(), 400U);
    options.stop_requested = {};
    const auto whole = classifier.certify(std::span(inputs).first(2 * part->count()), part->count(), options);
    ASSERT_TRUE(whole.ok());
    EXPECT_EQ(part->logits, whole->logits);
    EXPECT_EQ(part->radii, whole->radii);
    EXPECT_EQ(part->attacks, whole->attacks);
    EXPECT_EQ(part->proofs.size(), whole->proofs.size());
  }
}

TEST(Certify, AStopBeforeTheFirstInputLeavesNone) {
  const Classifier classifier = support::make_classifier(small_model());
  CertifyOptions options;
  options.stop_requested = [] { return true; };
  const auto none = classifier.certify(std::vector<float>{1, 2}, 1, options);
  ASSERT_TRUE(none.ok()) << none.error().message;
  EXPECT_EQ(none->count(), 0U);
  EXPECT_TRUE(none->radii.empty());
}

}  // namespace
}  // namespace standfast::classifier
