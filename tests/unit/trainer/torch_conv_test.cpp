// What the ConvNet computes in training is what its exported graph computes, and it learns.
#include <cmath>
#include <vector>

#include <gtest/gtest.h>

#include "base/random.hpp"
#include "trainer/export.hpp"
#include "trainer/run.hpp"
#include "trainer/torch_network.hpp"

namespace standfast::trainer {
namespace {

class TorchConv : public testing::TestWithParam<ConvLayout> {
 protected:
  static void SetUpTestSuite() { use_one_thread(); }
};

TrainOptions conv_options(const ConvLayout& layout) {
  TrainOptions options;
  options.data.source = "bars";
  options.sensitive = "cross";
  options.output = "unused";
  options.network = Network::kConv;
  options.conv = layout;
  options.init = StartingWeights::kCentred;
  options.learning_rate = 0.01;
  options.batch_size = 32;
  options.epochs = 6;
  return options;
}

/// Images of one noisy bar, or of a cross of two.
Dataset bars(std::size_t count, std::int64_t height = 9, std::int64_t width = 11) {
  Dataset data;
  data.source = "bars";
  data.input_shape = {1, height, width};
  data.is_image = true;
  data.class_names = {"bar", "cross"};
  Random random(6);
  for (std::size_t i = 0; i < count; ++i) {
    const bool cross = i % 2 == 1;
    const bool upright = cross || random.below(2) == 1;
    const bool level = cross || !upright;
    const auto row = static_cast<std::int64_t>(1 + random.below(7));
    const auto column = static_cast<std::int64_t>(1 + random.below(9));
    for (std::int64_t y = 0; y < height; ++y)
      for (std::int64_t x = 0; x < width; ++x) {
        const bool lit = (level && y == row) || (upright && x == column);
        data.features.push_back(static_cast<float>((lit ? 0.9 : 0.1) + random.uniform(-0.1, 0.1)));
      }
    data.labels.push_back(cross ? 1 : 0);
    data.source_index.push_back(static_cast<std::int64_t>(i));
  }
  return data;
}

Dataset bars_for(const ConvLayout& layout, std::size_t count) {
  return layout.input_pool == 1 ? bars(count) : bars(count, 10, 12);
}

const RunHooks kNoHooks = {[](const RunState&) {}, [] { return false; }};

TEST_P(TorchConv, ExportedGraphGivesTheTrainersScoresAndGradients) {
  TrainOptions options = conv_options(GetParam());
  const auto data = prepare_training(bars_for(GetParam(), 64), options);
  ASSERT_TRUE(data.ok());
  Random random(1);
  const auto start = starting_conv_network(options, data->feature_shape, random);
  ASSERT_TRUE(start.ok()) << start.error().message;
  const auto learner = make_learner(*start, options);
  Batches batches(*data, 32, 0, false, 1);
  batches.shuffle();
  const Batch batch = batches.next();
  // a few steps move every weight and statistic away from where it started
  for (int step = 0; step < 5; ++step) learner->step(batch, nullptr);
  const auto graph = learner->graph();
  ASSERT_TRUE(graph.ok()) << graph.error().message;
  ASSERT_TRUE(model::infer_shapes(*graph).ok());
  EXPECT_TRUE(model::check_input_convex(*graph).ok());
  const auto own = learner->evaluate(batch.features, batch.count());
  const auto scores = torch_scores(*graph, batch.features, batch.count());
  const auto gradients = torch_gradients(*graph, batch.features, batch.count());
  ASSERT_EQ(own.scores.size(), scores.size());
  for (std::size_t i = 0; i < scores.size(); ++i) EXPECT_NEAR(own.scores[i], scores[i], 1e-4);
  ASSERT_EQ(own.gradients.size(), gradients.size());
  for (std::size_t i = 0; i < gradients.size(); ++i) EXPECT_NEAR(own.gradients[i], gradients[i], 1e-4);
}

TEST_P(TorchConv, LearnsCrosses) {
  TrainOptions options = conv_options(GetParam());
  options.certify_norm = Norm::linf();
  options.certify_radius = 0.02;
  options.domain = {0, 1};
  const auto data = prepare_training(bars_for(GetParam(), 600), options);
  const auto run = run_training(*data, options, kNoHooks);
  ASSERT_TRUE(run.ok()) << run.error().message;
  EXPECT_GT(run->validation.balanced_accuracy(), 0.9);
  EXPECT_TRUE(model::validate(to_model(*data, options, *run)).ok());
}

INSTANTIATE_TEST_SUITE_P(
    Layouts, TorchConv,
    testing::Values(
        ConvLayout{.channels = 4, .depth = 2, .first_kernel = 5, .pool = 3},
        ConvLayout{.channels = 3, .depth = 1, .first_kernel = 3, .first_stride = 2, .pool = 1},
        ConvLayout{.channels = 3, .depth = 1, .first_kernel = 3, .pool = 2},
        ConvLayout{.channels = 3, .depth = 2, .first_kernel = 3, .first_stride = 2, .pool = 2, .input_skips = true},
        ConvLayout{.channels = 4, .depth = 1, .first_kernel = 3, .input_pool = 2, .pool = 1, .input_skips = true},
        ConvLayout{.channels = 4,
                   .depth = 1,
                   .first_kernel = 5,
                   .first_stride = 2,
                   .input_pool = 2,
                   .pool = 1,
                   .input_skips = true}),
    [](const auto& test) {
      const ConvLayout& layout = test.param;
      return "Depth" + std::to_string(layout.depth) + "Stride" + std::to_string(layout.first_stride) + "InputPool" +
             std::to_string(layout.input_pool) + "Pool" + std::to_string(layout.pool);
    });

TEST(TorchConvNet, SameSeedGivesTheSameGraph) {
  use_one_thread();
  TrainOptions options = conv_options({.channels = 3, .depth = 1, .first_kernel = 3});
  options.epochs = 1;
  const auto data = prepare_training(bars(64), options);
  EXPECT_EQ(run_training(*data, options, kNoHooks)->graph, run_training(*data, options, kNoHooks)->graph);
}

TEST(TorchConvNet, RefusesATableAndPoolsThatDoNotFit) {
  TrainOptions options = conv_options({.pool = 12});
  Random random(1);
  const auto small = starting_conv_network(options, {1, 9, 11}, random);
  ASSERT_FALSE(small.ok());
  EXPECT_EQ(small.error().code, ErrorCode::kBadOption);
  EXPECT_EQ(small.error().message, "--pool: windows of 12 do not fit layers of shape (16, 9, 11)");
  options.conv = {.input_pool = 2};
  const auto odd = starting_conv_network(options, {1, 9, 11}, random);
  ASSERT_FALSE(odd.ok());
  EXPECT_EQ(odd.error().message, "--input-pool: windows of 2 do not part features of shape (1, 9, 11)");
  const auto table = starting_conv_network(options, {57}, random);
  ASSERT_FALSE(table.ok());
  EXPECT_EQ(table.error().message, "--network: conv needs images, the features are of shape (57)");
}

}  // namespace
}  // namespace standfast::trainer
