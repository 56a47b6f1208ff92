#include "lab/hulls/exact_combination.hpp"

#include <cstdlib>

#include <gtest/gtest.h>

#include "base/random.hpp"

namespace standfast::lab {
namespace {

using Points = std::vector<IntegerPoint>;

const Points kTriangle = {{0, 0}, {6, 0}, {0, 6}};

TEST(ExactCombination, FindsTheWeightsOfATrianglesPoint) {
  const auto found = exact_combination(kTriangle, {2, 3});
  ASSERT_TRUE(found.has_value());
  EXPECT_EQ(found->support, (std::vector<std::size_t>{0, 1, 2}));
  // 1/6, 2/6, 3/6
  EXPECT_EQ(std::stoi(found->numerators[1]), 2 * std::stoi(found->numerators[0]));
  EXPECT_EQ(std::stoi(found->numerators[2]), 3 * std::stoi(found->numerators[0]));
  EXPECT_EQ(std::stoi(found->denominator), 6 * std::stoi(found->numerators[0]));
  EXPECT_DOUBLE_EQ(found->weights[2], 0.5);
}

TEST(ExactCombination, LeavesOutWhatBearsNoWeight) {
  const auto edge = exact_combination(kTriangle, {3, 3});
  ASSERT_TRUE(edge.has_value());
  EXPECT_EQ(edge->support, (std::vector<std::size_t>{1, 2}));
  const auto corner = exact_combination(kTriangle, {0, 6});
  ASSERT_TRUE(corner.has_value());
  EXPECT_EQ(corner->support, (std::vector<std::size_t>{2}));
  EXPECT_EQ(corner->numerators, (std::vector<std::string>{corner->denominator}));
}

TEST(ExactCombination, IsNothingForAPointOutsideByOneUnit) {
  EXPECT_FALSE(exact_combination(kTriangle, {3, 4}).has_value());
  EXPECT_FALSE(exact_combination(kTriangle, {-1, 3}).has_value());
  // 2^61 away from a far corner: float64 cannot tell
  const std::int64_t far = std::int64_t{1} << 61;
  const Points large = {{0, 0}, {far, 0}, {0, far}};
  EXPECT_TRUE(exact_combination(large, {far / 2, far / 2}).has_value());
  EXPECT_FALSE(exact_combination(large, {far / 2, far / 2 + 1}).has_value());
}

TEST(ExactCombination, IsNothingForPointsThatDoNotSpanXOrDependOnEachOther) {
  EXPECT_FALSE(exact_combination({{0, 0, 0}, {2, 2, 0}}, {1, 1, 1}).has_value());
  EXPECT_FALSE(exact_combination({{0, 0}, {1, 1}, {2, 2}}, {1, 1}).has_value()) << "more than one solution";
  EXPECT_FALSE(exact_combination({{3}, {3}}, {3}).has_value());
}

/// Points with a combination that is known: x = sum w_i q_i / 2^k, scaled so that x is an integer.
TEST(ExactCombination, FindsRandomCombinationsInManyDimensions) {
  Random random(11);
  for (const std::size_t dim : {1U, 5U, 20U, 60U}) {
    Points points(dim + 1, IntegerPoint(dim));
    IntegerPoint x(dim, 0);
    std::vector<std::int64_t> weights;
    std::int64_t total = 0;
    for (std::size_t i = 0; i <= dim; ++i) weights.push_back(1 + static_cast<std::int64_t>(random.below(1000)));
    for (const auto weight : weights) total += weight;
    for (std::size_t i = 0; i <= dim; ++i)
      for (std::size_t f = 0; f < dim; ++f) {
        const auto value = static_cast<std::int64_t>(random.below(1U << 20U)) - (1 << 19);
        points[i][f] = value * total;
        x[f] += value * weights[i];
      }
    const auto found = exact_combination(points, x);
    ASSERT_TRUE(found.has_value()) << dim;
    ASSERT_EQ(found->support.size(), dim + 1);
    for (std::size_t i = 0; i <= dim; ++i)
      EXPECT_NEAR(found->weights[i], static_cast<double>(weights[i]) / static_cast<double>(total), 1e-15);
  }
}

TEST(CheckCombination, RefusesEveryFalseClaim) {
  const IntegerPoint x = {3, 3};
  const ExactCombination right{{1, 2}, {}, {"1", "1"}, "2"};
  EXPECT_TRUE(check_combination(right, kTriangle, x));
  EXPECT_FALSE(check_combination(right, kTriangle, {3, 4})) << "reaches another point";
  EXPECT_FALSE(check_combination({{1, 2}, {}, {"1", "1"}, "3"}, kTriangle, x)) << "not convex";
  EXPECT_FALSE(check_combination({{1, 2}, {}, {"-1", "-1"}, "-2"}, kTriangle, x)) << "negative";
  EXPECT_FALSE(check_combination({{1, 2, 0}, {}, {"2", "2", "-1"}, "3"}, {{1, 1}, {3, 3}, {2, 2}}, x)) << "negative";
  EXPECT_FALSE(check_combination({{1, 2}, {}, {"2"}, "2"}, kTriangle, x)) << "a weight is missing";
  EXPECT_FALSE(check_combination({{}, {}, {}, "0"}, kTriangle, x)) << "no weight at all";
}

}  // namespace
}  // namespace standfast::lab
