// What the deep Lipschitz network computes in training is what its exported map and graph compute, and it learns.
#include <algorithm>
#include <cmath>
#include <memory>
#include <vector>

#include <gtest/gtest.h>

#include "base/random.hpp"
#include "model/lipschitz.hpp"
#include "trainer/export.hpp"
#include "trainer/run.hpp"
#include "trainer/torch_network.hpp"
#include "unit/trainer/bars.hpp"

namespace standfast::trainer {
namespace {

const RunHooks kQuiet = {[](const RunState&) {}, [] { return false; }};

TrainOptions lipschitz_options() {
  TrainOptions options;
  options.data.source = "bars";
  options.sensitive = "upright";
  options.output = "unused";
  options.network = Network::kLipschitz;
  options.lipschitz = {.channels = {6, 24, 10}, .blocks = {1, 2, 1}};
  options.temperature = 0.25;
  options.certify_norm = Norm::l2();
  options.certify_radius = 1;
  options.schedule = Schedule::kOneCycle;
  options.learning_rate = 0.01;
  options.averaging = 0.9;
  options.batch_size = 32;
  options.epochs = 3;
  return options;
}

/// A network after a few steps on one batch, which move every weight away from where it started.
struct Stepped {
  Result<TrainingData> data;
  std::unique_ptr<Learner> learner;
  Batch batch;

  explicit Stepped(const TrainOptions& options) : data(prepare_training(bars(64), options)) {
    use_one_thread();
    Random random(1);
    learner = make_learner(*starting_lipschitz_network(options, data->feature_shape, random), options);
    Batches batches(*data, 32, 0, false, 1);
    batches.shuffle();
    batch = batches.next();
    for (int step = 0; step < 5; ++step) learner->step(batch, nullptr);
  }
};

TEST(TorchLipschitz, ScoresAreThoseOfTheExportedMapAndGraph) {
  const Stepped stepped(lipschitz_options());
  const auto& [data, learner, batch] = stepped;
  const auto graph = learner->graph();
  const auto map = learner->learnt_map();
  ASSERT_TRUE(graph.ok()) << graph.error().message;
  ASSERT_TRUE(map.ok()) << map.error().message;
  const auto shapes = model::infer_map_shapes(*map, data->feature_shape);
  ASSERT_TRUE(shapes.ok()) << shapes.error().message;
  EXPECT_EQ(shapes->back(), graph->input_shape);
  ASSERT_TRUE(model::infer_shapes(*graph).ok());
  const auto own = learner->evaluate(batch.features, batch.count());
  const auto scores = torch_scores(*map, data->feature_shape, *graph, batch.features, batch.count());
  ASSERT_EQ(own.scores.size(), scores.size());
  // training estimates what the export proves, a little too low
  const auto [lowest, highest] = std::ranges::minmax(scores);
  EXPECT_GT(highest - lowest, 1e-2) << "a constant would agree as well";
  for (std::size_t i = 0; i < scores.size(); ++i) EXPECT_NEAR(own.scores[i], scores[i], 0.05 * (highest - lowest)) << i;
}

/// Gradients of a network are those of its scores: the backward products against differences of scores.
TEST(TorchLipschitz, GradientsAreTheSlopesOfScores) {
  const Stepped stepped(lipschitz_options());
  const auto& [data, learner, batch] = stepped;
  const std::size_t dim = batch.features.size() / batch.count();
  const auto gradients = learner->evaluate(batch.features, batch.count()).gradients;
  Random random(5);
  std::vector<float> moves(batch.features.size()), before = batch.features, behind = batch.features;
  for (std::size_t i = 0; i < moves.size(); ++i) {
    moves[i] = static_cast<float>(1e-3 * random.normal());
    before[i] -= moves[i];
    behind[i] += moves[i];
  }
  const auto low = learner->evaluate(before, batch.count()).scores,
             high = learner->evaluate(behind, batch.count()).scores;
  double error = 0, size = 0;
  for (std::size_t row = 0; row < batch.count(); ++row) {
    double expected = 0;
    for (std::size_t i = row * dim; i < (row + 1) * dim; ++i) expected += 2.0 * gradients[i] * moves[i];
    error += std::fabs(high[row] - low[row] - expected);
    size += std::fabs(expected);
  }
  EXPECT_LT(error, 0.05 * size) << "few kinks lie between";
}

TEST(TorchLipschitz, TheExportedMapIsProvenToStretchNothing) {
  const Stepped stepped(lipschitz_options());
  const auto map = stepped.learner->learnt_map();
  ASSERT_TRUE(map.ok());
  EXPECT_LE(model::lipschitz_upper(*map, stepped.data->feature_shape, Norm::l2()), 1 + 1e-9);
  const auto graph = stepped.learner->graph();
  double squares = 0;
  for (const float w : graph->nodes.front().weight.values) squares += static_cast<double>(w) * w;
  EXPECT_NEAR(std::sqrt(squares), 4, 1e-5) << "the score is divided by the temperature";
}

/// The median over the rows of the sensitive class of f / ||w||, which is their l2 radius.
double median_radius(const TrainingData& data, const RunResult& run) {
  const auto scores = torch_scores(run.learnt, data.feature_shape, run.graph, data.train.features, data.train.count());
  double squares = 0;
  for (const float w : run.graph.nodes.front().weight.values) squares += static_cast<double>(w) * w;
  std::vector<double> radii;
  for (std::size_t i = 0; i < scores.size(); ++i)
    if (data.train.labels[i] > 0) radii.push_back((scores[i] - run.validation.threshold) / std::sqrt(squares));
  std::ranges::nth_element(radii, radii.begin() + static_cast<std::ptrdiff_t>(radii.size() / 2));
  return radii[radii.size() / 2];
}

TEST(TorchLipschitz, LearnsBarsWithTheMarginItIsAskedFor) {
  use_one_thread();
  TrainOptions options = lipschitz_options();
  const auto data = prepare_training(bars(400), options);
  ASSERT_TRUE(data.ok());
  const auto wide = run_training(*data, options, kQuiet);
  ASSERT_TRUE(wide.ok()) << wide.error().message;
  EXPECT_GT(wide->validation.balanced_accuracy(), 0.95);
  const model::Model model = to_model(*data, options, *wide);
  ASSERT_TRUE(model::validate(model).ok()) << model::validate(model).error().message;
  options.certify_norm.reset();
  options.certify_radius = 0;
  options.temperature = 0.05;
  const auto narrow = run_training(*data, options, kQuiet);
  ASSERT_TRUE(narrow.ok()) << narrow.error().message;
  EXPECT_GT(median_radius(*data, *wide), 1.5 * median_radius(*data, *narrow));
}

TEST(TorchLipschitz, SameSeedGivesTheSameModel) {
  use_one_thread();
  TrainOptions options = lipschitz_options();
  options.epochs = 1;
  const auto data = prepare_training(bars(64), options);
  const auto first = run_training(*data, options, kQuiet), second = run_training(*data, options, kQuiet);
  EXPECT_EQ(first->graph, second->graph);
  EXPECT_EQ(first->learnt, second->learnt);
  options.seed = 2;
  EXPECT_NE(run_training(*data, options, kQuiet)->learnt, first->learnt);
}

}  // namespace
}  // namespace standfast::trainer
