// Inputs and weights at the edge of what numbers can hold.
#include <cmath>
#include <limits>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "support/attacks.hpp"
#include "support/cases.hpp"

namespace standfast::support {
namespace {

const std::vector<Norm> kEveryNorm{Norm::l1(), Norm::l2(), Norm::linf()};

/// f(x) = weight.x + bias - threshold.
Model affine_model(std::vector<float> weight, float bias, float threshold = 0) {
  const auto dim = static_cast<std::int64_t>(weight.size());
  Node node;
  node.name = "score";
  node.inputs = {kGraphInput};
  node.weight = {{1, dim}, std::move(weight)};
  node.bias = {{1}, {bias}};
  Model model;
  model.input_shape = {dim};
  model.graph.input_shape = {dim};
  model.graph.nodes = {node};
  model.threshold = threshold;
  model.sensitive_class = "alarm";
  model.other_class = "quiet";
  return model;
}

/// f(x) = head * relu(weight.x + bias) + last.
Model one_unit_model(std::vector<float> weight, float bias, float head, float last) {
  auto model = affine_model(std::move(weight), bias);
  Node relu;
  relu.kind = NodeKind::kRelu;
  relu.name = "relu";
  relu.inputs = {0};
  Node score;
  score.name = "head";
  score.inputs = {1};
  score.weight = {{1, 1}, {head}};
  score.bias = {{1}, {last}};
  model.graph.nodes.push_back(relu);
  model.graph.nodes.push_back(score);
  return model;
}

Certificates certify(const Model& model, const std::vector<float>& x, CertifyOptions options = {}) {
  options.threads = 1;
  auto certificates = make_classifier(model).certify(x, x.size() / model.dim(), options);
  EXPECT_TRUE(certificates.ok()) << certificates.error().message;
  return certificates.ok() ? *certificates : Certificates{options.norms, {}, {}};
}

/// Every method and guarantee: calls body(options).
template <class Body>
void for_each_option(Body body) {
  for (const auto method : {Method::kClosedForm, Method::kSeparable}) {
    for (const auto guarantee : {Guarantee::kNone, Guarantee::kReal}) {
      CertifyOptions options;
      options.method = method;
      options.guarantee = guarantee;
      const ::testing::ScopedTrace trace(
          __FILE__, __LINE__, std::string(method_name(method)) + " " + std::string(guarantee_name(guarantee)));
      body(options);
    }
  }
}

TEST(EdgeCases, AZeroGradientWithAPositiveMarginIsSafeForEver) {
  for_each_option([](const CertifyOptions& options) {
    for (const auto& model :
         {affine_model({0, 0}, 1), one_unit_model({1, -1}, -1000, 2, 0.5F), one_unit_model({3, 2}, 1, 0, 0.25F)}) {
      const auto certificates = certify(model, {1, 2}, options);
      for (std::size_t k = 0; k < 3; ++k) EXPECT_EQ(certificates.radius(0, k), kInfinity) << describe(model);
    }
  });
}

TEST(EdgeCases, AZeroGradientAllowsAnyNumberOfFeaturesToChange) {
  CertifyOptions options;
  options.norms = {Norm::l0()};
  EXPECT_EQ(certify(affine_model({0, 0}, 1), {1, 2}, options).radius(0, 0), kInfinity);
}

TEST(EdgeCases, AnOtherVerdictHasRadiusZero) {
  for_each_option([](const CertifyOptions& options) {
    for (const auto& model :
         {affine_model({1, 1}, -10), affine_model({0, 0}, -1), one_unit_model({1, 1}, 0, 1, -100)}) {
      const auto certificates = certify(model, {1, 2}, options);
      EXPECT_FALSE(certificates.sensitive(0));
      for (std::size_t k = 0; k < 3; ++k) EXPECT_EQ(certificates.radius(0, k), 0);
    }
  });
}

TEST(EdgeCases, AScoreOfExactlyZeroIsTheOtherClass) {
  for_each_option([](const CertifyOptions& options) {
    for (const auto& model : {affine_model({1, 1}, -3), affine_model({0, 0}, 0), affine_model({1, 1}, 0, 3)}) {
      const auto certificates = certify(model, {1, 2}, options);
      EXPECT_EQ(certificates.logits[0], 0);
      EXPECT_FALSE(certificates.sensitive(0));
      for (std::size_t k = 0; k < 3; ++k) EXPECT_EQ(certificates.radius(0, k), 0);
    }
  });
}

TEST(EdgeCases, AMarginOfOneUlpIsNeverStretched) {
  // f(x) = x - threshold with the threshold one float32 below x: the exact radius is that ulp
  for (const float x : {1.0F, 3.0F, 1e-30F, 1e30F, 255.0F}) {
    const float threshold = std::nextafter(x, 0.0F);
    const double exact = static_cast<double>(x) - static_cast<double>(threshold);
    CertifyOptions options;
    const auto certificates = certify(affine_model({1}, 0, threshold), {x}, options);
    for (std::size_t k = 0; k < 3; ++k) {
      EXPECT_LE(certificates.radius(0, k), exact) << x;
      EXPECT_GE(certificates.radius(0, k), 0) << x;
    }
  }
}

TEST(EdgeCases, AMarginThatFloat32CannotSeeIsNotCertified) {
  // 2^24 + 1 - 2^24 - 1 = 0 in real arithmetic, whatever float32 makes of it
  const Model model = affine_model({1, 1, -1, -1}, 0);
  const std::vector<float> x{16777216, 1, 16777216, 1};
  for (std::size_t k = 0; k < 3; ++k) EXPECT_EQ(certify(model, x).radius(0, k), 0);
}

TEST(EdgeCases, DenormalWeightsGiveHugeButFiniteRadii) {
  const float tiny = std::numeric_limits<float>::denorm_min();
  for_each_option([&](CertifyOptions options) {
    const auto certificates = certify(affine_model({tiny, -tiny}, 1), {1, 2}, options);
    for (std::size_t k = 0; k < 3; ++k) {
      const double exact = 1 / static_cast<double>(tiny);
      EXPECT_LE(certificates.radius(0, k), exact * (1 + 1e-6)) << options.norms[k].name();
    }
  });
}

TEST(EdgeCases, DualNormsOfHighOrderNeitherUnderflowNorOverflow) {
  // q = p / (p - 1) is 1001 and 101: 0.01^q underflows to 0, 100^q overflows
  for (const double p : {1.001, 1.01, 1.5, 3.0, 50.0}) {
    for (const float w : {1e-30F, 1e-2F, 1e2F, 1e30F}) {
      CertifyOptions options;
      options.method = Method::kClosedForm;
      options.norms = {Norm::of(p).value()};
      const Model model = affine_model({w, w, -w}, 2 * w);
      const double q = p / (p - 1), exact = 2 / std::pow(3.0, 1 / q);
      const double radius = certify(model, {0, 0, 0}, options).radius(0, 0);
      // 3^(1/q) is itself rounded, its argument by 2^-53 / q
      EXPECT_LE(radius, exact * (1 + 0x1p-50)) << p << " " << w;
      EXPECT_GE(radius, exact * (1 - 1e-6)) << p << " " << w;
    }
  }
}

TEST(EdgeCases, SumsThatOverflowFloat32AreNeverCertifiedWrongly) {
  const float huge = std::numeric_limits<float>::max();
  for_each_option([&](const CertifyOptions& options) {
    auto certificates = make_classifier(affine_model({huge, -huge, huge, -huge}, -1))
                            .certify(std::vector<float>{huge, huge, 2, 2}, 1, options);
    if (!certificates.ok()) return;  // refused is fine
    for (std::size_t k = 0; k < 3; ++k) EXPECT_EQ(certificates->radius(0, k), 0) << options.norms[k].name();
  });
}

TEST(EdgeCases, AHugeSlopeOnATinyMarginKeepsTheRadiusBelowTheTruth) {
  const float huge = std::numeric_limits<float>::max();
  CertifyOptions options;
  const auto certificates = certify(affine_model({huge, 1e-45F}, 1e-30F), {0, 0}, options);
  for (std::size_t k = 0; k < 3; ++k)
    EXPECT_LE(certificates.radius(0, k), static_cast<double>(1e-30F) / static_cast<double>(huge));
}

TEST(EdgeCases, ValuesThatAreNotNumbersAreRefusedByInputAndFeature) {
  const auto classifier = make_classifier(affine_model({1, 1, 1}, 0));
  for (const float bad : {std::numeric_limits<float>::quiet_NaN(), std::numeric_limits<float>::infinity(),
                          -std::numeric_limits<float>::infinity()}) {
    std::vector<float> inputs(12, 1.0F);
    inputs[2 * 3 + 1] = bad;
    const auto certificates = classifier.certify(inputs, 4, {});
    ASSERT_FALSE(certificates.ok());
    EXPECT_EQ(certificates.error().code, ErrorCode::kBadValue);
    EXPECT_NE(certificates.error().message.find("input 2"), std::string::npos) << certificates.error().message;
    EXPECT_NE(certificates.error().message.find("feature 1"), std::string::npos) << certificates.error().message;
    const auto logits = classifier.logits(inputs, 4);
    ASSERT_FALSE(logits.ok());
    EXPECT_EQ(logits.error().code, ErrorCode::kBadValue);
  }
}

TEST(EdgeCases, InputsOfAnotherLengthAreRefused) {
  const auto classifier = make_classifier(affine_model({1, 1, 1}, 0));
  const std::vector<float> inputs(7, 1.0F);
  for (const std::size_t count :
       {std::size_t{0}, std::size_t{1}, std::size_t{2}, std::size_t{3}, std::numeric_limits<std::size_t>::max() / 2}) {
    const auto certificates = classifier.certify(inputs, count, {});
    ASSERT_FALSE(certificates.ok()) << count;
    EXPECT_EQ(certificates.error().code, ErrorCode::kBadShape);
  }
  // 3 * count wraps around to the length of the inputs
  const std::size_t wrapping = (std::numeric_limits<std::size_t>::max() / 3) * 2 + 3;
  const std::vector<float> some(wrapping * 3, 1.0F);
  EXPECT_FALSE(classifier.certify(some, wrapping, {}).ok());
}

TEST(EdgeCases, NoInputsGiveNoCertificates) {
  const auto certificates = make_classifier(affine_model({1}, 0)).certify({}, 0, {});
  ASSERT_TRUE(certificates.ok()) << certificates.error().message;
  EXPECT_EQ(certificates->count(), 0U);
  EXPECT_TRUE(certificates->radii.empty());
}

TEST(EdgeCases, NormsThatAMethodDoesNotKnowAreRefused) {
  const auto classifier = make_classifier(affine_model({1}, 0));
  const std::vector<float> x{1};
  CertifyOptions closed, separable;
  closed.method = Method::kClosedForm;
  closed.norms = {Norm::l2(), Norm::l0()};
  separable.norms = {Norm::l2(), Norm::of(3).value()};
  for (const auto& options : {closed, separable}) {
    const auto certificates = classifier.certify(x, 1, options);
    ASSERT_FALSE(certificates.ok());
    EXPECT_EQ(certificates.error().code, ErrorCode::kBadOption);
  }
}

TEST(EdgeCases, ThreatModelsOfAnotherLengthOrWithoutMeaningAreRefused) {
  const auto classifier = make_classifier(affine_model({1, 1}, 0));
  const std::vector<float> x{1, 1};
  const double nan = std::numeric_limits<double>::quiet_NaN();
  const std::vector<ThreatModel> bad{
      {{1}, {}, {}, {}, {}},      {{1, 0}, {}, {}, {}, {}},         {{1, -1}, {}, {}, {}, {}},
      {{1, nan}, {}, {}, {}, {}}, {{1, kInfinity}, {}, {}, {}, {}}, {{}, {2, 2}, {1, 1}, {}, {}},
      {{}, {nan, 0}, {}, {}, {}}, {{}, {}, {}, {-1, 0}, {}},        {{}, {}, {}, {}, {0, nan}},
      {{}, {}, {}, {}, {1, 1, 1}}};
  for (const auto& threat : bad) {
    CertifyOptions options;
    options.threat = threat;
    const auto certificates = classifier.certify(x, 1, options);
    ASSERT_FALSE(certificates.ok()) << describe(threat);
    EXPECT_TRUE(certificates.error().code == ErrorCode::kBadShape || certificates.error().code == ErrorCode::kBadValue);
  }
}

TEST(EdgeCases, AnInputAtItsBoundIsNotPushedThroughIt) {
  // only growth lowers the score and the input is at its upper bound
  CertifyOptions options;
  options.threat.upper = {1};
  for (std::size_t k = 0; k < 3; ++k) EXPECT_EQ(certify(affine_model({-1}, 2), {1}, options).radius(0, k), kInfinity);
}

TEST(EdgeCases, AFlipExactlyAtTheBoundIsAFlip) {
  // f(bound) = 0 in real arithmetic: the bound itself is of the other class
  for (const double bound : {0.1, 1.0 / 3, 0.7, 5.000000000000001, 1e-3 + 1e-10}) {
    for (const float x : {0.0F, 0.01F, -7.3F, 1e-20F, -1e9F}) {
      if (static_cast<double>(x) > bound) continue;
      const auto model = affine_model({-1}, static_cast<float>(bound));
      CertifyOptions options;
      options.threat.upper = {static_cast<double>(static_cast<float>(bound))};
      const double exact = options.threat.upper[0] - static_cast<double>(x);
      for (std::size_t k = 0; k < 3; ++k) {
        EXPECT_LE(certify(model, {x}, options).radius(0, k), exact * (1 + 0x1p-52)) << x << " " << bound;
      }
    }
  }
}

}  // namespace
}  // namespace standfast::support
