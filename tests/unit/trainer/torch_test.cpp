// What libtorch computes is what is exported; the explicit gradient is the automatic one; one seed gives one file.
#include <algorithm>
#include <cmath>
#include <vector>

#include <gtest/gtest.h>

#include "base/random.hpp"
#include "format/model_file.hpp"
#include "support/cases.hpp"
#include "trainer/export.hpp"
#include "trainer/mlp/init.hpp"
#include "trainer/run.hpp"
#include "trainer/torch_network.hpp"

namespace standfast::trainer {
namespace {

class Torch : public testing::Test {
 protected:
  static void SetUpTestSuite() { use_one_thread(); }
};

std::vector<float> normal_values(std::size_t count, std::uint64_t seed) {
  Random random(seed);
  std::vector<float> values(count);
  for (float& value : values) value = static_cast<float>(random.normal());
  return values;
}

ConvexMlp random_network() {
  Random random(1);
  ConvexMlp network = icnn_network(8, {7, 6, 5}, false, 8, random);
  network.input_weight = normal_values(network.input_weight.size(), 2);
  return network;
}

/// An exported graph in float64 and plain loops.
double graph_score(const model::Graph& graph, std::vector<double> u) {
  std::vector<std::vector<double>> values;
  for (const auto& node : graph.nodes) {
    const auto& first = node.inputs[0] == model::kGraphInput ? u : values[static_cast<std::size_t>(node.inputs[0])];
    std::vector<double> out = first;
    if (node.kind == model::NodeKind::kLinear) {
      out.assign(static_cast<std::size_t>(node.weight.shape[0]), 0);
      for (std::size_t row = 0; row < out.size(); ++row) {
        if (!node.bias.empty()) out[row] = node.bias.values[row];
        for (std::size_t i = 0; i < first.size(); ++i)
          out[row] += node.weight.values[row * first.size() + i] * first[i];
      }
    }
    if (node.kind == model::NodeKind::kAdd)
      for (std::size_t i = 0; i < out.size(); ++i) out[i] += values[static_cast<std::size_t>(node.inputs[1])][i];
    if (node.kind == model::NodeKind::kRelu)
      for (double& value : out) value = std::max(value, 0.0);
    values.push_back(out);
  }
  return values.back()[0];
}

TEST_F(Torch, ScoresAreThoseOfTheExportedGraph) {
  const ConvexMlp network = random_network();
  const model::Graph graph = to_graph(network, {8});
  const auto rows = normal_values(20 * 8, 3);
  const auto scores = torch_scores(graph, rows, 20);
  for (std::size_t i = 0; i < 20; ++i) {
    const auto begin = rows.begin() + static_cast<std::ptrdiff_t>(8 * i);
    const double expected = graph_score(graph, {begin, begin + 8});
    EXPECT_NEAR(scores[i], expected, 1e-5 * (1 + std::abs(expected)));
  }
}

TEST_F(Torch, GradientProductEqualsAutomaticDifferentiation) {
  const auto rows = normal_values(20 * 8, 4);
  const auto learner = make_learner(random_network(), {8}, {}, TrainOptions{});
  const auto product = learner->evaluate(rows, 20);
  const auto automatic = torch_gradients(learner->graph().value(), rows, 20);
  ASSERT_EQ(product.gradients.size(), 160U);
  for (std::size_t i = 0; i < 160; ++i) EXPECT_NEAR(product.gradients[i], automatic[i], 1e-4);
  EXPECT_GT(*std::ranges::max_element(product.gradients), 0.1F);
}

/// Two clouds that a convex function separates: the sensitive class lies outside.
Dataset rings(std::size_t count) {
  Dataset data;
  data.source = "rings";
  data.input_shape = {2};
  data.class_names = {"inside", "outside"};
  Random random(5);
  for (std::size_t i = 0; i < count; ++i) {
    const double angle = random.uniform(0, 6.283185307179586);
    const double radius = (i % 2 == 0 ? 0.5 : 1.5) + 0.1 * random.normal();
    data.features.push_back(static_cast<float>(radius * std::cos(angle)));
    data.features.push_back(static_cast<float>(radius * std::sin(angle)));
    data.labels.push_back(static_cast<std::int32_t>(i % 2));
    data.source_index.push_back(static_cast<std::int64_t>(i));
  }
  return data;
}

TrainOptions ring_options() {
  TrainOptions options;
  options.data.source = "rings";
  options.sensitive = "outside";
  options.output = "unused";
  options.hidden = {16, 8};
  options.epochs = 20;
  options.learning_rate = 0.01;
  options.validation_share = 0.25;
  return options;
}

const RunHooks kQuiet = {[](const RunState&) {}, [] { return false; }};

TEST_F(Torch, TheFileOfSeveralKinksGivesTheTrainersScores) {
  TrainOptions options = ring_options();
  options.feature_map = InputMap::kStandardiseAbs;
  options.kinks = 3;
  options.epochs = 3;
  const auto rows = rings(200);
  const auto data = prepare_training(rows, options);
  ASSERT_TRUE(data.ok()) << data.error().message;
  const auto run = run_training(*data, options, kQuiet);
  ASSERT_TRUE(run.ok()) << run.error().message;
  const auto classifier = support::make_classifier(to_model(*data, options, *run));
  const auto own = torch_scores(run->graph, apply_map(data->map, rows.features, 2), rows.count());
  const auto logits = classifier.logits(rows.features, rows.count());
  ASSERT_TRUE(logits.ok()) << logits.error().message;
  for (std::size_t i = 0; i < own.size(); ++i)
    EXPECT_NEAR(own[i] - run->validation.threshold, (*logits)[i], 1e-4 * (1 + std::abs((*logits)[i])));
}

std::string trained_file(const TrainOptions& options) {
  const auto data = prepare_training(rings(400), options);
  const auto run = run_training(*data, options, kQuiet);
  const auto bytes = format::serialise_model(to_model(*data, options, *run));
  return bytes.ok() ? *bytes : "error: " + bytes.error().message;
}

TEST_F(Torch, SameSeedGivesTheSameFileAndAnotherSeedAnotherOne) {
  TrainOptions options = ring_options();
  options.epochs = 3;
  const std::string first = trained_file(options);
  EXPECT_GT(first.size(), 1000U);
  options.output = "elsewhere";
  EXPECT_EQ(trained_file(options), first);
  options.seed = 2;
  EXPECT_NE(trained_file(options), first);
}

struct Recipe {
  const char* name;
  void (*change)(TrainOptions&);
};

class Recipes : public testing::TestWithParam<Recipe> {
 protected:
  static void SetUpTestSuite() { use_one_thread(); }
};

TEST_P(Recipes, LearnARing) {
  TrainOptions options = ring_options();
  GetParam().change(options);
  const auto data = prepare_training(rings(800), options);
  ASSERT_TRUE(data.ok());
  const auto run = run_training(*data, options, kQuiet);
  ASSERT_TRUE(run.ok()) << run.error().message;
  EXPECT_GT(run->validation.balanced_accuracy(), 0.95);
  EXPECT_TRUE(model::check_input_convex(run->graph).ok());
}

INSTANTIATE_TEST_SUITE_P(Options, Recipes,
                         testing::Values(Recipe{"Adam", [](TrainOptions&) {}},
                                         Recipe{"Abs", [](TrainOptions& o) { o.feature_map = InputMap::kAbs; }},
                                         Recipe{"Deep", [](TrainOptions& o) { o.hidden = {12, 12, 12, 12, 12, 12}; }},
                                         Recipe{"Penalty", [](TrainOptions& o) { o.jacobian_weight = 0.001; }},
                                         Recipe{"Centred", [](TrainOptions& o) { o.init = StartingWeights::kCentred; }},
                                         Recipe{"CertifiedLinfAbs",
                                                [](TrainOptions& o) {
                                                  o.feature_map = InputMap::kAbs;
                                                  o.certify_norm = Norm::linf();
                                                  o.certify_radius = 0.1;
                                                  o.domain = {-2, 2};
                                                }},
                                         Recipe{"CertifiedL1",
                                                [](TrainOptions& o) {
                                                  o.init = StartingWeights::kCentred;
                                                  o.certify_norm = Norm::l1();
                                                  o.certify_radius = 0.2;
                                                }},
                                         Recipe{"Averaged",
                                                [](TrainOptions& o) {
                                                  o.averaging = 0.9;
                                                  o.batch_norm = true;
                                                }},
                                         Recipe{"Heads",
                                                [](TrainOptions& o) {
                                                  o.heads = 4;
                                                  o.optimiser = Optimiser::kAdamW;
                                                  o.schedule = Schedule::kOneCycle;
                                                  o.keep = KeptEpoch::kRanking;
                                                }},
                                         Recipe{"CertifiedHeads",
                                                [](TrainOptions& o) {
                                                  o.heads = 4;
                                                  o.hidden = {8};
                                                  o.batch_norm = true;
                                                  o.certify_norm = Norm::l2();
                                                  o.certify_radius = 0.1;
                                                }},
                                         Recipe{"Weights", [](TrainOptions& o) { o.sensitive_weight = 4; }},
                                         Recipe{"PaperWithBatchNorm",
                                                [](TrainOptions& o) {
                                                  o.init = StartingWeights::kPaper;
                                                  o.batch_norm = true;
                                                  o.optimiser = Optimiser::kSgd;
                                                  o.learning_rate = 0.05;
                                                  o.jacobian_weight = 0.001;
                                                  o.epochs = 40;
                                                }}),
                         [](const auto& test) { return std::string(test.param.name); });

TEST_F(Torch, PenaltyShrinksTheGradient) {
  const auto mean_gradient = [](double weight) {
    TrainOptions options = ring_options();
    options.jacobian_weight = weight;
    const auto data = prepare_training(rings(400), options);
    const auto run = run_training(*data, options, kQuiet);
    double sum = 0;
    for (const float value : torch_gradients(run->graph, data->validation.features, data->validation.count()))
      sum += std::abs(value);
    return sum;
  };
  EXPECT_LT(mean_gradient(0.05), 0.75 * mean_gradient(0));
}

/// The graph's weights after each step, the start first.
std::vector<std::vector<float>> weights_of_steps(Learner& learner, int steps) {
  std::vector<std::vector<float>> all;
  for (int step = 0; step <= steps; ++step) {
    if (step > 0) learner.step({normal_values(4 * 8, static_cast<std::uint64_t>(step)), {1, 0, 1, 0}}, nullptr);
    all.emplace_back();
    const model::Graph graph = learner.graph().value();
    for (const auto& node : graph.nodes)
      all.back().insert(all.back().end(), node.weight.values.begin(), node.weight.values.end());
  }
  return all;
}

TEST_F(Torch, AveragingKeepsTheRunningMeanAndChangesNoStep) {
  TrainOptions options = ring_options();
  const auto plain = make_learner(random_network(), {8}, {}, options);
  options.averaging = 0.25;
  const auto averaged = make_learner(random_network(), {8}, {}, options);
  const auto steps = weights_of_steps(*plain, 5);
  EXPECT_EQ(weights_of_steps(*averaged, 5), steps);
  averaged->swap_averages();
  const auto average = weights_of_steps(*averaged, 0)[0];
  averaged->swap_averages();
  EXPECT_EQ(weights_of_steps(*averaged, 0)[0], steps.back());
  // the first decays are 1/10, 2/11, 3/12, then 0.25
  std::vector<float> expected = steps[0];
  for (std::size_t t = 1; t < steps.size(); ++t) {
    const double decay = std::min(0.25, static_cast<double>(t) / static_cast<double>(t + 9));
    for (std::size_t i = 0; i < expected.size(); ++i)
      expected[i] = static_cast<float>(decay * expected[i] + (1 - decay) * steps[t][i]);
  }
  ASSERT_EQ(average.size(), expected.size());
  for (std::size_t i = 0; i < average.size(); ++i) EXPECT_NEAR(average[i], expected[i], 1e-6);
  EXPECT_NE(average, steps.back());
}

TEST_F(Torch, ConditioningKeepsTheFunctionAndThePenaltyInTermsOfTheFeatures) {
  const ConvexMlp network = random_network();
  TrainOptions options = ring_options();
  options.learning_rate = 1e-12;
  options.jacobian_weight = 0.1;
  const Batch batch = {normal_values(4 * 8, 6), {1, 0, 1, 0}};
  const std::vector<float> halves(8, 0.5F);
  const auto plain = make_learner(network, {8}, {}, options);
  const auto conditioned = make_learner(network, {8}, halves, options);
  const StepResult expected = plain->step(batch, nullptr);
  const StepResult found = conditioned->step(batch, nullptr);
  EXPECT_NEAR(found.loss, expected.loss, 1e-5);
  for (std::size_t i = 0; i < 4; ++i) EXPECT_NEAR(found.scores[i], expected.scores[i], 1e-4);
  const auto after = conditioned->evaluate(batch.features, 4);
  for (std::size_t i = 0; i < 4; ++i) EXPECT_NEAR(after.scores[i], expected.scores[i], 1e-4);
}

TEST_F(Torch, LossIsTheLogisticLossPlusTheNormOfAllGradients) {
  const ConvexMlp network = random_network();
  TrainOptions options = ring_options();
  options.jacobian_weight = 0.1;
  options.sensitive_weight = 3;
  const Batch batch = {normal_values(4 * 8, 7), {1, 0, 0, 0}};
  const auto learner = make_learner(network, {8}, {}, options);
  const auto before = learner->evaluate(batch.features, 4);
  double expected = 0;
  for (std::size_t i = 0; i < 4; ++i)
    expected += (i == 0 ? 3 * std::log1p(std::exp(-before.scores[i])) : std::log1p(std::exp(before.scores[i]))) / 4;
  double square = 0;
  for (const float slope : before.gradients) square += slope * slope;
  expected += 0.1 * std::sqrt(square);
  EXPECT_NEAR(learner->step(batch, nullptr).loss, expected, 1e-4 * (1 + expected));
}

TEST_F(Torch, LossOfACertificateIsTheWorstCaseOfTheSensitiveRowsMinorants) {
  TrainOptions options = ring_options();
  const Batch batch = {normal_values(3 * 8, 8), {1, 0, 1}};
  const auto learner = make_learner(random_network(), {8}, {}, options);
  const auto before = learner->evaluate(batch.features, 3);
  WorstChange adversary(model::identity_map({0}), 8, ThreatModel{}, Norm::linf());
  adversary.set_radius(0.2);
  double expected = 0;
  for (std::size_t i = 0; i < 3; ++i) {
    double margin = before.scores[i];
    for (std::size_t k = 0; i != 1 && k < 8; ++k) margin -= 0.2 * std::abs(before.gradients[8 * i + k]);
    expected += std::log1p(std::exp(i == 1 ? margin : -margin)) / 3;
  }
  const StepResult result = learner->step(batch, &adversary);
  EXPECT_NEAR(result.loss, expected, 1e-4 * (1 + expected));
  for (std::size_t i = 0; i < 3; ++i) EXPECT_NEAR(result.scores[i], before.scores[i], 1e-5);
}

TEST_F(Torch, AStoppedRunKeepsTheNetworkSoFar) {
  TrainOptions options = ring_options();
  const auto data = prepare_training(rings(400), options);
  int steps = 0;
  const RunHooks stop_soon = {[](const RunState&) {}, [&] { return ++steps == 2; }};
  const auto run = run_training(*data, options, stop_soon);
  ASSERT_TRUE(run.ok());
  EXPECT_TRUE(run->stopped);
  EXPECT_EQ(run->epochs_run, 1);
  EXPECT_EQ(steps, 2);
  const model::Model model = to_model(*data, options, *run);
  EXPECT_TRUE(model::validate(model).ok());
  EXPECT_EQ(model.provenance.at("stopped"), "yes");
}

TEST_F(Torch, ADivergingRunSaysWhatMightHelp) {
  TrainOptions options = ring_options();
  options.optimiser = Optimiser::kSgd;
  options.learning_rate = 1;
  options.init = StartingWeights::kPaper;  // without conditioning
  Dataset huge = rings(400);
  for (float& value : huge.features) value *= 1e30F;
  const auto data = prepare_training(huge, options);
  const auto run = run_training(*data, options, kQuiet);
  ASSERT_FALSE(run.ok());
  EXPECT_EQ(run.error().code, ErrorCode::kBadValue);
  EXPECT_NE(run.error().message.find("a smaller --learning-rate may help"), std::string::npos);
}

TEST_F(Torch, ModelsSurviveTheirFile) {
  const TrainOptions options = ring_options();
  const auto data = prepare_training(rings(200), options);
  const auto run = run_training(*data, options, {[](const RunState&) {}, [] { return true; }});
  const model::Model model = to_model(*data, options, *run);
  const auto bytes = format::serialise_model(model);
  ASSERT_TRUE(bytes.ok()) << bytes.error().message;
  const auto again = format::parse_model(std::as_bytes(std::span(*bytes)), "memory");
  ASSERT_TRUE(again.ok()) << again.error().message;
  EXPECT_EQ(*again, model);
  EXPECT_EQ(again->provenance.at("data_hash"), hash_rows(rings(200)));
  EXPECT_EQ(again->sensitive_class, "outside");
}

}  // namespace
}  // namespace standfast::trainer
