#include "lab/hulls/hulls.hpp"

#include <cmath>
#include <limits>

#include <gtest/gtest.h>

#include "base/random.hpp"
#include "tests/lab/points.hpp"

namespace standfast::lab {
namespace {

using Side = HullAnswer::Side;

TEST(SeparateHulls, ProvesEveryPointOfTheSquareAndAroundIt) {
  const Dataset data = points({{2, 2}, {7, 2}, {2, 4}, {4, 4}, {-3, -3}, {1, 3}, {2, 4.000001F}}, kSquare);
  const auto reports = separate_hulls(data, one_way());
  ASSERT_TRUE(reports.ok()) << reports.error().message;
  ASSERT_EQ(reports->size(), 1U);
  const auto& answers = reports->front().answers;
  ASSERT_EQ(answers.size(), 7U);
  EXPECT_EQ(answers[0].side, Side::kInside) << "the middle of the square";
  EXPECT_EQ(answers[1].side, Side::kOutside);
  EXPECT_EQ(answers[2].side, Side::kInside) << "on the border";
  EXPECT_EQ(answers[3].side, Side::kInside) << "a corner";
  EXPECT_EQ(answers[4].side, Side::kOutside);
  EXPECT_EQ(answers[5].side, Side::kInside);
  EXPECT_EQ(answers[6].side, Side::kOutside) << "by the smallest step of float32";
  EXPECT_EQ(answers[2].support.size(), 2U) << "the ends of the edge alone";
  EXPECT_EQ(answers[3].support, (std::vector<std::size_t>{10}));
  EXPECT_EQ(answers[3].denominator, "1");
  EXPECT_LE(answers[1].distance_lower, 3.0 + 1e-6);
  EXPECT_GT(answers[1].distance_lower, 0.5);
}

TEST(SeparateHulls, SaysWhereItDoesNotSearch) {
  // the middle of a box of 1025 features: no plane exists, and a combination is not looked for
  std::vector<std::vector<float>> corners(2, std::vector<float>(1025, 0.0F));
  corners[1].assign(1025, 2.0F);
  const auto reports = separate_hulls(points({std::vector<float>(1025, 1.0F)}, corners), one_way());
  ASSERT_TRUE(reports.ok()) << reports.error().message;
  EXPECT_EQ(reports->front().count(HullAnswer::Doubt::kTooLarge), 1U);
  EXPECT_EQ(reports->front().count(Side::kUndecided), 1U);
}

TEST(SeparateHulls, DecidesEveryPointOfRandomClouds) {
  for (const std::size_t dim : {2U, 4U, 9U}) {
    Random random(dim);
    std::vector<std::vector<float>> in(60, std::vector<float>(dim));
    std::vector<std::vector<float>> hull(60, std::vector<float>(dim));
    for (auto* cloud : {&in, &hull})
      for (auto& x : *cloud)
        for (auto& value : x) value = static_cast<float>(random.below(100000)) / 1000;
    const auto reports = separate_hulls(points(in, hull), one_way());
    ASSERT_TRUE(reports.ok()) << reports.error().message;
    EXPECT_EQ(reports->front().count(Side::kUndecided), 0U);
    EXPECT_GT(reports->front().count(Side::kOutside), 0U);
    EXPECT_GE(reports->front().count(Side::kInside), dim < 9 ? 1U : 0U);
  }
}

TEST(SeparateHulls, NeverCallsACombinationOutside) {
  Random random(5);
  for (int round = 0; round < 10; ++round) {
    std::vector<std::vector<float>> hull;
    for (int i = 0; i < 12; ++i) {
      std::vector<float> x;
      for (int f = 0; f < 5; ++f) x.push_back(static_cast<float>(random.below(256)));
      hull.push_back(x);
    }
    // halves of two points: exact in float32
    std::vector<std::vector<float>> in;
    for (std::size_t i = 0; i + 1 < hull.size(); ++i) {
      in.push_back(hull[i]);
      for (std::size_t f = 0; f < 5; ++f) in.back()[f] = (hull[i][f] + hull[i + 1][f]) / 2;
    }
    const auto reports = separate_hulls(points(in, hull), one_way());
    ASSERT_TRUE(reports.ok()) << reports.error().message;
    EXPECT_EQ(reports->front().count(Side::kInside), in.size()) << "round " << round;
  }
}

TEST(SeparateHulls, RefusesWhatItCannotMeanAnythingFor) {
  Dataset data = points({{7, 2}}, kSquare);
  data.features[3] = std::numeric_limits<float>::infinity();
  EXPECT_EQ(separate_hulls(data, one_way()).error().code, ErrorCode::kBadValue);
  SeparateOptions options = one_way();
  options.sensitive = {"elsewhere"};
  EXPECT_EQ(separate_hulls(points({{7, 2}}, kSquare), options).error().code, ErrorCode::kBadOption);
}

TEST(SeparableBound, IsTheFormulaWhereTheNumbersAreSmallAndItsLogarithmWhereTheyAreNot) {
  EXPECT_NEAR(log10_separable_bound(1, 1, 1), std::log10(0.5), 1e-12);
  EXPECT_NEAR(log10_separable_bound(2, 2, 3), std::log10(1 - std::pow(5.0 / 6, 3)), 1e-12);
  EXPECT_NEAR(log10_separable_bound(1, 1, 3072), 0, 1e-12);
  // 10000 choose 5000 has 3009 digits and starts with 1.59
  EXPECT_NEAR(log10_separable_bound(5000, 5000, 3072), std::log10(3072) - 3008.2, 0.05);
}

}  // namespace
}  // namespace standfast::lab
