#include "evaluation/attacked_curve.hpp"

#include <cmath>
#include <limits>
#include <vector>

#include <gtest/gtest.h>

#include "evaluation/certified_curve.hpp"

namespace standfast::evaluation {
namespace {

TEST(CertifiedShare, IsHowMuchOfTheWayIsProven) {
  EXPECT_EQ(certified_share(Norm::l2(), 3, 4), 0.75);
  EXPECT_EQ(certified_share(Norm::l2(), 4, 4), 1);
  EXPECT_EQ(certified_share(Norm::l2(), 0, 4), 0);
}

TEST(CertifiedShare, CountsTheOneFeatureMoreThatMustChange) {
  EXPECT_EQ(certified_share(Norm::l0(), 2, 3), 1) << "any 2 may change, and 3 flip the verdict: nothing is left open";
  EXPECT_EQ(certified_share(Norm::l0(), 0, 4), 0.25);
}

TEST(CertifiedShare, HasNoValueWithoutAnAttack) {
  EXPECT_TRUE(std::isnan(certified_share(Norm::l2(), 3, kInfinity)));
  EXPECT_TRUE(std::isnan(certified_share(Norm::l2(), kInfinity, kInfinity)));
  EXPECT_TRUE(std::isnan(certified_share(Norm::l2(), 3, std::nan(""))));
}

TEST(CertifiedShare, AtAnInputThatIsItsOwnAttackNothingIsLeftToProve) {
  EXPECT_EQ(certified_share(Norm::l2(), 0, 0), 1);
  EXPECT_EQ(certified_share(Norm::l0(), 0, 0), 1);
  EXPECT_EQ(certified_share(Norm::l2(), 1, 0), kInfinity) << "a radius above an attack must not look like a good one";
}

TEST(AttackedCurve, CountsTheInputsThatNoAttackFoundTurnsBelowEachRadius) {
  const std::vector<AttackedInput> inputs = {
      {0, true, 1, 2}, {1, true, 3, 4}, {2, true, kInfinity, kInfinity}, {3, false, 0, 0}};
  const std::vector<double> grid = {0, 2, 2.5, 4, 5};
  const auto curve = attacked_curve(Norm::l2(), inputs, grid);
  EXPECT_EQ(curve.accuracy, (std::vector<double>{0.75, 0.75, 0.5, 0.5, 0.25}));
  EXPECT_EQ(curve.none_found, 1u);
  EXPECT_EQ(curve.rows, (std::vector<std::size_t>{0, 1}));
  EXPECT_EQ(curve.mean_certified_share, 0.625);
  EXPECT_EQ(curve.median_certified_share, 0.5);
  ASSERT_EQ(curve.quantiles.size(), 5u);
  EXPECT_EQ(curve.quantiles[0].radius, 2);
  EXPECT_EQ(curve.quantiles[4].radius, kInfinity);
}

TEST(AttackedCurve, IsNowhereBelowTheCertifiedOne) {
  std::vector<AttackedInput> attacked;
  std::vector<SensitiveInput> certified;
  for (std::size_t i = 0; i < 100; ++i) {
    const double radius = static_cast<double>(i % 7);
    const bool right = i % 9 != 0;
    attacked.push_back({i, right, right ? radius : 0, right ? radius + static_cast<double>(1 + i % 3) : 0});
    certified.push_back({i, right, right ? radius : 0});
  }
  for (const Norm norm : {Norm::l0(), Norm::l1(), Norm::linf()}) {
    const auto below = certified_curve(norm, certified, radius_grid(norm == Norm::l0(), certified, 41));
    const auto above = attacked_curve(norm, attacked, below.radii);
    for (std::size_t k = 0; k < below.radii.size(); ++k) EXPECT_GE(above.accuracy[k], below.accuracy[k]) << norm.name();
  }
}

TEST(AttackedCurve, AnAttackOnThreeFeaturesLeavesTwoPossible) {
  const std::vector<AttackedInput> inputs = {{0, true, 2, 3}};
  const std::vector<double> grid = {0, 1, 2, 3};
  const auto curve = attacked_curve(Norm::l0(), inputs, grid);
  EXPECT_EQ(curve.accuracy, (std::vector<double>{1, 1, 1, 0}));
  EXPECT_EQ(curve.quantiles[2].radius, 3) << "quantiles are of what the attack changes";
  EXPECT_EQ(curve.mean_certified_share, 1);
}

TEST(AttackedCurve, TiesKeepTheOrderOfTheData) {
  const std::vector<AttackedInput> inputs = {{5, true, 1, 2}, {7, true, 1, 1}, {9, true, 1, 2}};
  EXPECT_EQ(attacked_curve(Norm::l1(), inputs, {}).rows, (std::vector<std::size_t>{7, 5, 9}));
}

TEST(AttackedCurve, OfAnEmptyClassHasNoRates) {
  const std::vector<double> grid = {0, 1};
  const auto curve = attacked_curve(Norm::l2(), {}, grid);
  EXPECT_TRUE(std::isnan(curve.accuracy[0]));
  EXPECT_TRUE(std::isnan(curve.mean_certified_share));
  EXPECT_TRUE(std::isnan(curve.median_certified_share));
  EXPECT_TRUE(curve.quantiles.empty());
  EXPECT_EQ(curve.none_found, 0u);
}

TEST(AttackedCurve, CoversAnyMagnitude) {
  constexpr double kHuge = std::numeric_limits<double>::max();
  const std::vector<AttackedInput> inputs = {{0, true, 5e-324, 1e-323}, {1, true, kHuge / 2, kHuge}};
  EXPECT_EQ(attacked_curve(Norm::l2(), inputs, {}).mean_certified_share, 0.5);
}

}  // namespace
}  // namespace standfast::evaluation
