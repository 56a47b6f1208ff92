// The function of a knots step, against its pieces and against the map that it must be: increasing, continuous, linear
// between knots.
#include "model/knots.hpp"

#include <cmath>
#include <vector>

#include <gtest/gtest.h>

#include "base/random.hpp"

namespace standfast::model {
namespace {

MapStep one_feature(std::vector<float> knots, std::vector<float> slopes) {
  MapStep step;
  step.kind = MapKind::kKnots;
  step.values = {{1, static_cast<std::int64_t>(knots.size())}, std::move(knots)};
  step.slopes = {{1, static_cast<std::int64_t>(slopes.size())}, std::move(slopes)};
  return step;
}

template <class Real>
Real value_at(const MapStep& step, Real x) {
  Real y = 0;
  run_knots(step, 1, std::span<const Real>(&x, 1), std::span(&y, 1));
  return y;
}

TEST(Knots, AreZeroAtTheFirstAndRiseByEachPiecesSlope) {
  const MapStep step = one_feature({-1, 2, 2, 4}, {3, 0.5F, 100, 2, 0.25F});
  EXPECT_EQ(value_at(step, -3.0), -6);
  EXPECT_EQ(value_at(step, -1.0), 0);
  EXPECT_EQ(value_at(step, 1.0), 1);
  EXPECT_EQ(value_at(step, 2.0), 1.5) << "a piece of no length adds nothing";
  EXPECT_EQ(value_at(step, 3.0), 3.5);
  EXPECT_EQ(value_at(step, 8.0), 6.5);
  EXPECT_EQ(value_at(step, 8.0F), 6.5F);
}

TEST(Knots, ASlopeAtAKnotIsThatOfThePieceToItsRight) {
  const MapStep step = one_feature({-1, 2, 2, 4}, {3, 0.5F, 100, 2, 0.25F});
  EXPECT_EQ(slope_of_knots(step, 0, -1.5F), 3);
  EXPECT_EQ(slope_of_knots(step, 0, -1), 0.5F);
  EXPECT_EQ(slope_of_knots(step, 0, 2), 2);
  EXPECT_EQ(slope_of_knots(step, 0, 4), 0.25F);
}

TEST(Knots, LanesHaveTheBitsThatTheyHaveAlone) {
  Random random(1);
  for (int round = 0; round < 200; ++round) {
    MapStep step;
    step.kind = MapKind::kKnots;
    const std::size_t m = 1 + random.below(kMostKinks), dim = 3, lanes = 5;
    step.values.shape = {3, static_cast<std::int64_t>(m)};
    step.slopes.shape = {3, static_cast<std::int64_t>(m + 1)};
    for (std::size_t i = 0; i < dim; ++i) {
      std::vector<float> knots;
      for (std::size_t j = 0; j < m; ++j) knots.push_back(static_cast<float>(random.normal()));
      std::ranges::sort(knots);
      step.values.values.insert(step.values.values.end(), knots.begin(), knots.end());
      for (std::size_t j = 0; j <= m; ++j) step.slopes.values.push_back(static_cast<float>(std::exp(random.normal())));
    }
    std::vector<float> x(dim * lanes), y(dim * lanes);
    for (float& value : x) value = static_cast<float>(2 * random.normal());
    run_knots(step, lanes, std::span<const float>(x), std::span(y));
    for (std::size_t lane = 0; lane < lanes; ++lane) {
      std::vector<float> one(dim), alone(dim);
      for (std::size_t i = 0; i < dim; ++i) one[i] = x[i * lanes + lane];
      run_knots(step, 1, std::span<const float>(one), std::span(alone));
      for (std::size_t i = 0; i < dim; ++i) EXPECT_EQ(alone[i], y[i * lanes + lane]);
    }
  }
}

}  // namespace
}  // namespace standfast::model
