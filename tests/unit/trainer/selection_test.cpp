// Which epoch is kept.
#include "trainer/selection.hpp"

#include <gtest/gtest.h>

namespace standfast::trainer {
namespace {

training::ThresholdChoice accuracies(double both) { return {0, both, both}; }

TEST(EpochSelection, KeepsTheHighestBalancedAccuracyAndTheLaterOnTies) {
  EpochSelection selection(false, 100, 100);
  EXPECT_TRUE(selection.prefers_newest(accuracies(0.9)));
  EXPECT_FALSE(selection.prefers_newest(accuracies(0.899)));
  EXPECT_TRUE(selection.prefers_newest(accuracies(0.9)));
  EXPECT_TRUE(selection.prefers_newest(accuracies(0.95)));
  EXPECT_FALSE(selection.prefers_newest(accuracies(0.94)));
}

TEST(EpochSelection, WithAPenaltyKeepsLaterEpochsWithinOneStandardError) {
  EpochSelection selection(true, 100, 100);
  EXPECT_TRUE(selection.prefers_newest(accuracies(0.9)));  // one standard error: sqrt(2 * 0.9 * 0.1 / 100) / 2 = 0.0212
  EXPECT_TRUE(selection.prefers_newest(accuracies(0.88)));
  EXPECT_FALSE(selection.prefers_newest(accuracies(0.878)));
  EXPECT_TRUE(selection.prefers_newest(accuracies(0.95)));  // now 0.0154
  EXPECT_FALSE(selection.prefers_newest(accuracies(0.93)));
}

TEST(EpochSelection, KeepsTheFirstEpochWhateverItIs) {
  EpochSelection selection(true, 1, 1);
  EXPECT_TRUE(selection.prefers_newest(accuracies(0)));
}

TEST(EpochSelection, AFewRowsThatAreAllRightProveNoPerfection) {
  EpochSelection few(true, 5, 5);
  EXPECT_TRUE(few.prefers_newest({0, 1, 1}));
  EXPECT_TRUE(few.prefers_newest({0, 0.8, 1}));  // one row of ten
  EXPECT_FALSE(few.prefers_newest({0, 0.6, 0.8}));
  EpochSelection many(true, 500, 500);
  EXPECT_TRUE(many.prefers_newest({0, 1, 1}));
  EXPECT_FALSE(many.prefers_newest({0, 0.8, 1}));
}

TEST(EpochSelection, ByRankingKeepsLaterEpochsWithinOneStandardError) {
  EpochSelection selection(true, 100, 1000);
  EXPECT_TRUE(selection.prefers_newest(0.8));  // one standard error: sqrt(0.8 * 0.2 / 100) = 0.04
  EXPECT_TRUE(selection.prefers_newest(0.761));
  EXPECT_FALSE(selection.prefers_newest(0.759));
  EpochSelection strict(false, 100, 1000);
  EXPECT_TRUE(strict.prefers_newest(0.8));
  EXPECT_FALSE(strict.prefers_newest(0.799));
}

}  // namespace
}  // namespace standfast::trainer
