// What the network with a learnt map computes in training is what its exported map and graph compute, and it learns.
#include <algorithm>
#include <cmath>
#include <memory>
#include <vector>

#include <gtest/gtest.h>

#include "base/random.hpp"
#include "trainer/export.hpp"
#include "trainer/run.hpp"
#include "trainer/torch_network.hpp"
#include "unit/trainer/bars.hpp"

namespace standfast::trainer {
namespace {

const RunHooks kQuiet = {[](const RunState&) {}, [] { return false; }};

TrainOptions learnt_options() {
  TrainOptions options;
  options.data.source = "bars";
  options.sensitive = "upright";
  options.output = "unused";
  options.network = Network::kLearnt;
  options.learnt = {.filters = 4, .filter_kernel = 5, .filter_stride = 2, .channels = 6};
  options.optimiser = Optimiser::kAdamW;
  options.schedule = Schedule::kCosine;
  options.learning_rate = 0.01;
  options.label_smoothing = 0.02;
  options.batch_size = 32;
  options.epochs = 4;
  return options;
}

/// A network after a few steps on one batch, which move every weight and statistic away from where it started.
struct Stepped {
  Result<TrainingData> data;
  std::unique_ptr<Learner> learner;
  Batch batch;

  explicit Stepped(const TrainOptions& options) : data(prepare_training(bars(64), options)) {
    use_one_thread();
    Random random(1);
    learner =
        make_learner(*starting_learnt_network(options, data->feature_shape, data->train.features, random), options);
    Batches batches(*data, 32, 0, false, 1);
    batches.shuffle();
    batch = batches.next();
    for (int step = 0; step < 5; ++step) learner->step(batch, nullptr);
  }
};

TEST(TorchLearnt, ScoresAreThoseOfTheExportedMapAndGraph) {
  const Stepped stepped(learnt_options());
  const auto& [data, learner, batch] = stepped;
  const auto graph = learner->graph();
  const auto map = learner->learnt_map();
  ASSERT_TRUE(graph.ok()) << graph.error().message;
  ASSERT_TRUE(map.ok()) << map.error().message;
  const auto shapes = model::infer_map_shapes(*map, data->feature_shape);
  ASSERT_TRUE(shapes.ok()) << shapes.error().message;
  EXPECT_EQ(shapes->back(), graph->input_shape);
  ASSERT_TRUE(model::infer_shapes(*graph).ok());
  EXPECT_TRUE(model::check_input_convex(*graph).ok());
  const auto own = learner->evaluate(batch.features, batch.count());
  const auto scores = torch_scores(*map, data->feature_shape, *graph, batch.features, batch.count());
  ASSERT_EQ(own.scores.size(), scores.size());
  double spread = 0;
  for (std::size_t i = 0; i < scores.size(); ++i) {
    EXPECT_NEAR(own.scores[i], scores[i], 1e-4);
    spread = std::max<double>(spread, std::fabs(scores[i] - scores[0]));
  }
  EXPECT_GT(spread, 1e-2) << "a constant would agree as well";
}

TEST(TorchLearnt, GradientProductEqualsAutomaticDifferentiation) {
  const Stepped stepped(learnt_options());
  const auto& [data, learner, batch] = stepped;
  const auto product = learner->evaluate(batch.features, batch.count()).gradients;
  const auto expected =
      torch_gradients(*learner->learnt_map(), data->feature_shape, *learner->graph(), batch.features, batch.count());
  ASSERT_EQ(product.size(), expected.size());
  double largest = 0;
  for (std::size_t i = 0; i < product.size(); ++i) {
    EXPECT_NEAR(product[i], expected[i], 1e-4) << i;
    largest = std::max<double>(largest, std::fabs(expected[i]));
  }
  EXPECT_GT(largest, 1e-2) << "zeros would agree as well";
}

/// Median of score / ||gradient|| over the rows of the sensitive class: the margin's own first-order l2 radius.
double median_reach(const TrainingData& data, const RunResult& run) {
  const std::size_t count = data.train.count(), dim = data.train.features.size() / count;
  const auto scores = torch_scores(run.learnt, data.feature_shape, run.graph, data.train.features, count);
  const auto gradients = torch_gradients(run.learnt, data.feature_shape, run.graph, data.train.features, count);
  std::vector<double> reach;
  for (std::size_t i = 0; i < count; ++i) {
    if (data.train.labels[i] == 0) continue;
    double squares = 0;
    for (std::size_t j = 0; j < dim; ++j) squares += std::pow(gradients[i * dim + j], 2);
    reach.push_back((scores[i] - run.validation.threshold) / std::sqrt(squares));
  }
  std::ranges::nth_element(reach, reach.begin() + static_cast<std::ptrdiff_t>(reach.size() / 2));
  return reach[reach.size() / 2];
}

TEST(TorchLearnt, MarginsAndPenaltiesEnlargeWhatTheyName) {
  use_one_thread();
  TrainOptions options = learnt_options();
  const auto data = prepare_training(bars(600), options);
  ASSERT_TRUE(data.ok());
  const auto plain = run_training(*data, options, kQuiet);
  ASSERT_TRUE(plain.ok());
  const double without = median_reach(*data, *plain);
  TrainOptions penalised = options;
  penalised.jacobian_weight = 0.02;
  options.certify_norm = Norm::l2();
  options.certify_radius = 0.5;
  for (const TrainOptions& robust : {options, penalised}) {
    const auto run = run_training(*data, robust, kQuiet);
    ASSERT_TRUE(run.ok()) << run.error().message;
    EXPECT_GT(run->validation.balanced_accuracy(), 0.95);
    EXPECT_GT(median_reach(*data, *run), 1.2 * without) << robust.certify_radius;
  }
}

TEST(TorchLearnt, LearnsUprightBars) {
  use_one_thread();
  const TrainOptions options = learnt_options();
  const auto data = prepare_training(bars(600), options);
  const auto run = run_training(*data, options, kQuiet);
  ASSERT_TRUE(run.ok()) << run.error().message;
  EXPECT_GT(run->validation.balanced_accuracy(), 0.95);
  const model::Model model = to_model(*data, options, *run);
  ASSERT_TRUE(model::validate(model).ok()) << model::validate(model).error().message;
  EXPECT_TRUE(model::is_affine_with_abs(model.feature_map));
  EXPECT_FALSE(model::is_separable(model.feature_map));
}

TEST(TorchLearnt, SameSeedGivesTheSameModel) {
  use_one_thread();
  TrainOptions options = learnt_options();
  options.epochs = 1;
  const auto data = prepare_training(bars(64), options);
  const auto first = run_training(*data, options, kQuiet), second = run_training(*data, options, kQuiet);
  EXPECT_EQ(first->graph, second->graph);
  EXPECT_EQ(first->learnt, second->learnt);
}

}  // namespace
}  // namespace standfast::trainer
