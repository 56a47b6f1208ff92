// A start's score, repaired: every training input right, and the start's say on others mostly kept.
#include "lab/fits/repair.hpp"

#include <algorithm>
#include <cmath>
#include <string>

#include <gtest/gtest.h>

#include "base/random.hpp"
#include "format/model_file.hpp"
#include "lab/fits/fits.hpp"
#include "lab/fits/fitted_model.hpp"
#include "lab/fits/start_model.hpp"

namespace standfast::lab {
namespace {

constexpr std::size_t kDim = 400;

/// Two clouds that differ along the first feature, after a shift that a feature map has to take off again.
Dataset two_clouds(std::size_t each, double apart, std::uint64_t seed) {
  Random random(seed);
  Dataset data;
  data.source = "clouds";
  data.class_names = {"in", "out"};
  data.input_shape = {static_cast<std::int64_t>(kDim)};
  for (std::size_t i = 0; i < 2 * each; ++i) {
    for (std::size_t f = 0; f < kDim; ++f)
      data.features.push_back(static_cast<float>(3 + random.normal() + (f == 0 && i < each ? apart : 0)));
    data.labels.push_back(i < each ? 0 : 1);
    data.source_index.push_back(static_cast<std::int64_t>(i));
  }
  return data;
}

/// sum of 8 relus of the first feature, centred, and a plane of others: any weights would do.
model::Model hinge_model(const Dataset& data) {
  model::Model model = blank_model(data, "in", "out");
  model.feature_map = model::identity_map(std::vector<float>(kDim, 3.0F));
  const auto make = [](model::NodeKind kind, std::string name, std::vector<std::int32_t> inputs) {
    model::Node node;
    node.kind = kind;
    node.name = std::move(name);
    node.inputs = std::move(inputs);
    return node;
  };
  model::Node first = make(model::NodeKind::kLinear, "first", {model::kGraphInput});
  first.weight = {{8, static_cast<std::int64_t>(kDim)}, std::vector<float>(8 * kDim, 0.01F)};
  first.bias = {{8}, {}};
  for (std::size_t k = 0; k < 8; ++k) {
    first.weight.values[k * kDim] = 1;
    first.bias.values.push_back(0.25F * static_cast<float>(k) - 1);
  }
  model::Node score = make(model::NodeKind::kLinear, "score", {1});
  score.weight = {{1, 8}, std::vector<float>(8, 0.5F)};
  model.graph.nodes = {first, make(model::NodeKind::kRelu, "relu", {0}), score};
  model.threshold = 4;
  return model;
}

SeparateOptions repair_options(const model::Model& model, const std::string& name) {
  SeparateOptions options;
  options.start = ::testing::TempDir() + name;
  EXPECT_TRUE(format::save_model(model, options.start).ok());
  options.methods = {"repair"};
  options.sensitive = {"in"};
  options.ridge = 0.1;
  return options;
}

double right_share(const ExactAccuracy& accuracy) {
  return static_cast<double>(accuracy.right) / static_cast<double>(accuracy.count);
}

TEST(Repair, JudgesEveryTrainingInputRightAndKeepsTheStartsSay) {
  const Dataset train = two_clouds(300, 1.5, 1);
  const Dataset test = two_clouds(400, 1.5, 2);
  const auto fits = fit_perfectly(train, &test, repair_options(hinge_model(train), "hinges.safetensors"));
  ASSERT_TRUE(fits.ok()) << fits.error().message;
  const PerfectFit& fit = fits->front();
  EXPECT_TRUE(fit.perfect()) << fit.floats.right << " of " << fit.floats.count;
  EXPECT_GT(right_share(*fit.test), 0.65);
  const auto bytes = std::as_bytes(std::span(fit.model));
  EXPECT_TRUE(format::parse_model(bytes, "repaired").ok()) << "input-convex, as every file of ours";
}

TEST(Repair, FitsWhateverTheStartSays) {
  const Dataset train = two_clouds(200, 0, 3);
  const auto fits = fit_perfectly(train, nullptr, repair_options(hinge_model(train), "random.safetensors"));
  ASSERT_TRUE(fits.ok()) << fits.error().message;
  EXPECT_TRUE(fits->front().perfect());
}

TEST(Repair, DoesWithoutUnits) {
  const Dataset train = two_clouds(200, 1.5, 4);
  std::vector<double> plane(kDim, 0.0);
  plane[0] = 1;
  const model::Model linear = max_affine_model(train, Planes{plane, {-4}}, "in", "out");
  const auto fits = fit_perfectly(train, nullptr, repair_options(linear, "plane.safetensors"));
  ASSERT_TRUE(fits.ok()) << fits.error().message;
  EXPECT_TRUE(fits->front().perfect());
}

TEST(Repair, LowersAnInputAtTheMeanOfTheOthers) {
  constexpr std::size_t kEach = 40;
  Dataset data = two_clouds(kEach, 0, 8);
  // no plane through the mean of the class above moves the first input of the other class
  for (std::size_t f = 0; f < kDim; ++f) {
    double sum = 0;
    for (std::size_t i = 0; i < kEach; ++i) sum += static_cast<double>(data.features[i * kDim + f]);
    data.features[kEach * kDim + f] = static_cast<float>(sum / kEach);
  }
  model::Model model = hinge_model(data);
  model.threshold = -100;  // everything is of the class above
  const auto fits = fit_perfectly(data, nullptr, repair_options(model, "everything.safetensors"));
  ASSERT_TRUE(fits.ok()) << fits.error().message;
  EXPECT_TRUE(fits->front().perfect()) << fits->front().floats.right << " of " << fits->front().floats.count;
  const auto model_file = format::parse_model(std::as_bytes(std::span(fits->front().model)), "repaired");
  ASSERT_TRUE(model_file.ok()) << model_file.error().message;
  float steepest = 0;
  for (const model::Node& node : model_file->graph.nodes)
    for (const float weight : node.weight.values) steepest = std::max(steepest, std::abs(weight));
  EXPECT_LT(steepest, 1000) << "planes through it that move it all the same";
}

TEST(StartModel, FoldsCentresAndScalesAway) {
  const Dataset data = two_clouds(1, 0, 5);
  model::Model model = hinge_model(data);
  const auto plain = start_from(model, "m", data, "in", "out");
  ASSERT_TRUE(plain.ok()) << plain.error().message;
  EXPECT_TRUE(plain->feature_map.empty());
  // relu(x - 3 + 0.04 - 1 + ...): the centre moves into the bias
  EXPECT_NEAR(plain->graph.nodes[0].bias.values[0], -1 - 3 * (1 + 0.01 * (kDim - 1)), 1e-4);
  model.feature_map = model::standardise_map(std::vector<float>(kDim, 3.0F), std::vector<float>(kDim, 2.0F));
  const auto scaled = start_from(model, "m", data, "in", "out");
  ASSERT_TRUE(scaled.ok()) << scaled.error().message;
  EXPECT_NEAR(scaled->graph.nodes[0].weight.values[0], 2, 1e-4);
  EXPECT_NEAR(scaled->graph.nodes[0].bias.values[0], -1 - 6 * (1 + 0.01 * (kDim - 1)), 1e-4);
}

TEST(StartModel, RefusesWhatItCannotKeep) {
  const Dataset data = two_clouds(1, 0, 6);
  model::Model model = hinge_model(data);
  EXPECT_EQ(start_from(model, "m", data, "out", "in").error().code, ErrorCode::kBadOption);
  Dataset narrow = data;
  narrow.input_shape = {3};
  EXPECT_EQ(start_from(model, "m", narrow, "in", "out").error().code, ErrorCode::kBadShape);
  model.feature_map = model::with_abs(model.feature_map);
  EXPECT_EQ(start_from(model, "m", data, "in", "out").error().code, ErrorCode::kUnsupported)
      << "convex in (x, |x|) is not convex in x";
}

TEST(StartModel, FindsTheLastHiddenLayer) {
  const Dataset data = two_clouds(1, 0, 7);
  model::Model model = hinge_model(data);
  const auto head = find_head(model.graph);
  ASSERT_TRUE(head.has_value());
  EXPECT_EQ(head->sums, 0);
  EXPECT_EQ(head->relu, 1);
  EXPECT_EQ(head->weights, 2);
  model::Node again = model.graph.nodes[2];
  again.name = "again";
  model::Node sum;
  sum.kind = model::NodeKind::kAdd;
  sum.name = "sum";
  sum.inputs = {2, 3};
  model.graph.nodes.push_back(again);
  model.graph.nodes.push_back(sum);
  EXPECT_FALSE(find_head(model.graph).has_value()) << "two readers";
}

}  // namespace
}  // namespace standfast::lab
