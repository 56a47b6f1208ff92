#include "evaluation/roc.hpp"

#include <cmath>
#include <limits>
#include <vector>

#include <gtest/gtest.h>

#include "base/random.hpp"

namespace standfast::evaluation {
namespace {

constexpr float kNan = std::numeric_limits<float>::quiet_NaN();

Evaluation::OperatingPoint point_at(const std::vector<float>& sensitive, const std::vector<float>& other, double rate) {
  return operating_point(score_steps(sensitive, other), sensitive.size(), other.size(), rate);
}

TEST(OperatingPoint, TakesEveryDetectionThatTheRateAllows) {
  const std::vector<float> sensitive = {5, 4, 3, 2, 1};
  const std::vector<float> other = {3.5, 0, 0, 0};
  const auto none = point_at(sensitive, other, 0.1);
  EXPECT_EQ(none.false_positive_rate, 0);
  EXPECT_EQ(none.detection_rate, 0.4);
  EXPECT_EQ(none.logit_threshold, 3.5);
  const auto one = point_at(sensitive, other, 0.25);
  EXPECT_EQ(one.false_positive_rate, 0.25);
  EXPECT_EQ(one.detection_rate, 1);
  EXPECT_EQ(one.logit_threshold, 0);
}

TEST(OperatingPoint, EqualLogitsPassTogetherOrNotAtAll) {
  const auto point = point_at({2, 1, 1, 1}, {1, -1}, 0.1);
  EXPECT_EQ(point.detection_rate, 0.25) << "the three at 1 cannot be told from the false alarm at 1";
  EXPECT_EQ(point.logit_threshold, 1);
}

TEST(OperatingPoint, ItsThresholdReproducesItsRates) {
  Random random(3);
  for (int round = 0; round < 200; ++round) {
    std::vector<float> sensitive(1 + random.below(60));
    std::vector<float> other(1 + random.below(60));
    for (auto& logit : sensitive) logit = static_cast<float>(random.below(20)) - 8;
    for (auto& logit : other) logit = static_cast<float>(random.below(20)) - 12;
    for (const double rate : {0.0, 0.001, 0.05, 0.3, 1.0}) {
      const auto point = point_at(sensitive, other, rate);
      const auto above = [&](const std::vector<float>& logits) {
        double count = 0;
        for (const float logit : logits) count += static_cast<double>(logit) > point.logit_threshold ? 1 : 0;
        return count / static_cast<double>(logits.size());
      };
      EXPECT_EQ(above(other), point.false_positive_rate);
      EXPECT_EQ(above(sensitive), point.detection_rate);
      EXPECT_LE(point.false_positive_rate, rate);
    }
  }
}

TEST(OperatingPoint, WhenAllMayAlarmTheThresholdIsMinusInfinity) {
  EXPECT_EQ(point_at({1}, {0}, 1).logit_threshold, -kInfinity);
}

TEST(OperatingPoint, WithoutSensitiveInputsThereIsNoDetectionRate) {
  EXPECT_TRUE(std::isnan(point_at({}, {0, 1}, 0.01).detection_rate));
}

TEST(OperatingPoint, ANanLogitIsNoAlarm) {
  const auto point = point_at({kNan, 1}, {kNan, 0}, 0.5);
  EXPECT_EQ(point.detection_rate, 0.5);
}

TEST(Roc, ClimbsFromZeroToOne) {
  const std::vector<float> sensitive = {3, 1};
  const std::vector<float> other = {2, 0};
  const auto roc = roc_curve(score_steps(sensitive, other), 2, 2, 400);
  ASSERT_EQ(roc.size(), 5u);
  EXPECT_EQ(roc[1].detection_rate, 0.5);
  EXPECT_EQ(roc[1].false_positive_rate, 0);
  EXPECT_EQ(roc[2].false_positive_rate, 0.5);
  EXPECT_EQ(roc.front().detection_rate, 0);
  EXPECT_EQ(roc.back().detection_rate, 1);
  EXPECT_EQ(roc.back().false_positive_rate, 1);
}

TEST(Roc, KeepsOnlyCorners) {
  const std::vector<float> sensitive = {9, 8, 7, 6, 5};
  const std::vector<float> other = {4, 3, 2, 1};
  const auto roc = roc_curve(score_steps(sensitive, other), 5, 4, 400);
  ASSERT_EQ(roc.size(), 3u);
  EXPECT_EQ(roc[1].false_positive_rate, 0);
  EXPECT_EQ(roc[1].detection_rate, 1);
}

TEST(Roc, ATieIsASlope) {
  const std::vector<float> tied = {1, 1};
  const auto roc = roc_curve(score_steps(tied, tied), 2, 2, 400);
  ASSERT_EQ(roc.size(), 3u) << "nothing between (0, 0) and (1, 1), which the end repeats";
  EXPECT_EQ(roc[1].false_positive_rate, 1);
}

TEST(Roc, IsThinnedWithItsEndsKept) {
  Random random(5);
  std::vector<float> sensitive(5000);
  std::vector<float> other(5000);
  for (auto& logit : sensitive) logit = static_cast<float>(random.normal()) + 1;
  for (auto& logit : other) logit = static_cast<float>(random.normal());
  const auto roc = roc_curve(score_steps(sensitive, other), 5000, 5000, 400);
  ASSERT_EQ(roc.size(), 400u);
  EXPECT_EQ(roc.front().false_positive_rate, 0);
  EXPECT_EQ(roc.back().detection_rate, 1);
  for (std::size_t i = 1; i < roc.size(); ++i) {
    EXPECT_GE(roc[i].false_positive_rate, roc[i - 1].false_positive_rate);
    EXPECT_GE(roc[i].detection_rate, roc[i - 1].detection_rate);
  }
}

TEST(Roc, NeedsBothClasses) {
  const std::vector<float> logits = {1, 2};
  EXPECT_TRUE(roc_curve(score_steps(logits, {}), 2, 0, 400).empty());
  EXPECT_TRUE(roc_curve(score_steps({}, logits), 0, 2, 400).empty());
}

}  // namespace
}  // namespace standfast::evaluation
