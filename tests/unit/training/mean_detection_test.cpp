// The part of the ROC curve that counts for a filter.
#include "training/mean_detection.hpp"

#include <vector>

#include <gtest/gtest.h>

namespace standfast::training {
namespace {

TEST(MeanDetection, IsOneForScoresThatPartTheClassesAndZeroForTheReverse) {
  const std::vector<float> high = {3, 4, 5}, low = {0, 1, 2};
  EXPECT_EQ(mean_detection(high, low, 0.05), 1);
  EXPECT_EQ(mean_detection(low, high, 0.05), 0);
}

TEST(MeanDetection, OfAllRatesIsTheShareOfPairsInOrder) {
  const std::vector<float> sensitive = {1, 3, 6}, other = {0, 2, 4, 5};
  // 1 is above one of the others, 3 above two, 6 above four
  EXPECT_DOUBLE_EQ(mean_detection(sensitive, other, 1), 7.0 / 12);
}

TEST(MeanDetection, LooksOnlyAtTheHighestOthers) {
  const std::vector<float> sensitive = {1, 3, 6, 6}, other = {0, 2, 4, 5};
  EXPECT_DOUBLE_EQ(mean_detection(sensitive, other, 0.25), 0.5);
  EXPECT_DOUBLE_EQ(mean_detection(sensitive, other, 0.5), 0.5);
  // two whole rows at 2/4, half a row at 3/4
  EXPECT_DOUBLE_EQ(mean_detection(sensitive, other, 0.625), (0.5 + 0.5 + 0.75 / 2) / 2.5);
}

TEST(MeanDetection, CountsEqualScoresHalf) {
  EXPECT_DOUBLE_EQ(mean_detection(std::vector<float>{1, 1}, std::vector<float>{1}, 1), 0.5);
  EXPECT_DOUBLE_EQ(mean_detection(std::vector<float>{1, 2}, std::vector<float>{1}, 0.01), 0.75);
}

}  // namespace
}  // namespace standfast::training
