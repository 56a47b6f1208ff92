#include "search/minorant_set.hpp"

#include <vector>

#include <gtest/gtest.h>

#include "planes.hpp"

namespace standfast::search {
namespace {

using test::plane;
using test::problem_of;

/// 3 + 4 e - e' + 2 (|1 + e| - 1) with -1 <= e <= 2, in units of price: the costs are 2 and 4.
PricedProblem bent_problem() {
  PricedProblem problem;
  problem.assign({3, {8, -4}, {4, 0}, {0.5, 2}}, std::vector<double>{2, 4}, std::vector<Interval>{{-0.5, 1}, {}});
  return problem;
}

TEST(MinorantSet, StartsWithTheProblemInUnitsOfPrice) {
  MinorantSet minorants;
  minorants.reset_to(bent_problem());
  ASSERT_EQ(minorants.size(), 1U);
  EXPECT_EQ(minorants.dim(), 2U);
  EXPECT_TRUE(minorants.has_bends());
  EXPECT_EQ(minorants[0].margin, 3);
  EXPECT_EQ(minorants[0].coefficient, (std::vector<double>{4, -1}));
  EXPECT_EQ(minorants[0].bend, (std::vector<double>{2, 0}));
  EXPECT_EQ(minorants.offset()[0], 1);
  EXPECT_EQ(minorants.lo()[0], -1);
  EXPECT_EQ(minorants.hi()[0], 2);
  EXPECT_EQ(minorants.hi()[1], kInfinity);
}

TEST(MinorantSet, WeighsWhatWasAddedByItsCosts) {
  MinorantSet minorants;
  PricedProblem problem = bent_problem();
  minorants.reset_to(problem);
  minorants.add({1, {2, 4}, {-2, 8}, {0.5, 2}}, std::vector<double>{2, 4});  // 1 + e + e' - (|.|) + 2 (|.|)
  const std::vector<double> weights = {0.5, 3};
  minorants.sum_weighted(weights, problem);
  EXPECT_EQ(problem.margin, 1.5 + 3);
  EXPECT_EQ(problem.coefficient[0], 2 + 3);
  EXPECT_EQ(problem.coefficient[1], -0.5 + 3);
  EXPECT_EQ(problem.bend[0], 1 - 3);
  EXPECT_EQ(problem.bend[1], 6);
  EXPECT_EQ(problem.hi[0], 2) << "bounds stay";
  std::vector<double> coefficient(2, 99), bend(2, 99);
  minorants.sum_weighted(weights, coefficient, bend);
  EXPECT_EQ(coefficient, (std::vector<double>{5, 2.5}));
  EXPECT_EQ(bend, (std::vector<double>{-2, 6}));
}

TEST(MinorantSet, AWeightOfZeroLeavesAMinorantOutWhateverItHolds) {
  MinorantSet minorants;
  PricedProblem problem = problem_of(plane(1, {1}));
  minorants.reset_to(problem);
  minorants.add(plane(kInfinity, {-kInfinity}), std::vector<double>{1});
  minorants.sum_weighted(std::vector<double>{2, 0}, problem);
  EXPECT_EQ(problem.margin, 2);
  EXPECT_EQ(problem.coefficient[0], 2);
}

TEST(MinorantSet, MergingKeepsTheWeightedMean) {
  MinorantSet minorants;
  minorants.reset_to(bent_problem());
  minorants.add({1, {2, 4}, {-2, 8}, {0.5, 2}}, std::vector<double>{2, 4});
  minorants.merge(std::vector<double>{6, 2});
  ASSERT_EQ(minorants.size(), 1U);
  EXPECT_EQ(minorants[0].margin, 0.75 * 3 + 0.25 * 1);
  EXPECT_EQ(minorants[0].coefficient, (std::vector<double>{0.75 * 4 + 0.25 * 1, 0.75 * -1 + 0.25 * 1}));
  EXPECT_EQ(minorants[0].bend, (std::vector<double>{0.75 * 2 - 0.25 * 1, 0.25 * 2}));
  minorants.add({5, {6, 8}, {1, 2}, {0.5, 2}}, std::vector<double>{1, 1});
  EXPECT_EQ(minorants.size(), 2U);
  EXPECT_EQ(minorants[1].coefficient, (std::vector<double>{6, 8}));
}

TEST(MinorantSet, AnotherStartForgetsMinorantsBendsAndLength) {
  MinorantSet minorants;
  minorants.reset_to(bent_problem());
  minorants.add({1, {2, 4}, {-2, 8}, {0.5, 2}}, std::vector<double>{2, 4});
  minorants.reset_to(problem_of(plane(7, {1, 2, 3})));
  EXPECT_EQ(minorants.size(), 1U);
  EXPECT_EQ(minorants.dim(), 3U);
  EXPECT_FALSE(minorants.has_bends());
  EXPECT_TRUE(minorants[0].bend.empty());
  minorants.add(plane(8, {4, 5, 6}), std::vector<double>{1, 1, 1});
  EXPECT_TRUE(minorants[1].bend.empty());
  std::vector<double> coefficient(3);
  minorants.sum_weighted(std::vector<double>{1, 1}, coefficient, {});
  EXPECT_EQ(coefficient, (std::vector<double>{5, 7, 9}));
}

}  // namespace
}  // namespace standfast::search
