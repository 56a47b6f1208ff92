// Maxima of planes: the exact robust radius is the distance to a polygon, which elementary geometry finds.
#include "search/minorant_search.hpp"

#include <array>
#include <cmath>
#include <numeric>
#include <vector>

#include <gtest/gtest.h>

#include "base/random.hpp"
#include "planes.hpp"
#include "support/exact.hpp"

namespace standfast::search {
namespace {

using test::plane;
using test::Planes;
using test::problem_of;

const std::vector<Norm> kNorms = {Norm::l1(), Norm::l2(), Norm::linf()};
const std::vector<double> kUnitCost = {1, 1};
// What steers the search is known to 1e-5; the radius that it reports lies below the exact one of its weights by that.
constexpr double kSearchTolerance = 2e-5;

MinorantSearchOptions refined(Norm norm, std::size_t passes = 5) { return {norm, passes, false, 0.01}; }
MinorantSearchOptions exact(Norm norm, double gap = 0.01) { return {norm, 60, true, gap}; }

/// A few planes of positive and negative margin around 0; the first is the largest there.
std::vector<minorant::SeparableMinorant> random_planes(Random& random) {
  std::vector<minorant::SeparableMinorant> planes;
  const std::size_t count = 2 + random.below(5);
  for (std::size_t j = 0; j < count; ++j) {
    const std::vector<double> slope = {random.normal(), random.normal()};  // first, whatever the compiler
    planes.push_back(plane(j == 0 ? 2.0 : random.uniform(-1, 2), slope));
  }
  return planes;
}

double true_radius(const std::vector<minorant::SeparableMinorant>& planes, const std::vector<Interval>& interval,
                   Norm norm) {
  std::vector<support::HalfPlane> half_planes;
  for (const minorant::SeparableMinorant& m : planes)
    half_planes.push_back({{m.coefficient[0], m.coefficient[1]}, m.margin});
  for (std::size_t i = 0; i < interval.size(); ++i) {
    std::array<double, 2> up{0, 0}, down{0, 0};
    up[i] = 1;
    down[i] = -1;
    if (interval[i].hi < kInfinity) half_planes.push_back({up, -interval[i].hi});
    if (interval[i].lo > -kInfinity) half_planes.push_back({down, interval[i].lo});
  }
  return support::polygon_distance(std::vector<double>{0, 0}, half_planes, norm);
}

TEST(MinorantSearch, TwoPlanesMeetInAKnownCorner) {
  // max(1.5 - x, 2 - y) <= 0 from (1.5, 2) on; the second plane alone proves 2
  for (const bool keep_all : {false, true}) {
    for (const auto& [norm, corner] : {std::pair{Norm::l1(), 3.5}, {Norm::l2(), 2.5}, {Norm::linf(), 2.0}}) {
      Planes source({plane(2, {0, -1}), plane(1.5, {-1, 0})});
      MinorantSearch search;
      MinorantSearchOptions options = keep_all ? exact(norm, 1e-3) : refined(norm);
      const MinorantSearchResult& found = search.find_radius(problem_of(source.pieces[0]), kUnitCost, options, source);
      EXPECT_LE(found.radius, corner * (1 + 1e-12)) << norm.name() << keep_all;
      EXPECT_GE(found.radius, corner * 0.999) << norm.name() << keep_all;
      if (keep_all) {
        EXPECT_GE(found.attack_price, corner * (1 - 1e-12)) << norm.name();
        EXPECT_LE(found.attack_price, corner * 1.002) << norm.name();
      }
    }
  }
}

/// How large radii are beside the truth, and what attacks cost beside it.
struct Closeness {
  std::size_t count = 0;
  double sum = 0, worst = 1;
  std::size_t far_attacks = 0;

  void add(double ratio, double attack_ratio) {
    ++count;
    sum += ratio;
    worst = std::min(worst, ratio);
    if (attack_ratio > 1 / 0.99) ++far_attacks;
  }
  [[nodiscard]] double mean() const { return sum / static_cast<double>(count); }
};

Closeness closeness(Norm norm, const MinorantSearchOptions& options) {
  Closeness result;
  for (std::uint64_t seed = 0; seed < 300; ++seed) {
    Random random(seed);
    const auto planes = random_planes(random);
    std::vector<Interval> interval(2);
    if (seed % 2 == 1) interval = {{-random.uniform(0, 3), 1}, {-kInfinity, random.uniform(0, 3)}};
    const double truth = true_radius(planes, interval, norm);
    if (!(truth < 50)) continue;  // farther away, steps are too few
    Planes source(planes);
    MinorantSearch search;
    const PricedProblem first = problem_of(planes[0], interval);
    const MinorantSearchResult& found = search.find_radius(first, kUnitCost, options, source);
    EXPECT_LE(found.radius, truth * (1 + 1e-12)) << norm.name() << " seed " << seed;
    EXPECT_GE(found.radius, separable_radius(first, norm).radius) << norm.name() << " seed " << seed;
    EXPECT_GE(found.attack_price, truth * (1 - 1e-12)) << norm.name() << " seed " << seed;
    result.add(found.radius / truth, found.attack_price / truth);
  }
  EXPECT_GT(result.count, 90U) << norm.name();
  return result;
}

TEST(MinorantSearch, ExactClosesTheGapAroundTheTrueRadius) {
  const Closeness l2 = closeness(Norm::l2(), exact(Norm::l2()));
  EXPECT_GE(l2.worst, 0.99);
  EXPECT_EQ(l2.far_attacks, 0U);
  const Closeness linf = closeness(Norm::linf(), exact(Norm::linf()));
  EXPECT_GE(linf.worst, 0.99);
  EXPECT_LE(linf.far_attacks, linf.count / 20);
  // p = 1 without bounds is the slow one: its worst points are jumps, whose mean says little
  const Closeness l1 = closeness(Norm::l1(), exact(Norm::l1()));
  EXPECT_GE(l1.mean(), 0.96);
}

TEST(MinorantSearch, RefinedApproachesTheTrueRadiusFromBelow) {
  EXPECT_GE(closeness(Norm::l2(), refined(Norm::l2(), 10)).mean(), 0.95);
  EXPECT_GE(closeness(Norm::linf(), refined(Norm::linf(), 10)).mean(), 0.95);
  EXPECT_GE(closeness(Norm::l1(), refined(Norm::l1(), 10)).mean(), 0.85);
}

TEST(MinorantSearch, WeightsAreAMeanThatReproducesTheRadius) {
  for (std::uint64_t seed = 0; seed < 20; ++seed) {
    Random random(seed);
    const auto planes = random_planes(random);
    for (const Norm norm : kNorms) {
      for (const bool keep_all : {false, true}) {
        Planes source(planes);
        MinorantSearch search;
        PricedProblem problem = problem_of(planes[0]);
        const MinorantSearchOptions options = keep_all ? exact(norm) : refined(norm);
        const MinorantSearchResult found = search.find_radius(problem, kUnitCost, options, source);
        if (found.radius > 1e6) continue;  // the slopes cancel: 1e6 roundings are the tolerance below
        ASSERT_LE(found.weights.size(), 1 + source.handed_out.size());
        EXPECT_NEAR(std::accumulate(found.weights.begin(), found.weights.end(), 0.0), 1, 1e-12);
        MinorantSet minorants;
        minorants.reset_to(problem);
        for (std::size_t t = 1; t < found.weights.size(); ++t) {
          EXPECT_GE(found.weights[t], 0);
          minorants.add(source.handed_out[t - 1], kUnitCost);
        }
        minorants.sum_weighted(found.weights, problem);
        const double again = separable_radius(problem, norm).radius;
        EXPECT_GE(again, found.radius * (1 - 1e-9)) << norm.name() << keep_all << " seed " << seed;
        // p = 1: the search takes the multiplier as it stands, the best one may be worth a little more
        if (norm != Norm::l1()) {
          EXPECT_LE(again, found.radius * (1 + kSearchTolerance)) << norm.name() << keep_all << " seed " << seed;
        }
      }
    }
  }
}

TEST(MinorantSearch, AttacksCostWhatTheySayAndStand) {
  for (std::uint64_t seed = 0; seed < 30; ++seed) {
    Random random(seed);
    const std::vector<double> cost = {0.5, 4};
    const std::vector<Interval> interval = {{-2, 3}, {-3, 2}};
    Planes source(random_planes(random));
    PricedProblem first;
    first.assign(source.pieces[0], cost, interval);
    for (const Norm norm : kNorms) {
      MinorantSearch search;
      const MinorantSearchResult& found = search.find_radius(first, cost, exact(norm), source);
      if (found.attack.empty()) {
        EXPECT_EQ(found.attack_price, kInfinity);
        continue;
      }
      EXPECT_LE(source.value(found.attack), 0) << norm.name() << " seed " << seed;
      std::vector<double> priced = found.attack;
      for (std::size_t i = 0; i < 2; ++i) {
        EXPECT_GE(found.attack[i], interval[i].lo);
        EXPECT_LE(found.attack[i], interval[i].hi);
        priced[i] *= cost[i];
      }
      EXPECT_NEAR(found.attack_price, norm.of_vector(priced), 1e-12 * found.attack_price);
      EXPECT_LE(found.radius, found.attack_price * (1 + 1e-12));
    }
  }
}

TEST(MinorantSearch, CostsAreAChangeOfUnits) {
  // max(1.5 - 3 x, 2 - 4 y) at costs 3 and 4 is the corner of the first test
  Planes source({plane(2, {0, -4}), plane(1.5, {-3, 0})});
  PricedProblem first;
  first.assign(source.pieces[0], std::vector<double>{3, 4}, std::vector<Interval>(2));
  MinorantSearch search;
  const std::vector<double> cost = {3, 4};
  const MinorantSearchResult& found = search.find_radius(first, cost, exact(Norm::l2(), 1e-3), source);
  EXPECT_LE(found.radius, 2.5);
  EXPECT_GE(found.radius, 2.5 * 0.999);
}

TEST(MinorantSearch, PassesBoundTheMinorants) {
  Random random(7);
  for (const bool keep_all : {false, true}) {
    for (const std::size_t passes : {1U, 2U, 7U}) {
      Planes source(random_planes(random));
      MinorantSearch search;
      const MinorantSearchOptions options{Norm::l2(), passes, keep_all, 1e-9};
      const MinorantSearchResult& found = search.find_radius(problem_of(source.pieces[0]), kUnitCost, options, source);
      EXPECT_LE(source.handed_out.size(), passes - 1);
      EXPECT_LE(found.weights.size(), passes);
    }
  }
}

TEST(MinorantSearch, OnePlaneNeedsNoSecondMinorant) {
  for (const Norm norm : kNorms) {
    Planes source({plane(2, {3, -4})});
    MinorantSearch search;
    const PricedProblem first = problem_of(source.pieces[0]);
    const MinorantSearchResult& found = search.find_radius(first, kUnitCost, exact(norm), source);
    EXPECT_TRUE(source.handed_out.empty()) << norm.name();
    EXPECT_EQ(found.radius, separable_radius(first, norm).radius) << norm.name();
    EXPECT_EQ(found.weights, std::vector<double>{1}) << norm.name();
  }
}

TEST(MinorantSearch, WhatNothingFlipsIsInfiniteAtOnce) {
  for (const Norm norm : kNorms) {
    Planes source({plane(2, {0, 0})});
    MinorantSearch search;
    const MinorantSearchResult& found =
        search.find_radius(problem_of(source.pieces[0]), kUnitCost, exact(norm), source);
    EXPECT_EQ(found.radius, kInfinity);
    EXPECT_EQ(found.weights, std::vector<double>{1});
    EXPECT_EQ(source.handed_out.size() + source.values, 0U);
  }
}

TEST(MinorantSearch, PlanesThatContradictEachOtherProveInfinity) {
  // max(1 - x, 1 + x) >= 1, though either plane alone flips inside |x| <= 3
  const std::vector<Interval> interval(2, {-3, 3});
  for (const Norm norm : {Norm::l2(), Norm::linf()}) {
    for (const bool keep_all : {false, true}) {
      Planes source({plane(1, {-1, 0}), plane(1, {1, 0})});
      MinorantSearch search;
      const MinorantSearchOptions options = keep_all ? exact(norm) : refined(norm);
      const MinorantSearchResult& found =
          search.find_radius(problem_of(source.pieces[0], interval), kUnitCost, options, source);
      EXPECT_EQ(found.radius, kInfinity) << norm.name() << keep_all;
      EXPECT_EQ(found.attack_price, kInfinity) << norm.name() << keep_all;
    }
  }
}

TEST(MinorantSearch, MinorantsWithBendsStayBelowTheTruth) {
  // {f <= 0} is not convex here, so that the truth comes from a grid: every grid point with f <= 0 is an attack
  std::size_t finite = 0;
  for (std::uint64_t seed = 0; seed < 12; ++seed) {
    Random random(seed);
    std::vector<minorant::SeparableMinorant> pieces;
    const std::vector<double> offset = {random.normal(), random.normal()};
    for (int j = 0; j < 3; ++j) {
      pieces.push_back({j == 0 ? 1.0 : random.uniform(-1, 1),
                        {random.normal(), random.normal()},
                        {random.normal(), random.normal()},
                        offset});
    }
    const std::vector<Interval> interval(2, {-2, 2});
    for (const Norm norm : kNorms) {
      Planes source(pieces);
      double nearest = kInfinity;
      for (int k = 0; k < 51 * 51; ++k) {
        const std::vector<double> d = {-2 + 0.08 * (k % 51), -2 + 0.08 * (k / 51)};
        if (source.value(d) <= 0) nearest = std::min(nearest, norm.of_vector(d));
      }
      for (const bool keep_all : {false, true}) {
        MinorantSearch search;
        const MinorantSearchOptions options = keep_all ? exact(norm) : refined(norm);
        const PricedProblem first = problem_of(pieces[0], interval);
        const MinorantSearchResult& found = search.find_radius(first, kUnitCost, options, source);
        EXPECT_LE(found.radius, nearest) << norm.name() << keep_all << " seed " << seed;
        EXPECT_GE(found.radius, separable_radius(first, norm).radius) << norm.name() << keep_all << " seed " << seed;
        if (keep_all) {
          EXPECT_LE(found.radius, found.attack_price * (1 + 1e-12)) << norm.name() << " seed " << seed;
        }
        if (found.radius < kInfinity) ++finite;
      }
    }
  }
  EXPECT_GT(finite, 30U);
}

TEST(MinorantSearch, MinorantsThatAreNotFiniteNeverEnterTheResult) {
  for (const Norm norm : kNorms) {
    for (const double bad : {kInfinity, -kInfinity, std::nan("")}) {
      struct Broken : Planes {
        using Planes::Planes;
        const minorant::SeparableMinorant& minorant_at(std::span<const double>, std::span<const double>) override {
          return pieces.back();
        }
        double value(std::span<const double>) override { return 1; }
      } source({plane(1, {-1, 0}), plane(bad, {bad, bad})});
      MinorantSearch search;
      const MinorantSearchResult& found =
          search.find_radius(problem_of(source.pieces[0]), kUnitCost, exact(norm), source);
      EXPECT_DOUBLE_EQ(found.radius, 1) << norm.name() << bad;
      EXPECT_EQ(found.weights[0], 1) << norm.name() << bad;
    }
  }
}

}  // namespace
}  // namespace standfast::search
