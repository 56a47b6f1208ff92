// The threshold lies between scores, balances the classes or keeps the false-positive rate.
#include "training/threshold.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "base/random.hpp"
#include "standfast/training.hpp"

namespace standfast::training {
namespace {

using Scores = std::vector<float>;

TEST(Threshold, IsTheMiddleOfTheGapBetweenSeparatedClasses) {
  const auto choice = pick_threshold(Scores{2, 3}, Scores{-1, 0}, -1);
  EXPECT_FLOAT_EQ(choice.threshold, 1);
  EXPECT_EQ(choice.accuracy_sensitive, 1);
  EXPECT_EQ(choice.accuracy_other, 1);
}

TEST(Threshold, BalancesTheAccuraciesOfBothClasses) {
  // from the left: one of four sensitive below 1.5, one of four others above it
  const auto choice = pick_threshold(Scores{1, 2, 3, 4}, Scores{-2, -1, 0, 2.5}, -1);
  EXPECT_EQ(choice.accuracy_sensitive, 0.75);
  EXPECT_EQ(choice.accuracy_other, 0.75);
  EXPECT_FLOAT_EQ(choice.threshold, 1.5);
}

TEST(Threshold, KeepsTheFalsePositiveRateAndIsTheSmallestThatDoes) {
  const Scores other = {0, 1, 2, 3, 4, 5, 6, 7, 8, 9};
  const Scores sensitive = {7.5, 8.5, 9.5};
  const auto one_in_ten = pick_threshold(sensitive, other, 0.1);
  EXPECT_GT(one_in_ten.threshold, 8);
  EXPECT_LT(one_in_ten.threshold, 8.5);
  EXPECT_DOUBLE_EQ(one_in_ten.accuracy_other, 0.9);
  EXPECT_DOUBLE_EQ(one_in_ten.accuracy_sensitive, 2.0 / 3);
  const auto almost_one_in_ten = pick_threshold(sensitive, other, 0.0999);
  EXPECT_GT(almost_one_in_ten.threshold, 9);
  EXPECT_LT(almost_one_in_ten.threshold, 9.5);
  EXPECT_EQ(pick_threshold(sensitive, other, 0).accuracy_other, 1);
  EXPECT_EQ(pick_threshold(sensitive, other, 1).accuracy_sensitive, 1);
}

TEST(Threshold, ForARateLiesBetweenTheScoresThatEncloseIt) {
  Scores other;
  for (int i = 0; i < 199; ++i) other.push_back(static_cast<float>(i));  // k / 200 lie above the k-th largest
  EXPECT_NEAR(*threshold_for_rate({}, other, 0.01), 197, 1e-4);  // the second largest, and it raises no alarm itself
  EXPECT_GT(*threshold_for_rate({}, other, 0.01), 197);
  EXPECT_NEAR(*threshold_for_rate({}, other, 0.0125), 196.5, 1e-4);
  EXPECT_NEAR(*threshold_for_rate({}, other, 0.5), 99, 1e-4);
  EXPECT_LT(*threshold_for_rate({}, other, 1), 0);
}

TEST(Threshold, ForARateIsNoScoreOfEitherClass) {
  const Scores other = {1, 1, 1, 1, 2};
  const float among_ties = *threshold_for_rate({}, other, 0.5);
  EXPECT_GT(among_ties, 1);
  EXPECT_LT(among_ties, 1.001F);
  const Scores sensitive = {among_ties, std::nextafter(among_ties, 2.0F)};
  const float apart = *threshold_for_rate(sensitive, other, 0.5);
  EXPECT_EQ(std::ranges::count(sensitive, apart), 0);
  EXPECT_GT(apart, 1);
}

TEST(Threshold, ForARateNeedsOneRowThatMayRaiseAnAlarm) {
  const Scores other(99);
  const auto refused = threshold_for_rate({}, other, 0.01);
  ASSERT_FALSE(refused.ok());
  EXPECT_EQ(refused.error().code, ErrorCode::kBadValue);
  EXPECT_EQ(
      refused.error().message,
      "99 rows of the other class cannot show a rate of 0.01, expected at least 100: with fewer, not even one may "
      "raise an alarm");
  EXPECT_TRUE(threshold_for_rate({}, Scores(100), 0.01).ok());
  EXPECT_EQ(threshold_for_rate({}, other, 0).error().code, ErrorCode::kBadOption);
  EXPECT_EQ(threshold_for_rate({}, other, std::nan("")).error().code, ErrorCode::kBadOption);
}

TEST(Threshold, ForARateIsUnbiasedOverFreshRows) {
  // normal scores, of which the exact rate of any threshold is known; 120 rows show 1 % barely
  Random random(5);
  for (const double rate : {0.01, 0.05}) {
    const std::size_t runs = 4000;
    double sum = 0, squares = 0;
    for (std::size_t run = 0; run < runs; ++run) {
      Scores other;
      for (int i = 0; i < 120; ++i) other.push_back(static_cast<float>(random.normal()));
      const double reached = std::erfc(static_cast<double>(*threshold_for_rate({}, other, rate)) / std::sqrt(2)) / 2;
      sum += reached;
      squares += reached * reached;
    }
    const double mean = sum / static_cast<double>(runs);
    const double error = std::sqrt((squares / static_cast<double>(runs) - mean * mean) / static_cast<double>(runs));
    // between two places the interpolated score has a rate a little off the interpolated rate: less than 4 % of it
    EXPECT_NEAR(mean, rate, 4 * error + 0.04 * rate) << rate;
  }
}

TEST(Threshold, IsAboveAllScoresWhereOnlyThatKeepsTheRate) {
  const auto choice = pick_threshold(Scores{-5}, Scores{3}, 0);
  EXPECT_GT(choice.threshold, 3);
  EXPECT_EQ(choice.accuracy_other, 1);
  EXPECT_EQ(choice.accuracy_sensitive, 0);
}

TEST(Threshold, WorksWhereAllScoresAreEqual) {
  for (const float score : {0.0F, 1.0F, -3e38F, 3e38F, 1e-40F}) {
    const auto choice = pick_threshold(Scores{score, score}, Scores{score}, -1);
    EXPECT_NE(choice.threshold, score);
    EXPECT_TRUE(std::isfinite(choice.threshold)) << score;
    EXPECT_EQ(choice.balanced_accuracy(), 0.5);
  }
}

TEST(Threshold, SkipsGapsThatHoldNoFloat) {
  const float above = std::nextafter(1.0F, 2.0F);
  const auto choice = pick_threshold(Scores{above}, Scores{1.0F}, -1);
  EXPECT_NE(choice.threshold, 1.0F);
  EXPECT_NE(choice.threshold, above);
}

TEST(Threshold, JudgesAScoreEqualToItAsOther) {
  const auto choice = accuracies_at(Scores{1, 2}, Scores{1, 0}, 1);
  EXPECT_EQ(choice.accuracy_sensitive, 0.5);
  EXPECT_EQ(choice.accuracy_other, 1);
}

TEST(Threshold, OfRandomScoresEqualsNoneAndIsAsBalancedAsAnyOther) {
  Random random(7);
  for (int round = 0; round < 200; ++round) {
    Scores sensitive(1 + random.below(30));
    Scores other(1 + random.below(30));
    // few distinct values, so that ties across the classes are common
    for (float& score : sensitive) score = static_cast<float>(random.below(12)) + 2;
    for (float& score : other) score = static_cast<float>(random.below(12));
    const auto choice = pick_threshold(sensitive, other, -1);
    EXPECT_EQ(std::ranges::count(sensitive, choice.threshold) + std::ranges::count(other, choice.threshold), 0);
    const double imbalance = std::abs(choice.accuracy_sensitive - choice.accuracy_other);
    for (float threshold = -0.5F; threshold < 15; threshold += 1) {
      const auto rival = accuracies_at(sensitive, other, threshold);
      EXPECT_LE(imbalance, std::abs(rival.accuracy_sensitive - rival.accuracy_other) + 1e-12) << "round " << round;
    }
    const auto counted = accuracies_at(sensitive, other, choice.threshold);
    EXPECT_DOUBLE_EQ(counted.accuracy_sensitive, choice.accuracy_sensitive);
    EXPECT_DOUBLE_EQ(counted.accuracy_other, choice.accuracy_other);
  }
}

TEST(Threshold, FewScoresLeaveItWhereTheLossPutsIt) {
  // three rows of each class: the balanced threshold would be 2.25
  const Scores sensitive = {-0.5, 3, 4};
  const Scores other = {-4, -3, 1.5};
  EXPECT_EQ(pick_threshold(sensitive, other, -1, 0.25).threshold, 0.25F);
  EXPECT_EQ(pick_threshold(sensitive, other, -1, 0.25).accuracy_sensitive, 2.0 / 3);
  // a threshold that the scores contradict gives way to the nearest that they allow
  const auto far = pick_threshold(Scores{5, 6, 7, 8, 9}, Scores{1, 2, 3, 4}, -1, -9);
  EXPECT_GE(far.accuracy_other, 0.5);
  EXPECT_LT(far.threshold, 4);
  // many scores decide themselves, and so does a false-positive rate
  Scores many(training::kFewScores, 3.0F);
  Scores more(training::kFewScores, 1.0F);
  EXPECT_EQ(pick_threshold(many, more, -1, -9).threshold, 2);
  EXPECT_EQ(pick_threshold(sensitive, other, 0, -9).threshold, 2.25F);
}

}  // namespace
}  // namespace standfast::training
