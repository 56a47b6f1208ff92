// Folding keeps the function; the exported graph is a valid, input-convex model of the same function.
#include "trainer/mlp/network.hpp"

#include <algorithm>
#include <cmath>
#include <vector>

#include <gtest/gtest.h>

#include "base/random.hpp"
#include "trainer/mlp/init.hpp"

namespace standfast::trainer {
namespace {

/// The definition in plain loops, batch norm included.
double score(const ConvexMlp& network, const std::vector<double>& u) {
  std::vector<double> z;
  for (std::size_t layer = 0; layer <= network.hidden.size(); ++layer) {
    std::vector<double> next(static_cast<std::size_t>(network.width(layer)));
    for (std::size_t unit = 0; unit < next.size(); ++unit) {
      const std::size_t row = static_cast<std::size_t>(network.first_row(layer)) + unit;
      next[unit] = network.bias[row];
      for (std::size_t i = 0; i < u.size(); ++i) next[unit] += u[i] * network.input_weight[row * u.size() + i];
      for (std::size_t i = 0; i < z.size(); ++i)
        next[unit] += z[i] * network.hidden_weight[layer - 1][unit * z.size() + i];
    }
    if (layer == network.hidden.size()) return next[0];
    for (double& value : next) {
      value = std::max(value, 0.0);
      if (network.norms.empty()) continue;
      const auto& norm = network.norms[layer];
      value = norm.gain * (value - norm.mean) / std::sqrt(norm.variance + kBatchNormEpsilon) + norm.shift;
    }
    z = next;
  }
  return 0;
}

ConvexMlp random_network(bool batch_norm) {
  Random random(11);
  ConvexMlp network = icnn_network(6, {5, 4, 3}, batch_norm, 6, random);
  for (float& weight : network.input_weight) weight = static_cast<float>(random.normal());
  for (auto& norm : network.norms)
    norm = {static_cast<float>(random.uniform(0.5, 2)), static_cast<float>(random.normal()),
            static_cast<float>(random.uniform()), static_cast<float>(random.uniform(0.1, 4))};
  return network;
}

TEST(Folding, KeepsTheFunctionOfEveryBatchNorm) {
  const ConvexMlp network = random_network(true);
  const ConvexMlp folded = fold_batch_norms(network);
  EXPECT_TRUE(folded.norms.empty());
  Random random(12);
  for (int round = 0; round < 50; ++round) {
    std::vector<double> u(6);
    for (double& value : u) value = random.normal();
    const double expected = score(network, u);
    EXPECT_NEAR(score(folded, u), expected, 1e-5 * (1 + std::abs(expected)));
  }
}

TEST(Folding, LeavesANetworkWithoutBatchNormsAlone) {
  const ConvexMlp network = random_network(false);
  EXPECT_EQ(fold_batch_norms(network).hidden_weight, network.hidden_weight);
  EXPECT_EQ(fold_batch_norms(network).bias, network.bias);
}

TEST(ExportedGraph, IsAValidInputConvexNetwork) {
  const model::Graph graph = to_graph(fold_batch_norms(random_network(true)), {6});
  const auto shapes = model::infer_shapes(graph);
  ASSERT_TRUE(shapes.ok()) << shapes.error().message;
  EXPECT_EQ(model::element_count(shapes->back()), 1U);
  EXPECT_TRUE(model::check_input_convex(graph).ok());
  EXPECT_EQ(graph.nodes.front().name, "layer1.input");
  EXPECT_EQ(graph.nodes.back().name, "score.sum");
}

TEST(ExportedGraph, WithANegativeHiddenWeightIsNotConvex) {
  ConvexMlp network = random_network(false);
  network.hidden_weight[1][2] = -0.5F;
  EXPECT_FALSE(model::check_input_convex(to_graph(network, {6})).ok());
}

TEST(ExportedGraph, OfSeveralHeadsIsTheirMinimumAndEachIsConvex) {
  std::vector<ConvexMlp> heads = {random_network(false), random_network(false), random_network(false)};
  heads[1].bias.back() -= 1;
  const model::Graph graph = to_graph(heads, {6});
  ASSERT_TRUE(model::infer_shapes(graph).ok());
  EXPECT_TRUE(model::check_input_convex(graph).ok());
  EXPECT_EQ(graph.nodes.front().name, "head1.layer1.input");
  EXPECT_EQ(graph.nodes.back().kind, model::NodeKind::kMin);
  EXPECT_EQ(graph.nodes.back().inputs.size(), 3U);
  heads[2].hidden_weight[0][1] = -0.5F;
  EXPECT_FALSE(model::check_input_convex(to_graph(heads, {6})).ok());
}

TEST(ExportedGraph, OfOneHeadIsThatOfTheNetwork) {
  const ConvexMlp network = random_network(false);
  EXPECT_EQ(to_graph(std::vector<ConvexMlp>{network}, {6}), to_graph(network, {6}));
}

}  // namespace
}  // namespace standfast::trainer
