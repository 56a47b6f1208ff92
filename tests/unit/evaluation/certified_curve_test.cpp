#include "evaluation/certified_curve.hpp"

#include <cmath>
#include <limits>
#include <vector>

#include <gtest/gtest.h>

namespace standfast::evaluation {
namespace {

std::vector<SensitiveInput> right(const std::vector<double>& radii) {
  std::vector<SensitiveInput> inputs;
  for (const double radius : radii) inputs.push_back({inputs.size(), true, radius});
  return inputs;
}

TEST(CertifiedCurve, CountsTheInputsThatReachEachRadius) {
  auto inputs = right({1, 2, 2, 4});
  inputs.push_back({4, false, 0});
  const auto curve = certified_curve(Norm::l2(), inputs, {0, 1, 2, 2.5, 4, 5});
  EXPECT_EQ(curve.accuracy, (std::vector<double>{0.8, 0.8, 0.6, 0.2, 0.2, 0}));
  EXPECT_EQ(curve.norm, Norm::l2());
  EXPECT_EQ(curve.infinite_share, 0);
}

TEST(CertifiedCurve, NeverRises) {
  const auto inputs = right({0.3, kInfinity, 0, 7, 0.3, 1e-300});
  const auto curve = certified_curve(Norm::l1(), inputs, radius_grid(false, inputs, 41));
  for (std::size_t k = 1; k < curve.accuracy.size(); ++k) EXPECT_LE(curve.accuracy[k], curve.accuracy[k - 1]);
}

TEST(CertifiedCurve, ARightVerdictWithoutACertificateCountsAtNoRadius) {
  const auto inputs = right({0, 1});
  EXPECT_EQ(certified_curve(Norm::l2(), inputs, {0}).accuracy, std::vector<double>{0.5});
  EXPECT_EQ(certified_curve(Norm::l0(), inputs, {0, 1}).accuracy, (std::vector<double>{1, 0.5}))
      << "no changed feature is no attack";
}

TEST(CertifiedCurve, InfiniteRadiiReachEveryRadius) {
  const auto curve = certified_curve(Norm::l2(), right({kInfinity, 1, kInfinity, kInfinity}), {0, 1e300});
  EXPECT_EQ(curve.accuracy, (std::vector<double>{1, 0.75}));
  EXPECT_EQ(curve.infinite_share, 0.75);
  ASSERT_EQ(curve.quantiles.size(), 5u);
  EXPECT_EQ(curve.quantiles[0].radius, 1);
  EXPECT_EQ(curve.quantiles[2].radius, kInfinity);
  EXPECT_EQ(curve.most_robust, (std::vector<std::size_t>{0, 2, 3, 1}));
  EXPECT_EQ(curve.least_robust.front(), 1u);
}

TEST(CertifiedCurve, TheMedianIsTheLowerOfTwoInTheMiddle) {
  EXPECT_EQ(median(std::vector<double>{3, 1}), 1);
  EXPECT_EQ(median(std::vector<double>{3}), 3);
  EXPECT_EQ(median(std::vector<double>{5, 1, 4}), 4);
  EXPECT_EQ(median(std::vector<double>{kInfinity, 2, 1, kInfinity}), 2);
  for (int count = 1; count < 20; ++count) {
    std::vector<double> radii;
    for (int i = count; i > 0; --i) radii.push_back(i);
    EXPECT_EQ(median(radii), certified_curve(Norm::l2(), right(radii), {0}).quantiles[2].radius) << count;
  }
}

TEST(CertifiedCurve, AnEmptyClassHasNoRates) {
  const auto curve = certified_curve(Norm::l2(), {}, {0, 1});
  EXPECT_TRUE(std::isnan(curve.accuracy[0]));
  EXPECT_TRUE(std::isnan(curve.infinite_share));
  EXPECT_TRUE(curve.quantiles.empty());
  EXPECT_TRUE(curve.most_robust.empty());
}

TEST(CertifiedCurve, WrongVerdictsAreInNoQuantileAndNoExtreme) {
  const std::vector<SensitiveInput> inputs = {{7, false, 0}, {9, true, 3}, {11, false, 0}};
  const auto curve = certified_curve(Norm::l2(), inputs, {0});
  for (const auto& quantile : curve.quantiles) EXPECT_EQ(quantile.radius, 3);
  EXPECT_EQ(curve.least_robust, std::vector<std::size_t>{9});
  EXPECT_EQ(curve.most_robust, std::vector<std::size_t>{9});
}

TEST(CertifiedCurve, ExtremesAreTenRowsAndTiesKeepTheOrderOfTheData) {
  std::vector<double> radii(30, 1.0);
  radii[20] = 0.5;
  radii[25] = 2;
  const auto curve = certified_curve(Norm::l2(), right(radii), {0});
  EXPECT_EQ(curve.most_robust, (std::vector<std::size_t>{25, 0, 1, 2, 3, 4, 5, 6, 7, 8}));
  EXPECT_EQ(curve.least_robust, (std::vector<std::size_t>{20, 0, 1, 2, 3, 4, 5, 6, 7, 8}));
}

TEST(Quantile, IsTheSmallestValueThatTheShareStaysAtOrBelow) {
  const std::vector<double> values = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10};
  EXPECT_EQ(quantile(values, 0), 1);
  EXPECT_EQ(quantile(values, 0.1), 1);
  EXPECT_EQ(quantile(values, 0.11), 2);
  EXPECT_EQ(quantile(values, 0.5), 5);
  EXPECT_EQ(quantile(values, 1), 10);
  std::vector<double> thirty(30);
  for (std::size_t i = 0; i < thirty.size(); ++i) thirty[i] = static_cast<double>(i + 1);
  EXPECT_EQ(quantile(thirty, 0.1), 3) << "0.1 * 30 rounds to a number above 3";
  EXPECT_EQ(quantile(std::vector<double>{4}, 0.5), 4);
}

TEST(RadiusGrid, HasEvenNiceStepsToTheNinetyFivePercentQuantile) {
  std::vector<double> radii;
  for (int i = 1; i <= 100; ++i) radii.push_back(i / 100.0);
  const auto grid = radius_grid(false, right(radii), 41);
  ASSERT_GE(grid.size(), 20u);
  ASSERT_LE(grid.size(), 41u);
  EXPECT_EQ(grid[0], 0);
  EXPECT_EQ(grid[1], 0.025);
  EXPECT_EQ(grid[3], 0.075);
  EXPECT_GE(grid.back(), 0.95);
  EXPECT_LT(grid[grid.size() - 2], 0.95);
}

TEST(RadiusGrid, StepsAreWrittenShort) {
  const auto grid = radius_grid(false, right({4.0}), 41);
  EXPECT_EQ(grid[3], 0.3);
  EXPECT_EQ(grid.back(), 4.0);
}

TEST(RadiusGrid, CoversAnyMagnitude) {
  for (const double last : {5e-324, 1e-300, 3e-9, 1.0, 7e12, 1e300, std::numeric_limits<double>::max()}) {
    const auto grid = radius_grid(false, right({last}), 41);
    ASSERT_LE(grid.size(), 41u);
    ASSERT_GE(grid.size(), 2u);
    for (std::size_t k = 1; k < grid.size(); ++k) EXPECT_GE(grid[k], grid[k - 1]);
    EXPECT_TRUE(std::isfinite(grid.back())) << last;
  }
}

TEST(RadiusGrid, CountsWholeFeaturesForNormZero) {
  EXPECT_EQ(radius_grid(true, right({3}), 41), (std::vector<double>{0, 1, 2, 3}));
  for (const double radius : radius_grid(true, right({784}), 41)) EXPECT_EQ(radius, std::round(radius));
}

TEST(RadiusGrid, WithoutAFinitePositiveRadiusIsZeroToOne) {
  const std::vector<double> zero_to_one = {0, 1};
  EXPECT_EQ(radius_grid(false, {}, 41), zero_to_one);
  EXPECT_EQ(radius_grid(false, right({kInfinity, kInfinity}), 41), zero_to_one);
  EXPECT_EQ(radius_grid(false, right({0}), 41), zero_to_one);
}

TEST(RadiusGrid, IgnoresInfiniteRadii) {
  EXPECT_EQ(radius_grid(false, right({1, kInfinity, kInfinity}), 3), (std::vector<double>{0, 0.5, 1}));
}

}  // namespace
}  // namespace standfast::evaluation
