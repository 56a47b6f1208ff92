// A model that no addition can turn off: radii, attacks, random additions, and what one wrong sign costs.
#include <algorithm>
#include <cmath>
#include <vector>

#include <gtest/gtest.h>

#include "base/random.hpp"
#include "model/graph_builder.hpp"
#include "standfast/classifier.hpp"
#include "support/cases.hpp"
#include "support/small_models.hpp"

namespace standfast::classifier {
namespace {

constexpr std::int64_t kFeatures = 12;

/// relu(A x + b), two layers, and a skip: no weight on the input is below 0, and they span twelve decades, so that sums
/// round. The threshold makes alarms of about half of normal inputs.
model::Model add_only_model() {
  Random random(11);
  const auto weights = [&](std::int64_t rows, std::int64_t columns) {
    model::Tensor tensor{{rows, columns}, {}};
    for (std::int64_t i = 0; i < rows * columns; ++i)
      tensor.values.push_back(static_cast<float>(std::pow(10, random.uniform(-10, 2))));
    return tensor;
  };
  model::Model model;
  model.input_shape = {kFeatures};
  model.feature_map = model::standardise_map(std::vector<float>(kFeatures, 0.3F), std::vector<float>(kFeatures, 0.7F));
  model::GraphBuilder graph({kFeatures});
  const auto first = graph.relu("z1", graph.linear("first", model::kGraphInput, weights(8, kFeatures)));
  const auto second = graph.relu("z2", graph.linear("second", first, weights(4, 8)));
  graph.add("score", {graph.linear("top", second, weights(1, 4)),
                      graph.linear("skip", model::kGraphInput, weights(1, kFeatures))});
  model.graph = std::move(graph).take();
  model.sensitive_class = "spam";
  model.other_class = "mail";
  return model;
}

std::vector<float> normal_inputs(std::size_t count, Random& random) {
  std::vector<float> inputs(count * kFeatures);
  for (float& value : inputs) value = static_cast<float>(3 * random.normal());
  return inputs;
}

ThreatModel additions() {
  ThreatModel threat;
  threat.max_decrease.assign(kFeatures, 0);
  return threat;
}

TEST(AddOnly, EveryAlarmHasAnInfiniteRadiusUnderAdditions) {
  const Classifier classifier = support::make_classifier(add_only_model());
  EXPECT_TRUE(std::ranges::all_of(classifier.summary().trends, [](Trend t) { return t == Trend::kNeverFalls; }));
  Random random(3);
  const std::vector<float> inputs = normal_inputs(300, random);
  for (const Method method : {Method::kSeparable, Method::kRefined, Method::kExact}) {
    for (const Precision precision : {Precision::kFloat64, Precision::kFloat32}) {
      CertifyOptions options;
      options.norms = {Norm::l0(), Norm::l1(), Norm::l2(), Norm::linf()};
      options.method = method;
      options.precision = precision;
      options.threat = additions();
      const auto found = classifier.certify(inputs, 300, options);
      ASSERT_TRUE(found.ok()) << found.error().message;
      std::size_t alarms = 0;
      for (std::size_t i = 0; i < 300; ++i) {
        if (!found->sensitive(i)) continue;
        ++alarms;
        for (std::size_t norm = 0; norm < 4; ++norm) EXPECT_EQ(found->radius(i, norm), kInfinity) << i;
      }
      EXPECT_GT(alarms, 50U);
    }
  }
}

TEST(AddOnly, RadiiUnderAllChangesStayFinite) {
  const Classifier classifier = support::make_classifier(add_only_model());
  Random random(3);
  const std::vector<float> inputs = normal_inputs(50, random);
  const auto found = classifier.certify(inputs, 50, {});
  ASSERT_TRUE(found.ok());
  for (std::size_t i = 0; i < 50; ++i) {
    for (std::size_t norm = 0; norm < 3; ++norm) EXPECT_LT(found->radius(i, norm), kInfinity);
  }
}

TEST(AddOnly, NoRandomAdditionOfAnySizeTurnsAnAlarmOff) {
  const Classifier classifier = support::make_classifier(add_only_model());
  Random random(5);
  std::size_t alarms = 0;
  for (int round = 0; round < 25; ++round) {
    const std::vector<float> inputs = normal_inputs(1000, random);
    std::vector<float> added = inputs;
    for (float& value : added) {
      // from a rounding to almost the largest float, and some features rest
      if (random.uniform() < 0.5) value += static_cast<float>(std::pow(10, random.uniform(-8, 30)));
    }
    const auto before = *classifier.logits(inputs, 1000), after = *classifier.logits(added, 1000);
    for (std::size_t i = 0; i < before.size(); ++i) {
      if (!(before[i] > 0)) continue;
      ++alarms;
      EXPECT_GT(after[i], 0) << "round " << round << ", input " << i;
      EXPECT_GE(after[i], before[i]);
    }
  }
  EXPECT_GE(alarms, 10'000U);
}

TEST(AddOnly, OneWrongSignMakesThatFeaturesRadiiFiniteAgain) {
  model::Model model = add_only_model();
  model.graph.nodes.front().weight.values[3] = -50;
  const Classifier classifier = support::make_classifier(std::move(model));
  for (std::size_t i = 0; i < kFeatures; ++i)
    EXPECT_EQ(classifier.summary().trends[i], i == 3 ? Trend::kAny : Trend::kNeverFalls);
  Random random(3);
  const std::vector<float> inputs = normal_inputs(300, random);
  CertifyOptions options;
  options.norms = {Norm::l1()};
  options.threat = additions();
  const auto found = classifier.certify(inputs, 300, options);
  ASSERT_TRUE(found.ok());
  std::size_t finite = 0;
  for (std::size_t i = 0; i < 300; ++i) finite += found->sensitive(i) && std::isfinite(found->radius(i, 0)) ? 1 : 0;
  EXPECT_GT(finite, 0U);
}

TEST(AddOnly, VerdictsOfTheOtherClassAreNotHelpedByIt) {
  // additions raise a score, so that they endanger `other` verdicts
  model::Model model = support::affine_model({1, 2}, -1);
  const Classifier classifier = support::make_classifier(std::move(model));
  CertifyOptions options;
  options.norms = {Norm::l1()};
  options.both_classes = true;
  options.threat.max_decrease = {0, 0};
  const std::vector<float> inputs = {0, 0, 0.5F, 1};
  const auto found = classifier.certify(inputs, 2, options);
  ASSERT_TRUE(found.ok()) << found.error().message;
  ASSERT_FALSE(found->sensitive(0));
  ASSERT_TRUE(found->sensitive(1));
  EXPECT_NEAR(found->radius(0, 0), 0.5, 1e-9);
  EXPECT_EQ(found->radius(1, 0), kInfinity);
}

TEST(AddOnly, TheCoreConfirmsAnInfiniteRadiusAlone) {
  const Classifier classifier = support::make_classifier(add_only_model());
  Random random(3);
  const std::vector<float> inputs = normal_inputs(40, random);
  CertifyOptions options;
  options.keep_proofs = true;
  options.threat = additions();
  const auto found = classifier.certify(inputs, 40, options);
  ASSERT_TRUE(found.ok());
  for (std::size_t i = 0; i < 40; ++i) {
    if (!found->sensitive(i)) continue;
    for (std::size_t norm = 0; norm < 3; ++norm) {
      const Certificate certificate{found->norms[norm], found->radius(i, norm), found->proofs[i * 3 + norm]};
      const auto x = std::span(inputs).subspan(i * kFeatures, kFeatures);
      const auto confirmed = classifier.confirm(x, certificate, additions());
      ASSERT_TRUE(confirmed.ok()) << confirmed.error().message;
      EXPECT_EQ(*confirmed, kInfinity);
      ThreatModel more = additions();
      more.max_decrease.clear();
      EXPECT_LT(*classifier.confirm(x, certificate, more), kInfinity);
    }
  }
}

}  // namespace
}  // namespace standfast::classifier
