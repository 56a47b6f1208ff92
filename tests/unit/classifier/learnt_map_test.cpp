// Maps with a linear step through the public face of the library: their radii, and attacks that meet them.
#include <cmath>
#include <vector>

#include <gtest/gtest.h>

#include "support/cases.hpp"
#include "support/random_model.hpp"
#include "support/small_models.hpp"

namespace standfast::classifier {
namespace {

using support::make_classifier;

/// f(x) = 1 + 4 v - 2 |v| with v = 4 x_1 - 3 x_0: from (1, 1), where v = 1 and f = 3, the other verdict begins at v =
/// -1/6.
model::Model bent_model() {
  model::Model model = support::affine_model({4, -2}, 1);
  model.input_shape = {2};
  model::MapStep step;
  step.kind = model::MapKind::kLinear;
  step.values = {{1, 2}, {-3, 4}};
  model.feature_map = model::with_abs({step});
  return model;
}

CertifyOptions three_norms(Method method, Guarantee guarantee = Guarantee::kReal) {
  CertifyOptions options;
  options.method = method;
  options.guarantee = guarantee;
  options.norms = {Norm::l1(), Norm::l2(), Norm::linf()};
  return options;
}

const std::vector<double> kExact = {7.0 / 6 / 4, 7.0 / 6 / 5, 7.0 / 6 / 7};

TEST(LearntMap, OneBentUnitIsCertifiedExactly) {
  const Classifier classifier = make_classifier(bent_model());
  for (const Guarantee guarantee : {Guarantee::kReal, Guarantee::kDeployed, Guarantee::kNone}) {
    const auto found = classifier.certify(std::vector<float>{1, 1}, 1, three_norms(Method::kSeparable, guarantee));
    ASSERT_TRUE(found.ok()) << found.error().message;
    for (std::size_t k = 0; k < 3; ++k) {
      EXPECT_LE(found->radii[k], kExact[k] * (1 + 1e-12));
      // norm 1 charges the chord's loss feature by feature
      EXPECT_GE(found->radii[k], kExact[k] * (k == 0 ? 0.9 : 0.99));
    }
  }
}

TEST(LearntMap, AnAttackMeetsTheRadius) {
  const Classifier classifier = make_classifier(bent_model());
  AttackOptions options;
  options.norms = {Norm::l1(), Norm::l2(), Norm::linf()};
  const auto found = classifier.attack(std::vector<float>{1, 1}, 1, options);
  ASSERT_TRUE(found.ok()) << found.error().message;
  for (std::size_t k = 0; k < 3; ++k) {
    EXPECT_GE(found->distances[k], kExact[k] * (1 - 1e-6));
    EXPECT_LE(found->distances[k], kExact[k] * 1.002);
  }
}

TEST(LearntMap, TheDomainCutsTheWorstCase) {
  const Classifier classifier = make_classifier(bent_model());
  CertifyOptions options = three_norms(Method::kSeparable);
  options.threat = ThreatModel::domain(2, 0.99, 1.01).value();
  const auto found = classifier.certify(std::vector<float>{1, 1}, 1, options);
  ASSERT_TRUE(found.ok()) << found.error().message;
  // v changes by 0.07 at most: only what the line misses is left
  for (std::size_t k = 0; k < 3; ++k) EXPECT_GT(found->radii[k], 1.5 * kExact[k]);
}

TEST(LearntMap, AMapWithoutAbsIsSeenAsTheLinearStepItIs) {
  model::Model model = bent_model();
  model.feature_map.pop_back();
  model.graph = support::affine_model({4}, 1).graph;  // f(x) = 1 + 4 v
  const Classifier classifier = make_classifier(model);
  const auto found = classifier.certify(std::vector<float>{1, 1}, 1, three_norms(Method::kSeparable));
  ASSERT_TRUE(found.ok()) << found.error().message;
  EXPECT_NEAR(found->radii[0], 5.0 / 16, 1e-9);
  EXPECT_NEAR(found->radii[1], 5.0 / 20, 1e-9);
  EXPECT_NEAR(found->radii[2], 5.0 / 28, 1e-9);
}

TEST(LearntMap, BothClassesOfAMaximumOfAffinePieces) {
  model::Model model = support::corner_model();
  model::MapStep swap;
  swap.kind = model::MapKind::kLinear;
  swap.values = {{2, 2}, {0, 2, 1, 0}};
  model.feature_map = {swap};  // max(1.5 - 2 b, 2 - a)
  const Classifier classifier = make_classifier(model);
  CertifyOptions options = three_norms(Method::kSeparable);
  options.both_classes = true;
  const auto found = classifier.certify(std::vector<float>{4, 2}, 1, options);
  ASSERT_TRUE(found.ok()) << found.error().message;
  ASSERT_LT(found->logits[0], 0);
  // 2.5 over a slope of 2, and 2 over one of 1
  for (std::size_t k = 0; k < 3; ++k) EXPECT_NEAR(found->radii[k], 1.25, 1e-9);
}

TEST(LearntMap, TilesGiveEachInputItsOwnRadius) {
  Random random(3);
  const auto made = support::random_model(random, support::Family::kConv, support::MapFamily::kMixing);
  const Classifier classifier = make_classifier(made.model);
  std::vector<float> inputs;
  constexpr std::size_t kCount = 20;
  for (std::size_t k = 0; k < kCount; ++k) {
    const auto x = support::random_input(random, made);
    inputs.insert(inputs.end(), x.begin(), x.end());
  }
  const CertifyOptions options = three_norms(Method::kSeparable);
  const auto together = classifier.certify(inputs, kCount, options);
  ASSERT_TRUE(together.ok()) << together.error().message;
  for (std::size_t k = 0; k < kCount; ++k) {
    const auto alone =
        classifier.certify(std::span(inputs).subspan(k * classifier.dim(), classifier.dim()), 1, options);
    for (std::size_t n = 0; n < 3; ++n) EXPECT_EQ(alone->radii[n], together->radii[k * 3 + n]);
  }
}

TEST(LearntMap, ProofsAreRefused) {
  CertifyOptions options = three_norms(Method::kSeparable);
  options.keep_proofs = true;
  const Classifier classifier = make_classifier(bent_model());
  const auto found = classifier.certify(std::vector<float>{1, 1}, 1, options);
  ASSERT_FALSE(found.ok());
  EXPECT_EQ(found.error().code, ErrorCode::kUnsupported);
  Certificate certificate;
  certificate.norm = Norm::l2();
  certificate.radius = 1;
  certificate.proof.cuts.resize(1);
  const auto confirmed = classifier.confirm(std::vector<float>{1, 1}, certificate, {});
  ASSERT_FALSE(confirmed.ok());
  EXPECT_EQ(confirmed.error().code, ErrorCode::kUnsupported);
}

}  // namespace
}  // namespace standfast::classifier
