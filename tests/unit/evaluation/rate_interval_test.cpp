// Clopper-Pearson intervals: published values, symmetry, and the coverage that they promise, counted exactly.
#include <cmath>
#include <vector>

#include <gtest/gtest.h>

#include "standfast/evaluation.hpp"

namespace standfast {
namespace {

TEST(RateInterval, HasItsClosedFormWhereNothingOrEverythingIsFound) {
  const RateInterval none = rate_interval(0, 10), all = rate_interval(10, 10);
  EXPECT_EQ(none.lower, 0);
  EXPECT_NEAR(none.upper, 1 - std::pow(0.025, 0.1), 1e-12);
  EXPECT_NEAR(all.lower, std::pow(0.025, 0.1), 1e-12);
  EXPECT_EQ(all.upper, 1);
}

TEST(RateInterval, AgreesWithTablesOfTheBetaDistribution) {
  const RateInterval half = rate_interval(5, 10);
  EXPECT_NEAR(half.lower, 0.18708602844739, 1e-10);
  EXPECT_NEAR(half.upper, 0.81291397155261, 1e-10);
  const RateInterval ninety = rate_interval(4, 20, 0.90);
  EXPECT_NEAR(ninety.lower, 0.0713538, 1e-6);
  EXPECT_NEAR(ninety.upper, 0.4010281, 1e-6);
}

TEST(RateInterval, IsMirroredIfHitsAndMissesChangePlaces) {
  const RateInterval hits = rate_interval(37, 1000), misses = rate_interval(963, 1000);
  EXPECT_NEAR(hits.lower, 1 - misses.upper, 1e-14);
  EXPECT_NEAR(hits.upper, 1 - misses.lower, 1e-14);
}

TEST(RateInterval, IsTheNormalOneForMillions) {
  const double error = 1.959964 * std::sqrt(0.01 * 0.99 / 1e7);
  const RateInterval found = rate_interval(100'000, 10'000'000);
  EXPECT_NEAR(found.lower, 0.01 - error, 5e-7);
  EXPECT_NEAR(found.upper, 0.01 + error, 5e-7);
}

TEST(RateInterval, KnowsNothingOfNoTrials) {
  EXPECT_EQ(rate_interval(0, 0).lower, 0);
  EXPECT_EQ(rate_interval(0, 0).upper, 1);
}

TEST(RateInterval, HoldsTheRateInAtLeastItsConfidenceOfAllSamples) {
  for (const std::size_t of : {1, 7, 30, 101}) {
    std::vector<RateInterval> intervals;
    for (std::size_t found = 0; found <= of; ++found) intervals.push_back(rate_interval(found, of));
    const auto n = static_cast<double>(of);
    for (double rate = 0.003; rate < 1; rate += 0.01) {
      double covered = 0;
      for (std::size_t found = 0; found <= of; ++found) {
        const auto k = static_cast<double>(found);
        if (rate < intervals[found].lower || rate > intervals[found].upper) continue;
        covered += std::exp(std::lgamma(n + 1) - std::lgamma(k + 1) - std::lgamma(n - k + 1) + k * std::log(rate) +
                            (n - k) * std::log1p(-rate));
      }
      EXPECT_GE(covered, 0.95 - 1e-9) << of << " trials at a rate of " << rate;
    }
  }
}

}  // namespace
}  // namespace standfast
