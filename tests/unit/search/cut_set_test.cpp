#include "search/cut_set.hpp"

#include <vector>

#include <gtest/gtest.h>

#include "planes.hpp"

namespace standfast::search {
namespace {

using test::plane;
using test::problem_of;

/// 3 + 4 e - e' + 2 (|1 + e| - 1) with -1 <= e <= 2, in units of price: the costs are 2 and 4.
PricedProblem folded_problem() {
  PricedProblem problem;
  problem.assign({3, {8, -4}, {4, 0}, {0.5, 2}}, std::vector<double>{2, 4}, std::vector<Interval>{{-0.5, 1}, {}});
  return problem;
}

TEST(CutSet, StartsWithTheProblemInUnitsOfPrice) {
  CutSet cuts;
  cuts.start(folded_problem());
  ASSERT_EQ(cuts.size(), 1U);
  EXPECT_EQ(cuts.dim(), 2U);
  EXPECT_TRUE(cuts.folded());
  EXPECT_EQ(cuts[0].margin, 3);
  EXPECT_EQ(cuts[0].linear, (std::vector<double>{4, -1}));
  EXPECT_EQ(cuts[0].fold, (std::vector<double>{2, 0}));
  EXPECT_EQ(cuts.offset()[0], 1);
  EXPECT_EQ(cuts.lo()[0], -1);
  EXPECT_EQ(cuts.hi()[0], 2);
  EXPECT_EQ(cuts.hi()[1], kInfinity);
}

TEST(CutSet, WeighsWhatWasAddedByItsCosts) {
  CutSet cuts;
  PricedProblem problem = folded_problem();
  cuts.start(problem);
  cuts.add({1, {2, 4}, {-2, 8}, {0.5, 2}}, std::vector<double>{2, 4});  // 1 + e + e' - (|.|) + 2 (|.|)
  const std::vector<double> weights = {0.5, 3};
  cuts.weigh(weights, problem);
  EXPECT_EQ(problem.margin, 1.5 + 3);
  EXPECT_EQ(problem.linear[0], 2 + 3);
  EXPECT_EQ(problem.linear[1], -0.5 + 3);
  EXPECT_EQ(problem.fold[0], 1 - 3);
  EXPECT_EQ(problem.fold[1], 6);
  EXPECT_EQ(problem.hi[0], 2) << "bounds stay";
  std::vector<double> linear(2, 99), fold(2, 99);
  cuts.weigh(weights, linear, fold);
  EXPECT_EQ(linear, (std::vector<double>{5, 2.5}));
  EXPECT_EQ(fold, (std::vector<double>{-2, 6}));
}

TEST(CutSet, AWeightOfZeroLeavesACutOutWhateverItHolds) {
  CutSet cuts;
  PricedProblem problem = problem_of(plane(1, {1}));
  cuts.start(problem);
  cuts.add(plane(kInfinity, {-kInfinity}), std::vector<double>{1});
  cuts.weigh(std::vector<double>{2, 0}, problem);
  EXPECT_EQ(problem.margin, 2);
  EXPECT_EQ(problem.linear[0], 2);
}

TEST(CutSet, MergingKeepsTheWeightedMean) {
  CutSet cuts;
  cuts.start(folded_problem());
  cuts.add({1, {2, 4}, {-2, 8}, {0.5, 2}}, std::vector<double>{2, 4});
  cuts.merge(std::vector<double>{6, 2});
  ASSERT_EQ(cuts.size(), 1U);
  EXPECT_EQ(cuts[0].margin, 0.75 * 3 + 0.25 * 1);
  EXPECT_EQ(cuts[0].linear, (std::vector<double>{0.75 * 4 + 0.25 * 1, 0.75 * -1 + 0.25 * 1}));
  EXPECT_EQ(cuts[0].fold, (std::vector<double>{0.75 * 2 - 0.25 * 1, 0.25 * 2}));
  cuts.add({5, {6, 8}, {1, 2}, {0.5, 2}}, std::vector<double>{1, 1});
  EXPECT_EQ(cuts.size(), 2U);
  EXPECT_EQ(cuts[1].linear, (std::vector<double>{6, 8}));
}

TEST(CutSet, AnotherStartForgetsCutsFoldsAndLength) {
  CutSet cuts;
  cuts.start(folded_problem());
  cuts.add({1, {2, 4}, {-2, 8}, {0.5, 2}}, std::vector<double>{2, 4});
  cuts.start(problem_of(plane(7, {1, 2, 3})));
  EXPECT_EQ(cuts.size(), 1U);
  EXPECT_EQ(cuts.dim(), 3U);
  EXPECT_FALSE(cuts.folded());
  EXPECT_TRUE(cuts[0].fold.empty());
  cuts.add(plane(8, {4, 5, 6}), std::vector<double>{1, 1, 1});
  EXPECT_TRUE(cuts[1].fold.empty());
  std::vector<double> linear(3);
  cuts.weigh(std::vector<double>{1, 1}, linear, {});
  EXPECT_EQ(linear, (std::vector<double>{5, 7, 9}));
}

}  // namespace
}  // namespace standfast::search
