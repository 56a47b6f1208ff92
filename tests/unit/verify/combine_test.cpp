// Weighted sums of proven minorants, against sums that are exact because their terms are dyadic.
#include <cmath>
#include <limits>
#include <vector>

#include <gtest/gtest.h>

#include "base/random.hpp"
#include "base/rounding.hpp"
#include "infer/plan.hpp"
#include "support/random_model.hpp"
#include "support/reference.hpp"
#include "verify/proven_minorant.hpp"
#include "verify/verifier.hpp"

namespace standfast::verify {
namespace {

ProvenMinorant minorant_of(double margin, std::vector<double> coefficient, std::vector<double> error = {}) {
  ProvenMinorant m;
  m.is_separable = true;
  error.resize(coefficient.size(), 0.0);
  m.gradient_error = std::move(error);
  m.separable = {margin, std::move(coefficient), {}, {}};
  return m;
}

ProvenMinorant combined(const std::vector<ProvenMinorant>& minorants, const std::vector<double>& weights) {
  return combine(minorants, weights);
}

TEST(Combine, OneMinorantOfWeightOneIsItself) {
  const ProvenMinorant m = minorant_of(0.3, {0.1, -7}, {1e-9, 0});
  const ProvenMinorant out = combined({m}, {1});
  EXPECT_EQ(out.separable.margin, m.separable.margin);
  EXPECT_EQ(out.separable.coefficient, m.separable.coefficient);
  EXPECT_EQ(out.gradient_error, m.gradient_error);
}

TEST(Combine, SumsOfShortNumbersAreExactButForTheCharge) {
  ProvenMinorant a = minorant_of(3, {1, -2}, {0x1p-20, 0}), b = minorant_of(-1, {5, 4}, {0, 0x1p-10});
  a.separable.bend = {2, 0};
  b.separable.bend = {-4, 8};
  a.separable.offset = b.separable.offset = {0.5, -1};
  const ProvenMinorant out = combined({a, b}, {0.5, 0.25});
  EXPECT_TRUE(out.is_separable);
  EXPECT_EQ(out.separable.coefficient, (std::vector<double>{1.75, 0}));
  EXPECT_EQ(out.separable.bend, (std::vector<double>{0, 2}));
  EXPECT_EQ(out.separable.offset, a.separable.offset);
  // what is charged: gamma_4 of the sum of magnitudes, plus one percent
  EXPECT_LE(out.separable.margin, 1.25);
  EXPECT_GE(out.separable.margin, 1.25 - 1.02 * 4 * 0x1p-53 * 1.75);
  EXPECT_GE(out.gradient_error[0], 0.5 * 0x1p-20);
  EXPECT_LE(out.gradient_error[0], 1.02 * (0.5 * 0x1p-20 + 4 * 0x1p-53 * (0.5 + 1.25 + 1 + 1)));
  EXPECT_GE(out.gradient_error[1], 0.25 * 0x1p-10);
}

TEST(Combine, SeveralKinksOfAFeatureAreChargedToThatFeature) {
  ProvenMinorant a = minorant_of(3, {1, -2}), b = minorant_of(-1, {5, 4});
  a.separable.bend = {2, 1, 0, 8};
  b.separable.bend = {-4, 1, 8, 0};
  a.separable.offset = b.separable.offset = {0.5, -1, 2, 3};
  const ProvenMinorant out = combined({a, b}, {0.5, 0.25});
  EXPECT_EQ(out.separable.coefficient, (std::vector<double>{1.75, 0}));
  EXPECT_EQ(out.separable.bend, (std::vector<double>{0, 0.75, 2, 4}));
  for (const std::size_t i : {0, 1}) {
    const double size = i == 0 ? 0.5 + 1.25 + 1 + 0.5 + 1 + 0.25 : 1 + 1 + 4 + 2;
    EXPECT_GE(out.gradient_error[i], 4 * 0x1p-53 * size);
    EXPECT_LE(out.gradient_error[i], 1.02 * 4 * 0x1p-53 * size);
  }
}

TEST(Combine, EveryRoundingOfASumIsCharged) {
  // a float64 sum drops the second term altogether
  const ProvenMinorant lost = combined({minorant_of(1, {1}), minorant_of(-1, {1})}, {1, 0x1p-60});
  EXPECT_LT(lost.separable.margin, 1 - 0x1p-60);
  EXPECT_GE(lost.gradient_error[0], 0x1p-60);
  // ties to even, one after the other: 1 + 8 * 2^-53 is rounded to 1
  std::vector<ProvenMinorant> parts(9, minorant_of(-0x1p-53, {0x1p-53}));
  parts[0] = minorant_of(1, {1});
  const ProvenMinorant ties = combined(parts, std::vector<double>(9, 1.0));
  EXPECT_LE(ties.separable.margin, 1 - 8 * 0x1p-53);
  EXPECT_EQ(ties.separable.coefficient[0], 1);
  EXPECT_GE(ties.gradient_error[0], 8 * 0x1p-53);
}

TEST(Combine, ErrorsOfTheSlopesAddUp) {
  const ProvenMinorant out = combined({minorant_of(1, {1}, {0.25}), minorant_of(1, {1}, {0.5})}, {2, 3});
  EXPECT_GE(out.gradient_error[0], 2);
  EXPECT_LE(out.gradient_error[0], 2 * 1.02);
}

TEST(Combine, AnUnderflowIsChargedInFull) {
  const ProvenMinorant m = minorant_of(-0x1p-1070, {0x1p-1070, 0}, {0, 0x1p-1070});
  const ProvenMinorant out = combined({m, m}, {0x1p-20, 0x1p-20});
  EXPECT_LT(out.separable.margin, 0) << "the margin is -2^-1089, which float64 rounds to 0";
  EXPECT_GT(out.gradient_error[0], 0);
  EXPECT_GT(out.gradient_error[1], 0);
}

TEST(Combine, AnOverflowProvesNothing) {
  EXPECT_EQ(combined({minorant_of(1, {1e300}), minorant_of(1, {1})}, {0x1p60, 1}).separable.margin, -kInfinity);
  EXPECT_EQ(combined({minorant_of(1e300, {1}), minorant_of(1, {1})}, {0x1p60, 1}).separable.margin, -kInfinity);
  EXPECT_EQ(combined({minorant_of(1, {1}, {1e300}), minorant_of(1, {1})}, {0x1p60, 1}).separable.margin, -kInfinity);
}

TEST(Combine, WeightsThatAreNoneCountAsZero) {
  const double nan = std::numeric_limits<double>::quiet_NaN();
  const ProvenMinorant a = minorant_of(1, {2}), b = minorant_of(1e6, {0});
  for (const double bad : {nan, kInfinity, -kInfinity, -1.0, 0.0, 0x1p101, 0x1p-101, 1e-320}) {
    const ProvenMinorant out = combined({a, b}, {2, bad});
    EXPECT_LE(out.separable.margin, 2) << bad;
    EXPECT_GE(out.separable.margin, 2 * (1 - 1e-15)) << bad;
    EXPECT_EQ(out.separable.coefficient, std::vector<double>{4}) << bad;
    EXPECT_EQ(combined({a, b}, {bad, bad}).separable.margin, -kInfinity) << bad;
    EXPECT_EQ(combined({b}, {bad}).separable.margin, -kInfinity) << bad;
  }
  EXPECT_GT(combined({a}, {0x1p100}).separable.margin, 0);
  EXPECT_GT(combined({a}, {0x1p-100}).separable.margin, 0);
}

TEST(Combine, MinorantsThatAreNotFiniteSpoilOnlySumsThatTheyAreIn) {
  const double nan = std::numeric_limits<double>::quiet_NaN();
  const ProvenMinorant good = minorant_of(1, {2});
  for (const ProvenMinorant& bad : {minorant_of(nan, {1}), minorant_of(-kInfinity, {1}), minorant_of(kInfinity, {1}),
                                    minorant_of(1, {nan}), minorant_of(1, {kInfinity}), minorant_of(1, {1}, {nan})}) {
    EXPECT_EQ(combined({good, bad}, {1, 1}).separable.margin, -kInfinity);
    EXPECT_EQ(combined({good, bad}, {1, 0x1p-90}).separable.margin, -kInfinity);
    EXPECT_GT(combined({good, bad}, {0.5, 0}).separable.margin, 0);
  }
}

TEST(Combine, EverySumHoldsTheExactOneWithinItsErrors) {
  for (std::uint64_t seed = 0; seed < 500; ++seed) {
    Random random(seed);
    // 24-bit numbers over 2^16 in size, so that products and sums of up to six fit the 64 bits of long double
    const auto draw = [&] {
      const double mantissa = static_cast<double>(random.below(1 << 24)) - (1 << 23);
      return std::ldexp(mantissa, -static_cast<int>(random.below(8)));
    };
    const std::size_t count = 2 + random.below(5);
    std::vector<ProvenMinorant> minorants;
    std::vector<double> weights;
    long double margin = 0, size = 0, coefficient = 0, bend = 0, error = 0;
    for (std::size_t j = 0; j < count; ++j) {
      ProvenMinorant m = minorant_of(draw(), {draw()}, {std::fabs(draw()) * 0x1p-40});
      m.separable.bend = {draw()};
      m.separable.offset = {1};
      const double weight = std::fabs(draw()) + 1;
      margin += static_cast<long double>(weight) * m.separable.margin;
      size += std::fabs(static_cast<long double>(weight) * m.separable.margin);
      coefficient += static_cast<long double>(weight) * m.separable.coefficient[0];
      bend += static_cast<long double>(weight) * m.separable.bend[0];
      error += static_cast<long double>(weight) * m.gradient_error[0];
      minorants.push_back(std::move(m));
      weights.push_back(weight);
    }
    const ProvenMinorant out = combined(minorants, weights);
    ASSERT_LE(out.separable.margin, margin) << "seed " << seed;
    const long double lost =
        std::fabs(out.separable.coefficient[0] - coefficient) + std::fabs(out.separable.bend[0] - bend) + error;
    ASSERT_GE(out.gradient_error[0], lost) << "seed " << seed;
    ASSERT_GE(out.separable.margin, margin - 2 * 1.02L * gamma_n(count + 2) * size) << "seed " << seed;
  }
}

TEST(Combine, ProvenMinorantsSumToAFunctionBelowTheSumOfTheWeights) {
  std::size_t compared = 0;
  for (std::uint64_t seed = 0; seed < 150; ++seed) {
    Random random(seed);
    const auto map = seed % 3 == 2 ? support::MapFamily::kKnots : support::MapFamily::kSeparable;
    const auto made = support::random_model(random, support::random_family_of_one_head(random), map);
    const support::Reference reference(made.model);
    const infer::Plan plan(made.model);
    const auto verifier = Verifier::create(made.model);
    if (!verifier) continue;
    const std::vector<float> x = support::random_input(random, made);
    std::vector<ProvenMinorant> parts(3);
    std::vector<double> weights;
    long double total = 0;
    for (ProvenMinorant& m : parts) {
      infer::InferWorkspace infer;
      plan.forward(support::random_input(random, made), infer);  // the slopes of another input are as valid
      m = verifier->minorant(x, infer.slopes);
      weights.push_back(std::pow(10, random.uniform(-3, 3)));
      total += weights.back();
    }
    const ProvenMinorant sum = combined(parts, weights);
    const minorant::SeparableMinorant& s = sum.separable;
    for (int k = 0; k < 10; ++k) {
      std::vector<double> moved(x.begin(), x.end());
      const double size = k == 0 ? 0 : std::pow(10, random.uniform(-6, 1));
      for (std::size_t i = 0; i < moved.size(); ++i) moved[i] += size * made.scale[i] * random.normal();
      long double value = s.margin, terms = std::fabs(value);
      for (std::size_t i = 0; i < x.size(); ++i) {
        const long double d = static_cast<long double>(moved[i]) - x[i];
        long double bend = 0;
        for (std::size_t at = i * s.kinks(); at < (i + 1) * s.kinks(); ++at) {
          const long double t = s.offset[at];
          bend += s.bend[at] * (std::fabs(t + d) - std::fabs(t));
        }
        value += s.coefficient[i] * d + bend - sum.gradient_error[i] * std::fabs(d);
        terms += std::fabs(s.coefficient[i] * d) + std::fabs(bend);
      }
      const auto f = reference.bounded_value(moved);
      if (!std::isfinite(value) || !std::isfinite(f.value)) continue;
      ++compared;
      ASSERT_LE(value, total * (f.value + 2 * f.error) + 0x1p-58L * (terms + total * std::fabs(f.value)))
          << "seed " << seed << " point " << k;
    }
  }
  EXPECT_GT(compared, 500U);
}

}  // namespace
}  // namespace standfast::verify
