#include "lab/bench/statistics.hpp"

#include <vector>

#include <gtest/gtest.h>

namespace standfast::lab {
namespace {

TEST(NearestRank, IsTheNearestOfTheSortedValues) {
  const std::vector<double> values = {5, 1, 4, 2, 3};
  EXPECT_EQ(nearest_rank(values, 0), 1);
  EXPECT_EQ(nearest_rank(values, 0.5), 3);
  EXPECT_EQ(nearest_rank(values, 0.9), 5);
  EXPECT_EQ(nearest_rank(values, 1), 5);
}

TEST(NearestRank, OfOneValueIsThatValue) {
  const std::vector<double> values = {7};
  for (const double q : {0.0, 0.1, 0.5, 0.9, 1.0}) EXPECT_EQ(nearest_rank(values, q), 7);
}

TEST(Spread, OfAllRoundsHasTheSmallestAndTheLargest) {
  const std::vector<double> values = {3, 9, 1, 2, 100};
  const Spread spread = whole_spread(values);
  EXPECT_EQ(spread.median, 3);
  EXPECT_EQ(spread.low, 1);
  EXPECT_EQ(spread.high, 100);
}

TEST(Spread, OfMostCallsLeavesOutTheTails) {
  std::vector<double> values;
  for (int i = 0; i <= 100; ++i) values.push_back(i);
  const Spread spread = usual_spread(values);
  EXPECT_EQ(spread.median, 50);
  EXPECT_EQ(spread.low, 10);
  EXPECT_EQ(spread.high, 90);
}

TEST(Ratio, ComparesRoundWithRoundAndNotMedianWithMedian) {
  // the machine was ten times as slow in the second round, for both
  const std::vector<double> slow = {2, 20, 4};
  const std::vector<double> fast = {1, 10, 1};
  const Spread ratio = ratio_spread(slow, fast);
  EXPECT_EQ(ratio.median, 2);
  EXPECT_EQ(ratio.low, 2);
  EXPECT_EQ(ratio.high, 4);
}

}  // namespace
}  // namespace standfast::lab
