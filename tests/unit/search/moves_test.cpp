// Radii of whole moves, worked out by hand.
#include "search/moves.hpp"

#include <cmath>
#include <vector>

#include <gtest/gtest.h>

namespace standfast::search {
namespace {

/// f = 2.5 - 2 [a moves] - [b moves] - d: the cheapest flip moves a, and d by 0.5.
struct Example {
  std::vector<Category> categories = {{"a", {0, 1, 2}, 1}, {"b", {3, 4}, 1}};
  std::vector<threat::CategoryMoves> moves;
  std::vector<double> cost = std::vector<double>(6, 1);
  std::vector<Interval> interval = std::vector<Interval>(6);
  minorant::SeparableMinorant minorant = {2.5, {1, 0, -1, 0.5, -0.5, -1}, {}, {}};
  std::vector<std::uint32_t> targets;
  PricedProblem problem;

  Example() {
    ThreatModel threat;
    threat.categories = categories;
    moves = threat::moves_at(threat, std::vector<float>{1, 0, 0, 1, 0, 0}).value();
    for (std::size_t k = 0; k < moves.size(); ++k) moves[k].features = categories[k].features;
    threat::merge_bounds(moves, cost, interval);
    merge_moves(moves, minorant, targets);
    problem.assign(minorant, cost, interval);
  }
};

TEST(Moves, RadiiAreThoseOfWholeMoves) {
  const Example example;
  EXPECT_EQ(example.targets, (std::vector<std::uint32_t>{2, 4}));
  EXPECT_NEAR(radius_with_moves(example.problem, example.moves, Norm::l1()).radius, 1.5, 1e-3);
  EXPECT_NEAR(radius_with_moves(example.problem, example.moves, Norm::l2()).radius, std::sqrt(1.25), 1e-3);
  EXPECT_NEAR(radius_with_moves(example.problem, example.moves, Norm::linf()).radius, 1, 1e-9);
  EXPECT_NEAR(separable_radius(example.problem, Norm::l2()).radius, 2.5 / std::sqrt(6), 1e-3) << "of shares";
}

TEST(Moves, ASharePutsWhatItLeavesWhereItGoes) {
  const Example example;
  std::vector<double> change = {0.25, 0, 0, 1, 0, -2};
  expand_moves(example.moves, example.targets, change);
  EXPECT_EQ(change, (std::vector<double>{-0.25, 0, 0.25, -1, 1, -2}));
  std::vector<double> shares = {0.25, 0, 0, 0.5, 0, -2};
  round_moves(example.moves, shares);
  EXPECT_EQ(shares, (std::vector<double>{0, 0, 0, 1, 0, -2}));
}

}  // namespace
}  // namespace standfast::search
