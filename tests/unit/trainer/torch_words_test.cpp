// Training on lists of words does what training on rows of zeros and ones does.
#include <cmath>
#include <cstdint>
#include <vector>

#include <gtest/gtest.h>

#include "base/random.hpp"
#include "trainer/mlp/init.hpp"
#include "trainer/torch_network.hpp"

namespace standfast::trainer {
namespace {

constexpr std::size_t kHeads = 3, kWords = 30, kRows = 24;

std::vector<ConvexMlp> small_heads(std::size_t count) {
  Random random(1);
  std::vector<ConvexMlp> heads;
  for (std::size_t k = 0; k < count; ++k) heads.push_back(icnn_network(kWords, {5, 4}, false, 6, random));
  return heads;
}

struct BothBatches {
  Batch dense, words;
};

/// The same messages in both forms; the first one has no words.
BothBatches random_batch() {
  Random random(5);
  BothBatches batch;
  for (std::size_t i = 0; i < kRows; ++i) {
    batch.words.begin.push_back(static_cast<std::int64_t>(batch.words.words.size()));
    for (std::size_t word = 0; word < kWords; ++word) {
      const bool has = i > 0 && random.uniform() < 0.2;
      batch.dense.features.push_back(has ? 1 : 0);
      if (has) batch.words.words.push_back(static_cast<std::int64_t>(word));
    }
    batch.dense.labels.push_back(i % 2 == 0 ? 1 : 0);
  }
  batch.words.labels = batch.dense.labels;
  return batch;
}

TrainOptions sgd_options() {
  TrainOptions options;
  options.optimiser = Optimiser::kSgd;  // steps as long as gradients: differences are seen as they are
  options.learning_rate = 0.1;
  options.sensitive_weight = 0.5;
  return options;
}

void expect_equal_networks(const Learner& left, const Learner& right) {
  const model::Graph a = left.graph().value(), b = right.graph().value();
  ASSERT_EQ(a.nodes.size(), b.nodes.size());
  for (std::size_t i = 0; i < a.nodes.size(); ++i) {
    ASSERT_EQ(a.nodes[i].weight.values.size(), b.nodes[i].weight.values.size()) << a.nodes[i].name;
    for (std::size_t j = 0; j < a.nodes[i].weight.values.size(); ++j)
      ASSERT_NEAR(a.nodes[i].weight.values[j], b.nodes[i].weight.values[j], 1e-4) << a.nodes[i].name;
  }
}

class TorchWords : public testing::TestWithParam<std::size_t> {
 protected:
  static void SetUpTestSuite() { use_one_thread(); }
};

TEST_P(TorchWords, StepsOnWordsAreThoseOnRowsOfZerosAndOnes) {
  const auto heads = small_heads(GetParam());
  const auto dense = make_learner(heads, {kWords}, {}, sgd_options());
  const auto words = make_word_learner(heads, sgd_options());
  const BothBatches batch = random_batch();
  expect_equal_networks(*dense, *words);
  for (int step = 0; step < 5; ++step) {
    const StepResult a = dense->step(batch.dense, nullptr), b = words->step(batch.words, nullptr);
    EXPECT_NEAR(a.loss, b.loss, 1e-4);
    for (std::size_t i = 0; i < kRows; ++i) EXPECT_NEAR(a.scores[i], b.scores[i], 1e-4);
  }
  expect_equal_networks(*dense, *words);
}

TEST_P(TorchWords, MarginsOfWholeWordsAreThoseOfNorm1InTheirDomain) {
  for (const bool removals : {true, false}) {
    const auto heads = small_heads(GetParam());
    const auto dense = make_learner(heads, {kWords}, {}, sgd_options());
    const auto words = make_word_learner(heads, sgd_options());
    const ThreatModel threat = removals ? ThreatModel::words(kWords) : ThreatModel::added_words(kWords);
    WorstChange adversary(model::identity_map({0}), kWords, threat, Norm::l1());
    const BothBatches batch = random_batch();
    for (const double radius : {0.5, 1.0, 3.0, 7.25}) {
      adversary.set_radius(radius);
      words->set_word_radii(removals ? WordRadii{radius, 0} : WordRadii{0, radius});
      EXPECT_NEAR(dense->step(batch.dense, &adversary).loss, words->step(batch.words, nullptr).loss, 1e-4);
    }
    expect_equal_networks(*dense, *words);
  }
}

INSTANTIATE_TEST_SUITE_P(Heads, TorchWords, testing::Values(1, kHeads));

TEST_F(TorchWords, OfTwoRadiiTheWorseOneCounts) {
  const BothBatches batch = random_batch();
  const auto loss = [&](WordRadii radii) {
    const auto learner = make_word_learner(small_heads(kHeads), sgd_options());
    learner->set_word_radii(radii);
    return learner->step(batch.words, nullptr).loss;
  };
  EXPECT_GT(loss({2, 0}), loss({0, 0}));
  EXPECT_GT(loss({0, 8}), loss({0, 2}));
  EXPECT_EQ(loss({2, 1}), loss({2, 0}));  // so few added words are among those changes
  EXPECT_GE(loss({2, 8}), std::max(loss({2, 0}), loss({0, 8})));
}

TEST_F(TorchWords, MessagesWithoutWordsAreLearntFromToo) {
  const auto learner = make_word_learner(small_heads(kHeads), sgd_options());
  learner->set_word_radii({3, 5});
  const Batch empty = {{}, {1, 0, 1}, {}, {0, 0, 0}};
  const StepResult first = learner->step(empty, nullptr);
  EXPECT_EQ(first.scores[0], first.scores[1]);
  EXPECT_LT(learner->step(empty, nullptr).loss, first.loss);
}

TEST_F(TorchWords, DroppedWordsCountNothingAndTheOthersMore) {
  TrainOptions options = sgd_options();
  options.learning_rate = 1e-12;
  const auto plain = make_word_learner(small_heads(1), options);
  options.input_dropout = 0.5;
  const auto dropping = make_word_learner(small_heads(1), options);
  const BothBatches batch = random_batch();
  const auto expected = plain->step(batch.words, nullptr).scores;
  double mean_difference = 0, size = 0;
  constexpr int kDraws = 400;
  const auto first = dropping->step(batch.words, nullptr).scores;
  EXPECT_EQ(first[0], expected[0]);  // it has no words to drop
  EXPECT_NE(first, expected);
  for (int draw = 0; draw < kDraws; ++draw) {
    const auto scores = dropping->step(batch.words, nullptr).scores;
    for (std::size_t i = 0; i < kRows; ++i) mean_difference += (scores[i] - expected[i]) / kDraws / kRows;
  }
  for (const float score : expected) size += std::abs(score) / kRows;
  // the scores are convex, so that the mean over draws lies above, but not far
  EXPECT_LT(std::abs(mean_difference), size);
}

TEST_F(TorchWords, SignsOfWordsAreKept) {
  auto heads = small_heads(kHeads);
  for (auto& head : heads) {
    head.input_signs.assign(kWords, 0);
    head.input_signs[3] = 1;
    head.input_signs[4] = -1;
    restore_input_signs(head);
  }
  const auto learner = make_word_learner(heads, sgd_options());
  const BothBatches batch = random_batch();
  for (int step = 0; step < 20; ++step) learner->step(batch.words, nullptr);
  const model::Graph graph = learner->graph().value();
  for (const auto& node : graph.nodes) {
    if (!node.name.ends_with(".input")) continue;
    for (std::size_t i = 0; i < node.weight.values.size(); ++i) {
      const float weight = node.weight.values[i];
      EXPECT_TRUE(i % kWords != 3 || weight >= 0) << node.name;
      EXPECT_TRUE(i % kWords != 4 || weight <= 0) << node.name;
    }
  }
}

}  // namespace
}  // namespace standfast::trainer
