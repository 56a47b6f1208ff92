#include <algorithm>
#include <cmath>
#include <limits>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "base/random.hpp"
#include "standfast/threat.hpp"

namespace standfast::threat {
namespace {

TEST(ThreatModel, WithoutAnyVectorNothingIsBounded) {
  const ThreatModel threat;
  EXPECT_TRUE(threat.validate(3).ok());
  EXPECT_TRUE(threat.validate(0).ok());
  EXPECT_TRUE(threat.unbounded());
  EXPECT_EQ(threat.cost_of(2), 1);
  const auto interval = threat.interval_rounded_out(2, 0.3);
  EXPECT_EQ(interval.lo, -kInfinity);
  EXPECT_EQ(interval.hi, kInfinity);
}

TEST(ThreatModel, InfiniteBoundsAndCostsLeaveItUnbounded) {
  ThreatModel threat;
  threat.cost = {2, 3};
  threat.lower = {-kInfinity, -kInfinity};
  threat.max_increase = {kInfinity, kInfinity};
  EXPECT_TRUE(threat.unbounded());
  for (auto* bound : {&threat.lower, &threat.upper, &threat.max_decrease, &threat.max_increase}) {
    const auto kept = *bound;
    *bound = {kInfinity, 5};
    if (bound == &threat.lower) *bound = {-kInfinity, 5};
    EXPECT_FALSE(threat.unbounded());
    *bound = kept;
  }
}

TEST(ThreatModel, ADomainLeavesTheWayToItsBounds) {
  const auto threat = ThreatModel::domain(2, 0, 1);
  ASSERT_TRUE(threat.ok());
  EXPECT_TRUE(threat->validate(2).ok());
  EXPECT_FALSE(threat->unbounded());
  const auto interval = threat->interval_rounded_out(1, 0.25);
  EXPECT_EQ(interval.lo, -0.25);
  EXPECT_EQ(interval.hi, 0.75);
  EXPECT_EQ(threat->interval_rounded_out(0, 1).hi, 0);
  EXPECT_EQ(threat->interval_rounded_out(0, 0).lo, 0);
}

TEST(ThreatModel, ADomainUpsideDownOrNanIsRefused) {
  EXPECT_FALSE(ThreatModel::domain(2, 1, 0).ok());
  EXPECT_FALSE(ThreatModel::domain(2, std::nan(""), 1).ok());
  EXPECT_FALSE(ThreatModel::domain(2, 0, std::nan("")).ok());
  EXPECT_FALSE(ThreatModel::domain(2, kInfinity, kInfinity).ok());
  EXPECT_FALSE(ThreatModel::domain(2, -kInfinity, -kInfinity).ok());
  EXPECT_TRUE(ThreatModel::domain(2, -kInfinity, kInfinity).ok());
  EXPECT_TRUE(ThreatModel::domain(0, 0, 1).ok());
}

TEST(ThreatModel, LimitsOfChangeAndBoundsHoldTogether) {
  ThreatModel threat = *ThreatModel::domain(1, 0, 10);
  threat.max_decrease = {0};
  threat.max_increase = {3};
  EXPECT_EQ(threat.interval_rounded_out(0, 5).lo, 0);
  EXPECT_EQ(threat.interval_rounded_out(0, 5).hi, 3);
  EXPECT_EQ(threat.interval_rounded_out(0, 9).hi, 1);
  EXPECT_FALSE(std::signbit(threat.interval_rounded_out(0, 5).lo)) << "no -0";
}

TEST(ThreatModel, AnInputOutsideItsBoundsMayStayAndMayGoTheWholeWay) {
  const ThreatModel threat = *ThreatModel::domain(1, 0, 1);
  const auto above = threat.interval_rounded_out(0, 3);
  EXPECT_EQ(above.lo, -3);
  EXPECT_EQ(above.hi, 0);
  const auto below = threat.interval_rounded_out(0, -2);
  EXPECT_EQ(below.lo, 0);
  EXPECT_EQ(below.hi, 3);
}

TEST(ThreatModel, RoundingNeverLeavesARealChangeOut) {
  Random random(7);
  for (int round = 0; round < 20'000; ++round) {
    const double lower = random.uniform(-2, 1) * std::ldexp(1, static_cast<int>(random.below(40)) - 20);
    const double upper = lower + random.uniform(0, 3);
    const auto x = static_cast<float>(random.uniform(lower, upper));
    const auto interval = ThreatModel::domain(1, lower, upper)->interval_rounded_out(0, x);
    // 80-bit differences are exact for these magnitudes, so that the comparison is one of real numbers.
    EXPECT_LE(static_cast<long double>(interval.lo), std::min(0.0L, static_cast<long double>(lower) - x));
    EXPECT_GE(static_cast<long double>(interval.hi), std::max(0.0L, static_cast<long double>(upper) - x));
  }
}

TEST(ThreatModel, ARoundedSubtractionIsWidenedAndAnExactOneIsNot) {
  const ThreatModel threat = *ThreatModel::domain(1, 0, 1);
  const float tiny = 0x1p-100F;  // 1 - tiny rounds to 1, which is already outward
  EXPECT_EQ(threat.interval_rounded_out(0, tiny).hi, 1);
  EXPECT_GT(threat.interval_rounded_out(0, -tiny).hi, 1) << "1 + tiny rounds to 1, which is inward";
  EXPECT_EQ(threat.interval_rounded_out(0, 0.5F).hi, 0.5);
}

TEST(ThreatModel, BoundsBeyondTheRangeOfDoubleGiveInfinity) {
  const double huge = std::numeric_limits<double>::max();
  const auto interval = ThreatModel::domain(1, -huge, huge)->interval_rounded_out(0, huge);
  EXPECT_EQ(interval.lo, -kInfinity);
  EXPECT_EQ(interval.hi, 0);
}

TEST(ThreatModel, AVectorOfAnotherLengthIsABadShape) {
  for (auto field : {&ThreatModel::cost, &ThreatModel::lower, &ThreatModel::upper, &ThreatModel::max_decrease,
                     &ThreatModel::max_increase}) {
    ThreatModel threat;
    threat.*field = {1, 1};
    EXPECT_TRUE(threat.validate(2).ok());
    const auto status = threat.validate(3);
    ASSERT_FALSE(status.ok());
    EXPECT_EQ(status.error().code, ErrorCode::kBadShape);
  }
}

TEST(ThreatModel, EachForbiddenValueIsABadValue) {
  const double nan = std::nan("");
  const auto refuses = [](std::vector<double> ThreatModel::*field, double value) {
    ThreatModel threat;
    threat.*field = {1, value};
    const auto status = threat.validate(2);
    return !status.ok() && status.error().code == ErrorCode::kBadValue;
  };
  for (const double value : {0.0, -1.0, nan, kInfinity}) EXPECT_TRUE(refuses(&ThreatModel::cost, value)) << value;
  for (const double value : {nan, kInfinity}) EXPECT_TRUE(refuses(&ThreatModel::lower, value)) << value;
  for (const double value : {nan, -kInfinity}) EXPECT_TRUE(refuses(&ThreatModel::upper, value)) << value;
  for (const double value : {nan, -1.0}) EXPECT_TRUE(refuses(&ThreatModel::max_decrease, value)) << value;
  for (const double value : {nan, -1.0}) EXPECT_TRUE(refuses(&ThreatModel::max_increase, value)) << value;
}

TEST(ThreatModel, LowerAboveUpperNamesTheFeature) {
  ThreatModel threat;
  threat.lower = {0, 2};
  threat.upper = {1, 1};
  const auto status = threat.validate(2);
  ASSERT_FALSE(status.ok());
  EXPECT_EQ(status.error().message, "threat model: feature 1 has lower 2 and upper 1, expected lower <= upper");
}

}  // namespace
}  // namespace standfast::threat
