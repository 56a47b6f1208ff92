#include "search/ray.hpp"

#include <cmath>
#include <vector>

#include <gtest/gtest.h>

#include "planes.hpp"

namespace standfast::search {
namespace {

using test::plane;
using test::Planes;

// The ray's own promise: the two ends of the last bracket lie within 2e-4 of each other.
constexpr double kTolerance = 2e-4;

const std::vector<double> kRayCost = {1, 1};
const std::vector<double> kNoFloor = {-kInfinity, -kInfinity}, kNoCeiling = {kInfinity, kInfinity};

struct Found {
  double price;
  std::vector<double> change;
};

Found cross(MinorantSource& source, const std::vector<double>& direction, Norm norm = Norm::l2(),
            double limit = kInfinity, const std::vector<double>& lo = kNoFloor,
            const std::vector<double>& hi = kNoCeiling, const std::vector<double>& cost = kRayCost) {
  Found found;
  found.price = first_crossing(direction, {lo, hi, cost}, norm, limit, source, found.change);
  return found;
}

TEST(Ray, FindsTheCrossingToItsToleranceWhereverTheDirectionEnds) {
  for (const double length : {1e-3, 0.3, 0.99, 1.0, 1.01, 7.0, 1e5}) {
    Planes source({plane(1, {-1, 0})});  // 1 - x
    const Found found = cross(source, {length, 0});
    EXPECT_GE(found.price, 1) << length;
    EXPECT_LE(found.price, 1 + 2 * kTolerance) << length;
    EXPECT_LE(source.value(found.change), 0) << length;
    EXPECT_EQ(found.price, std::fabs(found.change[0])) << length;
    EXPECT_LE(source.values, 45U) << length;
  }
}

TEST(Ray, AFunctionThatBendsIsCrossedAsWell) {
  // max(2 - x, 1 - x / 4): the second plane takes over at 4 / 3 and ends at 4
  Planes source({plane(2, {-1, 0}), plane(1, {-0.25, 0})});
  const Found found = cross(source, {1, 0});
  EXPECT_GE(found.price, 4);
  EXPECT_LE(found.price, 4 * (1 + 2 * kTolerance));
}

TEST(Ray, BoundsHoldAndTheOtherFeaturesGoOn) {
  Planes source({plane(2, {-1, -1})});  // 2 - x - y, and x ends at a half
  const std::vector<double> hi = {0.5, kInfinity};
  const Found found = cross(source, {1, 1}, Norm::l1(), kInfinity, kNoFloor, hi);
  EXPECT_EQ(found.change[0], 0.5);
  EXPECT_GE(found.change[1], 1.5);
  EXPECT_LE(found.change[1], 1.5 * (1 + 2 * kTolerance));
  EXPECT_DOUBLE_EQ(found.price, found.change[0] + found.change[1]);
}

TEST(Ray, WhatBoundsPutOutOfReachIsInfinite) {
  Planes source({plane(2, {-1, -1})});
  const std::vector<double> hi = {0.5, 1};
  EXPECT_EQ(cross(source, {1, 1}, Norm::l2(), kInfinity, kNoFloor, hi).price, kInfinity);
  EXPECT_LE(source.values, 20U);
}

TEST(Ray, NoOtherVerdictNoCrossing) {
  Planes source({plane(1, {0, 0})});
  EXPECT_EQ(cross(source, {1, 1}).price, kInfinity);
  Planes away({plane(1, {-1, 0})});
  EXPECT_EQ(cross(away, {-1, 0}).price, kInfinity);
  EXPECT_EQ(cross(away, {0, 0}).price, kInfinity);
}

TEST(Ray, PricesAreCostTimesChange) {
  Planes source({plane(1, {-1, 0})});
  const Found found = cross(source, {1, 0}, Norm::linf(), kInfinity, kNoFloor, kNoCeiling, {4, 1});
  EXPECT_GE(found.price, 4);
  EXPECT_LE(found.price, 4 * (1 + 2 * kTolerance));
  EXPECT_EQ(found.change[0], found.price / 4);
}

TEST(Ray, OnlyWhatIsCheaperThanTheLimitCounts) {
  Planes source({plane(1, {-1, 0})});
  for (const double length : {0.1, 1.0, 50.0}) {
    EXPECT_EQ(cross(source, {length, 0}, Norm::l2(), 0.99).price, kInfinity) << length;
    const Found found = cross(source, {length, 0}, Norm::l2(), 1.01);
    EXPECT_GE(found.price, 1) << length;
    EXPECT_LE(found.price, 1 + 2 * kTolerance) << length;
  }
}

TEST(Ray, ABoundNearTheStartDoesNotHideWhatLiesBelowTheLimit) {
  // y ends at 1, so that the price falls more slowly than the ray: 2 at its end, 1.9 where a straight one costs 1.8
  Planes source({plane(1, {-1, -1})});
  const std::vector<double> hi = {kInfinity, 1};
  const Found found = cross(source, {1, 10}, Norm::l1(), 1.8, kNoFloor, hi);
  EXPECT_GE(found.price, 1);
  EXPECT_LE(found.price, 1 + 2 * kTolerance);
}

TEST(Ray, DirectionsAndValuesThatAreNotFiniteFindNothing) {
  Planes source({plane(1, {-1, 0})});
  EXPECT_EQ(cross(source, {NAN, 0}).price, kInfinity);
  EXPECT_EQ(cross(source, {kInfinity, 0}).price, kInfinity);
  Planes nothing({plane(NAN, {0, 0})});
  EXPECT_EQ(cross(nothing, {1, 0}).price, kInfinity);
}

}  // namespace
}  // namespace standfast::search
