// Methods, proofs and both classes, through the public face of the library.
#include <cmath>
#include <limits>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "standfast/classifier.hpp"
#include "support/cases.hpp"
#include "support/random_threat.hpp"
#include "support/small_models.hpp"

namespace standfast::classifier {
namespace {

using support::corner_model;
using support::make_classifier;

const std::vector<float> kOrigin = {0, 0};
const std::vector<Norm> kNorms = {Norm::l1(), Norm::l2(), Norm::linf()};
const std::vector<double> kTrueRadii = {3.5, 2.5, 2};

CertifyOptions options_of(Method method, Guarantee guarantee = Guarantee::kReal) {
  CertifyOptions options;
  options.method = method;
  options.guarantee = guarantee;
  return options;
}

Certificates certify(const Classifier& classifier, const std::vector<float>& x, const CertifyOptions& options) {
  auto result = classifier.certify(x, 1, options);
  EXPECT_TRUE(result.ok()) << result.error().message;
  return result.ok() ? *std::move(result) : Certificates{};
}

Error refusal(const model::Model& model, const CertifyOptions& options) {
  const auto result = make_classifier(model).certify(kOrigin, 1, options);
  EXPECT_FALSE(result.ok());
  return result.ok() ? Error{} : result.error();
}

TEST(Methods, SearchesReachTheCornerAndSinglePlanesDoNot) {
  const Classifier classifier = make_classifier(corner_model());
  for (const Guarantee guarantee : {Guarantee::kNone, Guarantee::kReal, Guarantee::kDeployed}) {
    const auto separable = certify(classifier, kOrigin, options_of(Method::kSeparable, guarantee));
    const auto refined = certify(classifier, kOrigin, options_of(Method::kRefined, guarantee));
    auto narrow = options_of(Method::kExact, guarantee);
    narrow.gap = 1e-3;
    const auto exact = certify(classifier, kOrigin, narrow);
    for (std::size_t k = 0; k < 3; ++k) {
      EXPECT_NEAR(separable.radius(0, k), 2, 1e-9) << k;
      for (const double radius : {refined.radius(0, k), exact.radius(0, k)}) {
        EXPECT_LE(radius, kTrueRadii[k] * (guarantee == Guarantee::kNone ? 1 + 1e-12 : 1)) << k;
        EXPECT_GE(radius, kTrueRadii[k] * 0.999) << kNorms[k].name() << guarantee_name(guarantee);
      }
    }
  }
}

TEST(Methods, OnePassIsTheSeparableMethod) {
  const Classifier classifier = make_classifier(corner_model());
  for (const Method method : {Method::kRefined, Method::kExact}) {
    auto options = options_of(method);
    options.passes = 1;
    EXPECT_EQ(certify(classifier, kOrigin, options).radii,
              certify(classifier, kOrigin, options_of(Method::kSeparable)).radii);
  }
}

TEST(Methods, NormZeroIsCountedByEverySearch) {
  const Classifier classifier = make_classifier(support::affine_model({-1, -5, -2, -4, -1}, 8));
  for (const Method method : {Method::kSeparable, Method::kRefined, Method::kExact}) {
    auto options = options_of(method);
    options.norms = {Norm::l0()};
    options.threat = *ThreatModel::domain(5, 0, 1);
    EXPECT_EQ(certify(classifier, {0, 0, 0, 0, 0}, options).radius(0, 0), 1) << method_name(method);
  }
}

TEST(Methods, PlanesThatContradictEachOtherProveInfinityInEveryNorm) {
  // max(1 - a, 1 + a) is at least 1, though either plane alone flips inside the domain
  model::Model model = corner_model();
  model.graph.nodes[0].weight.values = {-1, 0, 1, 0};
  model.graph.nodes[0].bias.values = {1, 1};
  const Classifier classifier = make_classifier(model);
  auto options = options_of(Method::kRefined);
  options.threat = *ThreatModel::domain(2, -3, 3);
  const auto result = certify(classifier, kOrigin, options);
  for (std::size_t k = 0; k < 3; ++k) EXPECT_EQ(result.radius(0, k), kInfinity) << kNorms[k].name();
}

TEST(Options, PassesAndGapsOutOfRangeAreRefused) {
  auto options = options_of(Method::kExact);
  options.passes = 1001;
  EXPECT_EQ(refusal(corner_model(), options).message, "passes: found 1001, expected 1 to 1000");
  options.passes = std::numeric_limits<std::size_t>::max();
  EXPECT_EQ(refusal(corner_model(), options).code, ErrorCode::kBadOption);
  options.passes = 0;
  for (const double gap : {0.0, 1.0, -0.1, kInfinity, std::nan("")}) {
    options.gap = gap;
    EXPECT_EQ(refusal(corner_model(), options).code, ErrorCode::kBadOption) << gap;
  }
}

TEST(Options, SearchesNeedAMapThatActsOnEachFeatureAlone) {
  model::Model model = corner_model();
  model::MapStep linear;
  linear.kind = model::MapKind::kLinear;
  linear.values = {{2, 2}, {0, 1, 1, 0}};
  model.feature_map = {linear};
  for (const Method method : {Method::kRefined, Method::kExact}) {
    EXPECT_EQ(refusal(model, options_of(method)).code, ErrorCode::kUnsupported);
  }
}

TEST(Options, ProofsNeedAMethodAndAGuaranteeThatHaveThem) {
  for (const auto& [method, guarantee] :
       {std::pair{Method::kClosedForm, Guarantee::kReal}, {Method::kSeparable, Guarantee::kNone}}) {
    auto options = options_of(method, guarantee);
    options.keep_proofs = true;
    EXPECT_EQ(refusal(corner_model(), options).code, ErrorCode::kBadOption);
  }
}

/// The proof of one norm at the origin of the corner.
Certificate corner_certificate(const Classifier& classifier, std::size_t norm, Method method = Method::kRefined) {
  auto options = options_of(method);
  options.keep_proofs = true;
  const auto result = certify(classifier, kOrigin, options);
  return {kNorms[norm], result.radius(0, norm), result.proofs.at(norm)};
}

TEST(Confirm, WhatWasKeptProvesTheRadiusAgain) {
  for (std::uint64_t seed = 0; seed < 60; ++seed) {
    Random random(seed);
    const auto made =
        support::random_model(random, support::random_family_of_one_head(random), support::MapFamily::kSeparable);
    const Classifier classifier = make_classifier(made.model);
    const std::vector<float> x = support::random_input(random, made);
    auto options = options_of(seed % 3 == 0   ? Method::kSeparable
                              : seed % 3 == 1 ? Method::kRefined
                                              : Method::kExact,
                              seed % 2 == 0 ? Guarantee::kReal : Guarantee::kDeployed);
    options.norms = {Norm::l0(), Norm::l1(), Norm::l2(), Norm::linf()};
    options.threat = support::random_threat(random, made, x);
    options.keep_proofs = true;
    options.passes = 6;
    const auto result = classifier.certify(x, 1, options);
    if (!result.ok()) continue;  // an overflow of float32
    ASSERT_EQ(result->proofs.size(), 4U);
    for (std::size_t k = 0; k < 4; ++k) {
      const double radius = result->radius(0, k);
      EXPECT_EQ(result->proofs[k].empty(), radius == 0) << "seed " << seed;
      const auto confirmed = classifier.confirm(x, {options.norms[k], radius, result->proofs[k]}, options.threat);
      ASSERT_TRUE(confirmed.ok()) << confirmed.error().message;
      EXPECT_GE(*confirmed, radius) << options.norms[k].name() << " seed " << seed;
    }
  }
}

TEST(Confirm, ARadiusThatIsClaimedTooLargeIsNotConfirmed) {
  const Classifier classifier = make_classifier(corner_model());
  for (std::size_t k = 0; k < 3; ++k) {
    Certificate certificate = corner_certificate(classifier, k);
    for (const double claim : {kTrueRadii[k] * (1 + 1e-9), 10.0, kInfinity}) {
      certificate.radius = claim;
      EXPECT_LT(classifier.confirm(kOrigin, certificate, {}).value(), claim) << k;
      EXPECT_LE(classifier.confirm(kOrigin, certificate, {}).value(), kTrueRadii[k]) << k;
    }
    for (const double claim : {-1.0, std::nan("")}) {
      certificate.radius = claim;
      EXPECT_LE(classifier.confirm(kOrigin, certificate, {}).value(), kTrueRadii[k]) << k;
    }
  }
}

TEST(Confirm, NothingThatAProofSaysCanMakeARadiusTooLarge) {
  const Classifier classifier = make_classifier(corner_model());
  const double nan = std::nan("");
  Random random(2);
  for (std::size_t k = 0; k < 3; ++k) {
    const Certificate honest = corner_certificate(classifier, k);
    if (kNorms[k] != Norm::linf()) {
      ASSERT_GE(honest.proof.cuts.size(), 2U);  // one plane is enough for linf
    }
    int judged = 0;
    for (int round = 0; round < 300; ++round) {
      Certificate forged = honest;
      forged.radius *= random.uniform(0.5, 2);
      const auto any = [&] {
        const double wild[] = {nan, kInfinity, -kInfinity, -1, 0, 1e300, 1e-300, random.uniform(0, 5)};
        return wild[random.below(8)];
      };
      if (random.below(2) == 0) forged.proof.multiplier = any();
      if (random.below(2) == 0) forged.proof.reach = any();
      for (auto& cut : forged.proof.cuts) {
        if (random.below(2) == 0) cut.weight = any();
        for (auto& winner : cut.winners) {
          if (random.below(2) == 0) winner = static_cast<std::int32_t>(random.below(7)) - 3;
        }
      }
      const auto confirmed = classifier.confirm(kOrigin, forged, {});
      if (!confirmed.ok()) {
        ASSERT_EQ(confirmed.error().code, ErrorCode::kBadValue) << confirmed.error().message;
        ASSERT_NE(confirmed.error().message.find("expected one in its window"), std::string::npos);
        continue;
      }
      ++judged;
      ASSERT_LE(*confirmed, kTrueRadii[k]) << kNorms[k].name() << " round " << round;
    }
    EXPECT_GT(judged, 30);
  }
}

TEST(Confirm, AnotherInputOrThreatModelIsJudgedOnItsOwn) {
  const Classifier classifier = make_classifier(corner_model());
  const Certificate certificate = corner_certificate(classifier, 1);
  EXPECT_LE(classifier.confirm(std::vector<float>{1, 1}, certificate, {}).value(), std::hypot(0.5, 1));
  EXPECT_EQ(classifier.confirm(std::vector<float>{2, 3}, certificate, {}).value(), 0) << "the other verdict";
  ThreatModel cheap;
  cheap.cost = {0.5, 0.5};
  EXPECT_LE(classifier.confirm(kOrigin, certificate, cheap).value(), 1.25);
}

TEST(Confirm, ProofsOfAnotherModelAndBadInputsAreRefused) {
  const Classifier classifier = make_classifier(corner_model());
  const Classifier other = make_classifier(support::one_unit_model({1, 1}, 1, 1, 0));
  const Certificate certificate = corner_certificate(classifier, 1);
  EXPECT_EQ(other.confirm(kOrigin, certificate, {}).error().code, ErrorCode::kBadShape);
  EXPECT_EQ(classifier.confirm(std::vector<float>{0}, certificate, {}).error().code, ErrorCode::kBadShape);
  EXPECT_EQ(classifier.confirm(std::vector<float>{NAN, 0}, certificate, {}).error().code, ErrorCode::kBadValue);
  ThreatModel negative;
  negative.cost = {-1, 1};
  EXPECT_EQ(classifier.confirm(kOrigin, certificate, negative).error().code, ErrorCode::kBadValue);
  Certificate odd = certificate;
  odd.norm = Norm::of(1.5).value();
  EXPECT_EQ(classifier.confirm(kOrigin, odd, {}).error().code, ErrorCode::kBadOption);
  EXPECT_EQ(classifier.confirm(kOrigin, {Norm::l2(), 1, {}}, {}).value(), 0) << "no cuts prove nothing";
}

TEST(BothClasses, TheOtherVerdictIsAsFarAsItsNearestPlane) {
  // at (2, 4): 0.5 from the first plane, 2 from the second
  const Classifier classifier = make_classifier(corner_model());
  for (const Method method : {Method::kClosedForm, Method::kSeparable, Method::kRefined, Method::kExact}) {
    for (const Guarantee guarantee : {Guarantee::kNone, Guarantee::kReal}) {
      auto options = options_of(method, guarantee);
      options.both_classes = true;
      const auto result = certify(classifier, {2, 4}, options);
      EXPECT_FALSE(result.sensitive(0));
      for (std::size_t k = 0; k < 3; ++k) {
        EXPECT_LE(result.radius(0, k), 0.5) << method_name(method);
        EXPECT_NEAR(result.radius(0, k), 0.5, 1e-9) << method_name(method) << guarantee_name(guarantee);
      }
      options.both_classes = false;
      EXPECT_EQ(certify(classifier, {2, 4}, options).radius(0, 1), 0);
    }
  }
}

TEST(BothClasses, BoundsMayKeepTheOtherVerdictForGood) {
  const Classifier classifier = make_classifier(corner_model());
  auto options = options_of(Method::kSeparable);
  options.both_classes = true;
  options.threat.max_decrease = {0.25, 1};
  for (const double radius : certify(classifier, {2, 4}, options).radii) EXPECT_EQ(radius, kInfinity);
}

TEST(BothClasses, OnThePlaneNothingIsCertified) {
  const Classifier classifier = make_classifier(corner_model());
  auto options = options_of(Method::kSeparable);
  options.both_classes = true;
  for (const double radius : certify(classifier, {1.5F, 4}, options).radii) EXPECT_EQ(radius, 0);
}

TEST(BothClasses, NetworksAndGuaranteesThatCannotAreRefused) {
  auto options = options_of(Method::kSeparable);
  options.both_classes = true;
  EXPECT_EQ(refusal(support::one_unit_model({1, 1}, 1, 1, 0), options).code, ErrorCode::kUnsupported);
  model::Model folded = support::affine_model({1, 1, 1, 1}, 1);
  folded.input_shape = {2};
  folded.feature_map = model::with_abs({});
  EXPECT_EQ(refusal(folded, options).code, ErrorCode::kUnsupported);
  options.guarantee = Guarantee::kDeployed;
  EXPECT_EQ(refusal(corner_model(), options).code, ErrorCode::kBadOption);
}

TEST(Deployed, TheVerdictLeansByTheSlack) {
  // a - 1 at a = 1: the logit is 0, and rounding may have moved it
  const Classifier classifier = make_classifier(support::affine_model({1}, 0, 1));
  const auto at = [&](float x, Guarantee guarantee) {
    return certify(classifier, {x}, options_of(Method::kSeparable, guarantee));
  };
  EXPECT_FALSE(at(1, Guarantee::kReal).sensitive(0));
  EXPECT_TRUE(at(1, Guarantee::kReal).slack.empty());
  const auto deployed = at(1, Guarantee::kDeployed);
  ASSERT_EQ(deployed.slack.size(), 1U);
  EXPECT_GT(deployed.slack[0], 0);
  EXPECT_LT(deployed.slack[0], 1e-6);
  EXPECT_TRUE(deployed.sensitive(0));
  EXPECT_EQ(deployed.radius(0, 0), 0) << "f is 0 there";
  EXPECT_FALSE(at(0.5F, Guarantee::kDeployed).sensitive(0));
  // the radius itself is that of f: none is lost
  EXPECT_EQ(at(3, Guarantee::kDeployed).radii, at(3, Guarantee::kReal).radii);
}

TEST(Threads, SearchesGiveTheSameBitsOnOneAndOnMany) {
  const Classifier classifier = make_classifier(support::one_unit_model({3, -4}, 2, 2, -1));
  std::vector<float> inputs;
  Random random(6);
  for (int i = 0; i < 40; ++i) inputs.push_back(static_cast<float>(random.normal()));
  auto options = options_of(Method::kExact);
  options.attack = options.keep_proofs = true;
  options.threads = 1;
  const auto one = classifier.certify(inputs, 20, options);
  options.threads = 4;
  const auto many = classifier.certify(inputs, 20, options);
  ASSERT_TRUE(one.ok() && many.ok());
  EXPECT_EQ(one->radii, many->radii);
  EXPECT_EQ(one->attacks, many->attacks);
  for (std::size_t i = 0; i < one->proofs.size(); ++i) {
    EXPECT_EQ(one->proofs[i].multiplier, many->proofs[i].multiplier);
    EXPECT_EQ(one->proofs[i].cuts.size(), many->proofs[i].cuts.size());
  }
}

}  // namespace
}  // namespace standfast::classifier
