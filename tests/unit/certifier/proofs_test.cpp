#include "certifier/proofs.hpp"

#include <cmath>
#include <limits>
#include <vector>

#include <gtest/gtest.h>

#include "infer/plan.hpp"
#include "support/random_model.hpp"

namespace standfast::certifier {
namespace {

model::Node node_of(model::NodeKind kind, std::string name, std::int32_t input) {
  model::Node node;
  node.kind = kind;
  node.name = std::move(name);
  node.inputs = {input};
  return node;
}

/// relu (4) -> pool (1) -> relu (1) -> max (1): slopes and winners in turns.
model::Graph mixed_graph() {
  model::Graph graph;
  graph.input_shape = {1, 2, 2};
  graph.nodes = {node_of(model::NodeKind::kRelu, "a", model::kGraphInput), node_of(model::NodeKind::kMaxPool, "b", 0),
                 node_of(model::NodeKind::kRelu, "c", 1), node_of(model::NodeKind::kMax, "d", 2)};
  graph.nodes[1].kernel = 2;
  graph.nodes[1].stride = 2;
  return graph;
}

RadiusProof::Cut mixed_choice() {
  RadiusProof::Cut choice;
  choice.weight = 0.5;
  choice.slopes = {0, 1, 0.5F, 1, 0.25F};
  choice.winners = {2, 0};
  return choice;
}

TEST(Proofs, SlopesAndWinnersGoBackToTheirNodes) {
  const model::Graph graph = mixed_graph();
  const auto slopes = slopes_of(mixed_choice(), graph, model::infer_shapes(graph).value());
  ASSERT_TRUE(slopes.ok()) << slopes.error().message;
  ASSERT_EQ(slopes->size(), 4U);
  EXPECT_EQ((*slopes)[0].relu, (std::vector<float>{0, 1, 0.5F, 1}));
  EXPECT_EQ((*slopes)[1].winner, std::vector<std::int32_t>{2});
  EXPECT_EQ((*slopes)[2].relu, std::vector<float>{0.25F});
  EXPECT_EQ((*slopes)[3].winner, std::vector<std::int32_t>{0});
  EXPECT_TRUE((*slopes)[1].relu.empty());
  EXPECT_TRUE((*slopes)[0].winner.empty());
}

TEST(Proofs, TheSlopesOfALaneComeBackAsThoseOfItsInput) {
  for (std::uint64_t seed = 0; seed < 100; ++seed) {
    Random random(seed);
    const auto made =
        support::random_model(random, support::random_family_of_one_head(random), support::MapFamily::kSeparable);
    const infer::Plan plan(made.model);
    const std::vector<float> one = support::random_input(random, made), other = support::random_input(random, made);
    std::vector<float> both = one;
    both.insert(both.end(), other.begin(), other.end());
    infer::TileWorkspace tile;
    std::vector<float> logits(2);
    plan.forward_tile(both, 2, tile, logits);
    infer::InferWorkspace workspace;
    plan.forward(other, workspace);
    const RadiusProof::Cut choice = choice_of_lane(tile.slopes, 1);
    EXPECT_EQ(choice.weight, 0);
    const auto again = slopes_of(choice, made.model.graph, model::infer_shapes(made.model.graph).value());
    ASSERT_TRUE(again.ok()) << again.error().message;
    ASSERT_EQ(again->size(), workspace.slopes.size());
    for (std::size_t k = 0; k < again->size(); ++k) {
      EXPECT_EQ((*again)[k].relu, workspace.slopes[k].relu) << "seed " << seed;
      EXPECT_EQ((*again)[k].winner, workspace.slopes[k].winner) << "seed " << seed;
    }
  }
}

TEST(Proofs, WrongNumbersAreRefusedAndNamed) {
  const model::Graph graph = mixed_graph();
  const auto shapes = model::infer_shapes(graph).value();
  const auto message = [&](const RadiusProof::Cut& choice) {
    const auto result = slopes_of(choice, graph, shapes);
    if (result.ok()) return std::string("accepted");
    EXPECT_EQ(result.error().code, ErrorCode::kBadShape);
    return result.error().message;
  };
  RadiusProof::Cut few_slopes = mixed_choice(), many_slopes = mixed_choice(), few_winners = mixed_choice(),
                   many_winners = mixed_choice();
  few_slopes.slopes.pop_back();
  many_slopes.slopes.push_back(1);
  few_winners.winners.clear();
  many_winners.winners.push_back(0);
  EXPECT_EQ(message(few_slopes), "certificate: found 4 slopes in a cut, the model expects 5");
  EXPECT_EQ(message(many_slopes), "certificate: found 6 slopes in a cut, the model expects 5");
  EXPECT_EQ(message(few_winners), "certificate: found 0 winners in a cut, the model expects 2");
  EXPECT_EQ(message(many_winners), "certificate: found 3 winners in a cut, the model expects 2");
  EXPECT_NE(message({}), "accepted");
}

TEST(Proofs, WhatTheNumbersAreIsNobodysBusinessYet) {
  // values are the verifier's concern, which replaces them; only their counts are known here
  const model::Graph graph = mixed_graph();
  RadiusProof::Cut choice = mixed_choice();
  choice.slopes[1] = std::numeric_limits<float>::quiet_NaN();
  choice.winners[0] = -7;
  const auto slopes = slopes_of(choice, graph, model::infer_shapes(graph).value());
  ASSERT_TRUE(slopes.ok());
  EXPECT_TRUE(std::isnan((*slopes)[0].relu[1]));
  EXPECT_EQ((*slopes)[1].winner[0], -7);
}

}  // namespace
}  // namespace standfast::certifier
