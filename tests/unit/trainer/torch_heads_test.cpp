// Several heads learn as one: the smallest score, its gradient, and a worst case of each head.
#include <algorithm>
#include <cmath>
#include <vector>

#include <gtest/gtest.h>

#include "base/random.hpp"
#include "model/heads.hpp"
#include "trainer/mlp/init.hpp"
#include "trainer/torch_network.hpp"

namespace standfast::trainer {
namespace {

constexpr std::size_t kHeads = 3, kInputs = 8, kRows = 40;

class TorchHeads : public testing::TestWithParam<bool> {
 protected:
  static void SetUpTestSuite() { use_one_thread(); }
};

std::vector<float> normal_values(std::size_t count, std::uint64_t seed) {
  Random random(seed);
  std::vector<float> values(count);
  for (float& value : values) value = static_cast<float>(random.normal());
  return values;
}

/// Heads of about the same height, so that each is the smallest somewhere.
std::vector<ConvexMlp> random_heads(bool batch_norm) {
  Random random(1);
  std::vector<ConvexMlp> heads;
  for (std::size_t k = 0; k < kHeads; ++k) {
    heads.push_back(icnn_network(kInputs, {7, 5}, batch_norm, kInputs, random));
    heads.back().input_weight = normal_values(heads.back().input_weight.size(), 2 + k);
  }
  return heads;
}

TrainOptions quiet_options() {
  TrainOptions options;
  options.learning_rate = 1e-12;
  return options;
}

std::vector<std::vector<float>> scores_of_heads(const std::vector<ConvexMlp>& heads, const std::vector<float>& rows) {
  std::vector<std::vector<float>> all;
  for (const auto& head : heads) all.push_back(torch_scores(to_graph(head, {kInputs}), rows, rows.size() / kInputs));
  return all;
}

std::size_t smallest_head(const std::vector<std::vector<float>>& scores, std::size_t row) {
  std::size_t best = 0;
  for (std::size_t k = 1; k < scores.size(); ++k)
    if (scores[k][row] < scores[best][row]) best = k;
  return best;
}

TEST_P(TorchHeads, GradientProductEqualsAutomaticDifferentiationOfTheExportedGraph) {
  const auto rows = normal_values(kRows * kInputs, 9);
  const std::vector<float> halves(kInputs, 0.5F);
  const auto learner = make_learner(random_heads(GetParam()), {kInputs}, halves, quiet_options());
  const auto product = learner->evaluate(rows, kRows);
  const model::Graph graph = learner->graph().value();
  ASSERT_EQ(graph.nodes.back().kind, model::NodeKind::kMin);
  const auto scores = torch_scores(graph, rows, kRows);
  const auto automatic = torch_gradients(graph, rows, kRows);
  for (std::size_t i = 0; i < kRows; ++i) EXPECT_NEAR(product.scores[i], scores[i], 1e-4 * (1 + std::abs(scores[i])));
  for (std::size_t i = 0; i < automatic.size(); ++i) EXPECT_NEAR(product.gradients[i], automatic[i], 1e-4);
}

INSTANTIATE_TEST_SUITE_P(BatchNorm, TorchHeads, testing::Bool());

TEST_F(TorchHeads, EveryHeadOfThisTestIsTheSmallestSomewhere) {
  const auto scores = scores_of_heads(random_heads(false), normal_values(kRows * kInputs, 9));
  std::vector<int> rows(kHeads);
  for (std::size_t i = 0; i < kRows; ++i) ++rows[smallest_head(scores, i)];
  EXPECT_GT(*std::ranges::min_element(rows), 0);
}

TEST_F(TorchHeads, ARowTeachesOnlyTheHeadThatScoresItLowest) {
  const auto heads = random_heads(false);
  TrainOptions options;
  options.optimiser = Optimiser::kSgd;
  const auto learner = make_learner(heads, {kInputs}, {}, options);
  const std::vector<float> row = normal_values(kInputs, 9);
  const std::size_t smallest = smallest_head(scores_of_heads(heads, row), 0);
  learner->step({row, {0}}, nullptr);
  const model::Graph after = learner->graph().value();
  const model::Graph before = to_graph(heads, {kInputs});
  for (std::size_t i = 0; i < before.nodes.size(); ++i) {
    const auto& node = before.nodes[i];
    if (node.weight.empty() || !node.name.ends_with("score.input")) continue;
    const bool own = node.name.starts_with("head" + std::to_string(smallest + 1));
    EXPECT_EQ(after.nodes[i].weight != node.weight, own) << node.name;
  }
}

TEST_F(TorchHeads, LossOfACertificateIsTheSmallestWorstCaseOfAllHeads) {
  const auto heads = random_heads(false);
  const auto learner = make_learner(heads, {kInputs}, {}, quiet_options());
  Batch batch = {normal_values(kRows * kInputs, 9), {}};
  for (std::size_t i = 0; i < kRows; ++i) batch.labels.push_back(i % 4 == 0 ? 0.0F : 1.0F);
  const auto scores = scores_of_heads(heads, batch.features);
  std::vector<std::vector<float>> slopes;
  for (const auto& head : heads) slopes.push_back(torch_gradients(to_graph(head, {kInputs}), batch.features, kRows));
  WorstChange adversary(model::identity_map({0}), kInputs, ThreatModel{}, Norm::linf());
  adversary.set_radius(0.5);
  double expected = 0;
  int overtaken = 0;
  for (std::size_t i = 0; i < kRows; ++i) {
    const std::size_t smallest = smallest_head(scores, i);
    if (batch.labels[i] == 0) {
      expected += std::log1p(std::exp(scores[smallest][i])) / kRows;
      continue;
    }
    std::vector<double> margins;
    for (std::size_t k = 0; k < kHeads; ++k) {
      margins.push_back(scores[k][i]);
      for (std::size_t j = 0; j < kInputs; ++j) margins.back() -= 0.5 * std::abs(slopes[k][i * kInputs + j]);
    }
    const double worst = *std::ranges::min_element(margins);
    if (worst < margins[smallest]) ++overtaken;
    expected += std::log1p(std::exp(-worst)) / kRows;
  }
  EXPECT_GT(overtaken, 0);  // or the smallest head alone would give the same loss
  EXPECT_NEAR(learner->step(batch, &adversary).loss, expected, 1e-4 * (1 + expected));
}

TEST_F(TorchHeads, DroppedInputsAreDrawnAnewInEachStepFromTheSeed) {
  TrainOptions options = quiet_options();
  options.input_dropout = 0.5;
  const Batch batch = {normal_values(kRows * kInputs, 9), std::vector<float>(kRows, 1)};
  const auto scores = [&](std::uint64_t seed, int steps) {
    options.seed = seed;
    const auto learner = make_learner(random_heads(false), {kInputs}, {}, options);
    StepResult result;
    for (int step = 0; step < steps; ++step) result = learner->step(batch, nullptr);
    return result.scores;
  };
  EXPECT_EQ(scores(1, 1), scores(1, 1));
  EXPECT_NE(scores(1, 1), scores(2, 1));
  EXPECT_NE(scores(1, 1), scores(1, 2));
}

TEST_F(TorchHeads, DroppedInputsAreZeroAndTheOthersGrow) {
  TrainOptions options = quiet_options();
  options.input_dropout = 0.75;
  // a network that adds up its inputs
  ConvexMlp sum = zero_network(kInputs, {1}, false);
  std::fill(sum.input_weight.begin() + kInputs, sum.input_weight.end(), 1.0F);
  const auto learner = make_learner(sum, {kInputs}, {}, options);
  const Batch batch = {std::vector<float>(kRows * kInputs, 1), std::vector<float>(kRows, 1)};
  double mean = 0;
  for (const float score : learner->step(batch, nullptr).scores) {
    EXPECT_EQ(score, std::round(score / 4) * 4);  // each that is kept counts four
    mean += score / kRows;
  }
  EXPECT_NEAR(mean, kInputs, 5 * std::sqrt(kInputs * 3.0 / kRows));
  EXPECT_EQ(learner->evaluate(batch.features, kRows).scores[0], kInputs);
}

}  // namespace
}  // namespace standfast::trainer
