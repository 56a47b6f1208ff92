// Inputs and weights at the edge of what numbers can hold.
#include <cmath>
#include <limits>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "support/cases.hpp"
#include "support/small_models.hpp"

namespace standfast::support {
namespace {

const std::vector<Norm> kEveryNorm{Norm::l1(), Norm::l2(), Norm::linf()};

Certificates certify(const model::Model& model, const std::vector<float>& x, CertifyOptions options = {}) {
  options.threads = 1;
  auto certificates = make_classifier(model).certify(x, x.size() / model.dim(), options);
  EXPECT_TRUE(certificates.ok()) << certificates.error().message;
  return certificates.ok() ? *certificates : Certificates{};
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
  const model::Model model = affine_model({1, 1, -1, -1}, 0);
  const std::vector<float> x{16777216, 1, 16777216, 1};
  for (std::size_t k = 0; k < 3; ++k) EXPECT_EQ(certify(model, x).radius(0, k), 0);
}

TEST(EdgeCases, ASlopeThatCancelsInDoubleIsNotTakenForZero) {
  // 2^55 - 1 - 2^55: double loses the -1 on the way, and f(x) = 1 - x looks constant
  const float big = 0x1p30F, head = 0x1p25F;
  for (const auto& slopes : {std::vector<float>{big, -1, -big}, std::vector<float>{-big, -1, big}}) {
    for (const auto method : {Method::kClosedForm, Method::kSeparable}) {
      CertifyOptions options;
      options.method = method;
      const auto certificates = certify(chain_model(slopes, {head, 1, head}), {0}, options);
      for (std::size_t k = 0; k < 3; ++k) EXPECT_LE(certificates.radius(0, k), 1) << method_name(method);
    }
  }
}

TEST(EdgeCases, ASlopeThatGrowsFromRoundingInOneLayerIsPaidFor) {
  // as above behind a ReLU, where the dual itself is rounded before it meets the first layer
  auto model = chain_model({0x1p30F, -1, -0x1p30F}, {0x1p25F, 1, 0x1p25F});
  append_unit(model, 1, -0.5F);
  const auto certificates = certify(model, {0});
  for (std::size_t k = 0; k < 3; ++k) EXPECT_LE(certificates.radius(0, k), 0.5);
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
      const model::Model model = affine_model({w, w, -w}, 2 * w);
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
