// Randomised smoothing against what is known in closed form: counts at their ends, a linear base network, exact shifts.
#include "lab/compare/smoothing.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>

#include <gtest/gtest.h>

#include "lab/compare/base_network.hpp"
#include "lab/compare/philox.hpp"
#include "lab/compare/smoothed_radius.hpp"

namespace standfast::lab {
namespace {

TEST(Philox, GivesThePublishedAnswers) {
  EXPECT_EQ(philox({0, 0, 0, 0}, {0, 0}), (PhiloxCounter{0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8}));
  constexpr std::uint32_t kOnes = 0xffffffff;
  EXPECT_EQ(philox({kOnes, kOnes, kOnes, kOnes}, {kOnes, kOnes}),
            (PhiloxCounter{0x408f276d, 0x41c83b0e, 0xa20bc7c6, 0x6d5451fd}));
  EXPECT_EQ(philox({0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344}, {0xa4093822, 0x299f31d0}),
            (PhiloxCounter{0xd16cfe09, 0x94fdcceb, 0x5001e420, 0x24126ea1}));
}

TEST(ClopperPearson, EndsWhereTheCountsEnd) {
  EXPECT_EQ(proportion_lower(0, 100, 0.001), 0);
  EXPECT_EQ(proportion_upper(100, 100, 0.001), 1);
  EXPECT_NEAR(proportion_lower(100, 100, 0.001), std::pow(0.001, 1 / 100.0), 1e-12);
  EXPECT_NEAR(proportion_upper(0, 100, 0.001), 1 - std::pow(0.001, 1 / 100.0), 1e-12);
  EXPECT_NEAR(proportion_lower(1, 1, 0.001), 0.001, 1e-15);
}

TEST(ClopperPearson, SeesTheCountWithProbabilityAlphaAtItsBound) {
  constexpr std::uint64_t kTrials = 40;
  for (const std::uint64_t k : {1U, 7U, 25U, 39U}) {
    const double p = proportion_lower(k, kTrials, 0.01);
    double tail = 0;  // P(at least k of n)
    for (std::uint64_t hits = k; hits <= kTrials; ++hits) {
      const auto j = static_cast<double>(hits), rest = static_cast<double>(kTrials - hits);
      tail += std::exp(std::lgamma(kTrials + 1.0) - std::lgamma(j + 1) - std::lgamma(rest + 1)) * std::pow(p, j) *
              std::pow(1 - p, rest);
    }
    EXPECT_NEAR(tail, 0.01, 1e-9) << k;
  }
}

class EachNoise : public testing::TestWithParam<NoiseKind> {};

TEST_P(EachNoise, HasTheDeviationAskedFor) {
  const Noise noise{GetParam(), 0.7};
  const std::vector<float> x(101, 3);
  std::vector<float> out(x.size());
  double sum = 0, squares = 0;
  constexpr std::uint32_t kSamples = 2000;
  for (std::uint32_t sample = 0; sample < kSamples; ++sample) {
    add_noise(x, noise, {5, 1, 2, sample}, out);
    for (const float value : out) {
      sum += value - 3.0;
      squares += (value - 3.0) * (value - 3.0);
    }
  }
  const double count = kSamples * static_cast<double>(x.size());
  EXPECT_NEAR(sum / count, 0, 0.01);
  EXPECT_NEAR(std::sqrt(squares / count), 0.7, 0.01);
}

TEST_P(EachNoise, IsDrawnByItsNumber) {
  const Noise noise{GetParam(), 0.7};
  const std::vector<float> x = {1, 2, 3, 4, 5};
  std::vector<float> once(5), again(5), other(5);
  add_noise(x, noise, {9, 1, 4, 7}, once);
  add_noise(x, noise, {9, 1, 4, 7}, again);
  EXPECT_EQ(once, again);
  for (const DrawId& draw : {DrawId{8, 1, 4, 7}, DrawId{9, 2, 4, 7}, DrawId{9, 1, 5, 7}, DrawId{9, 1, 4, 8}}) {
    add_noise(x, noise, draw, other);
    EXPECT_NE(once, other);
  }
}

INSTANTIATE_TEST_SUITE_P(Kinds, EachNoise,
                         testing::Values(NoiseKind::kGaussian, NoiseKind::kLaplace, NoiseKind::kUniform));

TEST(SmoothedRadius, IsNothingWithoutAMarginAndGrowsWithIt) {
  for (const auto& [kind, norm] : {std::pair{NoiseKind::kGaussian, Norm::l2()},
                                   {NoiseKind::kLaplace, Norm::l1()},
                                   {NoiseKind::kUniform, Norm::l1()},
                                   {NoiseKind::kUniform, Norm::linf()}}) {
    const Noise noise{kind, 0.5};
    EXPECT_EQ(smoothed_radius(0.3, 0.3, noise, norm, 4), 0);
    EXPECT_EQ(smoothed_radius(std::nan(""), 0.3, noise, norm, 4), 0);
    double last = 0;
    for (const double p : {0.31, 0.45, 0.5, 0.55, 0.8, 0.99}) {
      const double radius = smoothed_radius(p, 0.3, noise, norm, 4);
      EXPECT_GT(radius, last);
      last = radius;
    }
  }
}

/// The probability of z > -m for Laplace's noise of scale 1: what a threshold on one feature has at margin m.
double laplace_share(double margin) { return margin < 0 ? std::exp(margin) / 2 : 1 - std::exp(-margin) / 2; }

TEST(SmoothedRadius, IsExactForAThresholdOnOneFeature) {
  for (const double margin : {-0.4, 0.2, 1.3})
    for (const double end : {-1.5, -0.5, 0.1}) {
      if (end >= margin) continue;
      const Noise laplace{NoiseKind::kLaplace, std::sqrt(2.0)};  // scale 1
      EXPECT_NEAR(smoothed_radius(laplace_share(margin), laplace_share(end), laplace, Norm::l1(), 9), margin - end,
                  1e-12);
      const Noise gaussian{NoiseKind::kGaussian, 2};
      const auto share = [](double m) { return std::erfc(-m / 2 / std::sqrt(2.0)) / 2; };
      EXPECT_NEAR(smoothed_radius(share(margin), share(end), gaussian, Norm::l2(), 9), margin - end, 1e-9);
    }
  const Noise uniform{NoiseKind::kUniform, 1 / std::sqrt(3.0)};  // half width 1: the share is (1 + margin) / 2
  EXPECT_NEAR(smoothed_radius(0.9, 0.6, uniform, Norm::l1(), 9), 0.6, 1e-12);
  EXPECT_NEAR(smoothed_radius(0.9, 0.6, uniform, Norm::linf(), 1), 0.6, 1e-12);
}

TEST(SmoothedRadius, OfACubeLosesWhatAShiftMovesOut) {
  const Noise uniform{NoiseKind::kUniform, 1 / std::sqrt(3.0)};
  const double radius = smoothed_radius(0.9, 0.6, uniform, Norm::linf(), 50);
  EXPECT_NEAR(1 - std::pow(1 - radius / 2, 50), 0.3, 1e-12);
}

/// f(x) = weights . x + bias.
model::Model linear_model(std::vector<float> weights, float bias) {
  const auto dim = static_cast<std::int64_t>(weights.size());
  return base_model({dim}, {}, {{{.outputs = 1}, {{1, dim}, std::move(weights)}, {{1}, {bias}}}}, 0);
}

TEST(Smoothing, OfALinearNetworkStaysBelowItsDistanceAndComesNear) {
  const model::Model model = linear_model({0.6F, 0, -0.8F}, 0);
  const infer::Plan plan(model);
  infer::TileWorkspace workspace;
  const std::vector<float> x = {0.3F, 0.1F, -0.4F};  // f = 0.5 = the distance, the weights having norm 1
  SmoothingOptions options{.noise = {NoiseKind::kGaussian, 0.5}, .samples = 40'000};
  const auto result = smoothed_verdict(plan, x, 0, options, workspace);
  EXPECT_EQ(result.verdict, SmoothedVerdict::kAlarm);
  const double radius = smoothed_radius(result.probability, 0.5, options.noise, Norm::l2(), 3);
  EXPECT_LT(radius, 0.5);
  EXPECT_GT(radius, 0.47);
}

TEST(Smoothing, OfOneFeatureInLaplaceAndUniformNoiseStaysBelowItsDistance) {
  const model::Model model = linear_model({1, 0}, 0);
  const infer::Plan plan(model);
  infer::TileWorkspace workspace;
  const std::vector<float> x = {0.5F, 0.2F};
  for (const auto kind : {NoiseKind::kLaplace, NoiseKind::kUniform}) {
    SmoothingOptions options{.noise = {kind, 0.5}, .threshold = 0.4, .samples = 40'000};
    const auto result = smoothed_verdict(plan, x, 0, options, workspace);
    ASSERT_EQ(result.verdict, SmoothedVerdict::kAlarm);
    const double margin = kind == NoiseKind::kLaplace ? options.noise.scale() * std::log(2 * 0.4)
                                                      : 2 * options.noise.scale() * (0.4 - 0.5);
    const double radius = smoothed_radius(result.probability, 0.4, options.noise, Norm::l1(), 2);
    EXPECT_LT(radius, 0.5 - margin);  // p = 0.4 where the feature is `margin`
    EXPECT_GT(radius, 0.5 - margin - 0.05);
  }
}

TEST(Smoothing, AbstainsOnTheBoundary) {
  const model::Model model = linear_model({1, 0}, 0);
  const infer::Plan plan(model);
  infer::TileWorkspace workspace;
  const SmoothingOptions options{.noise = {NoiseKind::kGaussian, 0.5}, .samples = 1000};
  EXPECT_EQ(smoothed_verdict(plan, std::vector<float>{0, 0}, 0, options, workspace).verdict,
            SmoothedVerdict::kAbstained);
  EXPECT_EQ(smoothed_verdict(plan, std::vector<float>{-2, 0}, 0, options, workspace).verdict, SmoothedVerdict::kOther);
}

TEST(Smoothing, DrawsAsManySamplesAsItSays) {
  const model::Model model = linear_model({1, 0}, 100);
  const infer::Plan plan(model);
  infer::TileWorkspace workspace;
  const Noise noise{NoiseKind::kGaussian, 0.5};
  for (const std::size_t samples : {1U, 15U, 16U, 17U, 100U})
    EXPECT_EQ(count_alarms(plan, std::vector<float>{0, 0}, noise, {1, 1, 0, 0}, samples, workspace), samples);
}

}  // namespace
}  // namespace standfast::lab
