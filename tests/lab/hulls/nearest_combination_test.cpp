#include "lab/hulls/nearest_combination.hpp"

#include <gtest/gtest.h>

#include "base/random.hpp"

namespace standfast::lab {
namespace {

using End = NearestCombination::End;

TEST(NearestCombination, ReachesTheOriginInsideATriangle) {
  const auto found = nearest_combination({3, 2, {-1, 2, -1, -1, 0, 1}});
  EXPECT_EQ(found.end, End::kReached);
  EXPECT_EQ(found.support.size(), 3U);
}

TEST(NearestCombination, NeedsNoMoreThanTheEdgeThatTheOriginIsOn) {
  const auto found = nearest_combination({3, 2, {-1, 1, 0, 0, 0, 1}});
  EXPECT_EQ(found.end, End::kReached);
  EXPECT_LE(found.support.size(), 3U);
}

TEST(NearestCombination, GivesANormalThatIsNegativeOnEveryPoint) {
  Random random(3);
  for (int round = 0; round < 20; ++round) {
    PointColumns points{40, 6, {}};
    for (std::size_t f = 0; f < points.dim; ++f)
      for (std::size_t i = 0; i < points.count; ++i)
        points.values.push_back(static_cast<double>(random.below(2001)) / 1000 - 1 + (f == 0 ? 1.01 : 0));
    const auto found = nearest_combination(points);
    ASSERT_EQ(found.end, End::kSeparated) << "the first coordinate is positive, round " << round;
    for (std::size_t i = 0; i < points.count; ++i) {
      double product = 0;
      for (std::size_t f = 0; f < points.dim; ++f) product += found.normal[f] * points.values[f * points.count + i];
      EXPECT_LT(product, 0);
    }
  }
}

TEST(NearestCombination, ReachesTheOriginFromManyPoints) {
  Random random(4);
  for (const std::size_t dim : {1U, 3U, 30U}) {
    PointColumns points{20 * dim, dim, {}};
    for (std::size_t n = 0; n < points.count * dim; ++n)
      points.values.push_back(static_cast<double>(random.below(2001)) / 1000 - 1);
    const auto found = nearest_combination(points);
    EXPECT_EQ(found.end, End::kReached) << dim;
    EXPECT_EQ(found.support.size(), dim + 1);
  }
}

}  // namespace
}  // namespace standfast::lab
