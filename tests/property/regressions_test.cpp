// Cases that random search found, each with the fault that it showed.
#include <vector>

#include <gtest/gtest.h>

#include "support/cases.hpp"
#include "support/random_threat.hpp"
#include "support/small_models.hpp"

namespace standfast::support {
namespace {

/// One affine piece over (t, |t|) whose slope in t_1 cancels exactly on one side of the kink.
model::Model cancelling_piece() {
  auto model = affine_model({1, -0.25F, -1, 0.75F, -0.25F, -0.25F}, -0.25F, 5.311575F);
  model.input_shape = {3};
  model::MapStep center, abs;
  center.values = {{3}, {-0.45858362F, 0.08680969F, -0.13535957F}};
  abs.kind = model::MapKind::kAbs;
  model.feature_map = {center, abs};
  return model;
}

const std::vector<float> kInput{3.41518F, -0.363569F, -0.13535957F};

TEST(Regressions, ASearchThatSettlesRightOfTheRootKeepsItsRadius) {
  // Newton met the root from the right to the last bit and fell back to its last positive value, 14 % short
  const auto classifier = make_classifier(cancelling_piece());
  const auto threat =
      threat_of({}, {3.410677909851074, -kInfinity, -kInfinity}, {4.689759254455566, kInfinity, kInfinity});
  const double none = radius_of(classifier, kInput, Norm::linf(), threat, Method::kSeparable, Guarantee::kNone);
  const double real = radius_of(classifier, kInput, Norm::linf(), threat);
  EXPECT_NEAR(real, none, 1e-6 * none);
}

TEST(Regressions, AnInfiniteRadiusThatRoundingKeepsFromProofIsStillHuge) {
  // feature 1 is unbounded below with a slope of exactly 0 there, which float64 cannot tell from -1e-17
  const auto classifier = make_classifier(cancelling_piece());
  const auto threat = threat_of({1, 1.6938168607266655, 1}, {3.410677909851074, -kInfinity, -kInfinity},
                                {3.9621090357167605, -0.2826136072155131, kInfinity}, {kInfinity, kInfinity, kInfinity},
                                {kInfinity, kInfinity, 0});
  for (const auto norm : {Norm::l1(), Norm::l2(), Norm::linf()}) {
    EXPECT_GT(radius_of(classifier, kInput, norm, threat), 1e6) << norm.name();
  }
}

TEST(Regressions, AJumpOverAKinkIsPricedToTheLastDigits) {
  // from x = 2 down to the kink at 0 each unit lowers f by 1/8, beyond it by 1: f(x - r) = 0 at r = 2 + bias;
  // the search for the reach gave up after twelve halvings, 1e-4 short
  const float bias = 0.7F;
  auto model = affine_model({0.5625F, -0.4375F}, bias);
  model.input_shape = {1};
  model::MapStep abs;
  abs.kind = model::MapKind::kAbs;
  model.feature_map = {abs};
  const std::vector<float> x{2};
  const double radius = radius_of(make_classifier(model), x, Norm::l1(), {});
  const double exact = 2 + static_cast<double>(bias);
  EXPECT_LE(radius, exact);
  EXPECT_GE(radius, exact * (1 - 1e-8));
}

const std::vector<Norm> kNorms{Norm::l1(), Norm::l2(), Norm::linf()};

/// f(x) = margin - slope x at x = 0, each unit of change priced `cost`.
double radius_at_0(float slope, float margin, double cost, Norm norm, Method method) {
  return radius_of(make_classifier(affine_model({-slope}, margin)), std::vector<float>{0}, norm,
                   threat_of({cost}, {}, {}), method);
}

TEST(Regressions, ASlopePerPriceThatUnderflowsIsNotTakenForZero) {
  // 1e-30 / 1e300 is 0 in float64, and the closed form printed inf
  for (const auto norm : kNorms) {
    EXPECT_LE(radius_at_0(1e-30F, 1e-30F, 1e300, norm, Method::kClosedForm), 1e300) << norm.name();
  }
}

TEST(Regressions, ASquaredPriceThatUnderflowsIsNotRoundedUp) {
  // lambda cost and lambda cost^2 were denormal, half a percent above the truth, and so was the l2 radius
  const float slope = 1e-9F;
  for (double cost = 1e-170; cost < 1e-140; cost *= 1.7) {
    const double exact = cost / static_cast<double>(slope);
    EXPECT_LE(radius_at_0(slope, 1, cost, Norm::l2(), Method::kSeparable), exact * (1 + 0x1p-52)) << cost;
  }
}

TEST(Regressions, ARadiusBelowTheSmallestNormalNumberIsNotRoundedUp) {
  for (double cost = 1e-323; cost < 1e-300; cost *= 1.7) {
    for (const auto norm : kNorms) {
      for (const auto method : {Method::kClosedForm, Method::kSeparable, Method::kRefined}) {
        const double radius = radius_at_0(3, 1, cost, norm, method);
        EXPECT_LE(3 * static_cast<long double>(radius), static_cast<long double>(cost)) << norm.name() << " " << cost;
      }
    }
  }
}

TEST(Regressions, ASlopePerPriceThatOverflowsEndsTheSearchAtZero) {
  // 3e38 / 1e-300 is inf, the first reach of the l1 search 0, and four times 0 is 0 for ever
  for (const auto norm : kNorms) {
    for (const auto method : {Method::kClosedForm, Method::kSeparable, Method::kRefined, Method::kExact}) {
      EXPECT_EQ(radius_at_0(3e38F, 1e-38F, 1e-300, norm, method), 0) << norm.name();
    }
  }
}

TEST(Regressions, ScalesWhoseProductUnderflowsOnItsWayAreRefused) {
  // after eight of them the product is denormal and has lost bits that the next eight do not bring back
  auto model = affine_model({-1}, 1);
  model::MapStep scale;
  scale.kind = model::MapKind::kScale;
  for (const float size : {0x1.23456p-131F, 0x1.abcdep+126F}) {
    scale.values = {{1}, {size}};
    model.feature_map.insert(model.feature_map.end(), 8, scale);
  }
  const auto classifier = try_make_classifier(model);
  ASSERT_FALSE(classifier.ok());
  EXPECT_EQ(classifier.error().code, ErrorCode::kUnsupported);
}

}  // namespace
}  // namespace standfast::support
