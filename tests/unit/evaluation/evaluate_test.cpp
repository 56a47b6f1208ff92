#include <cmath>
#include <filesystem>
#include <limits>
#include <string>
#include <vector>

#include <gtest/gtest.h>
#include <unistd.h>

#include "format/model_file.hpp"
#include "standfast/evaluation.hpp"

namespace standfast::evaluation {
namespace {

// f(x) = x_0 - x_1: its radius in the l1 norm is the larger of the margins, in l_inf half the margin.
model::Model difference() {
  model::Model model;
  model.input_shape = {2};
  model.graph.input_shape = {2};
  model.graph.nodes = {{.kind = model::NodeKind::kLinear,
                        .name = "score",
                        .inputs = {model::kGraphInput},
                        .weight = {{1, 2}, {1, -1}},
                        .bias = {}}};
  model.sensitive_class = "spam";
  model.other_class = "mail";
  return model;
}

Dataset mails() {
  Dataset data;
  data.source = "mails.csv";
  data.input_shape = {2};
  data.class_names = {"mail", "spam"};
  data.features = {3, 1, 0, 2, 5, 1, 1, 0};
  data.labels = {1, 1, 1, 0};
  data.source_index = {0, 1, 2, 3};
  return data;
}

Classifier classifier() {
  const auto path = std::filesystem::temp_directory_path() / ("standfast_evaluate_" + std::to_string(::getpid()));
  EXPECT_TRUE(format::save_model(difference(), path.string()).ok());
  auto loaded = Classifier::load(path.string());
  EXPECT_TRUE(loaded.ok());
  std::filesystem::remove(path);
  return std::move(loaded).value();
}

void expect_refused(const Dataset& data, const EvaluateOptions& options, ErrorCode code, const std::string& message) {
  const auto evaluation = evaluate(classifier(), data, options);
  ASSERT_FALSE(evaluation.ok());
  EXPECT_EQ(evaluation.error().code, code) << evaluation.error().message;
  EXPECT_NE(evaluation.error().message.find(message), std::string::npos) << evaluation.error().message;
}

TEST(Evaluate, JoinsVerdictsLabelsAndRadii) {
  const auto evaluation = evaluate(classifier(), mails(), {});
  ASSERT_TRUE(evaluation.ok()) << evaluation.error().message;
  EXPECT_EQ(evaluation->sensitive_class, "spam");
  EXPECT_EQ(evaluation->other_class, "mail");
  EXPECT_EQ(evaluation->data_source, "mails.csv");
  EXPECT_EQ(evaluation->sensitive_count, 3u);
  EXPECT_EQ(evaluation->sensitive_right, 2u);
  EXPECT_EQ(evaluation->other_wrong, 1u);
  ASSERT_EQ(evaluation->curves.size(), 3u);
  EXPECT_NEAR(evaluation->curves[0].quantiles.front().radius, 2, 1e-6);
  EXPECT_NEAR(evaluation->curves[0].quantiles.back().radius, 4, 1e-6);
  EXPECT_NEAR(evaluation->curves[2].quantiles.back().radius, 2, 1e-6);
  EXPECT_LE(evaluation->curves[0].quantiles.back().radius, 4);
  EXPECT_EQ(evaluation->curves[0].most_robust, (std::vector<std::size_t>{2, 0}));
}

TEST(Evaluate, MapsLabelsByNameAndNotByNumber) {
  Dataset data = mails();
  data.class_names = {"spam", "mail"};
  data.labels = {0, 0, 0, 1};
  const auto evaluation = evaluate(classifier(), data, {});
  ASSERT_TRUE(evaluation.ok());
  EXPECT_EQ(evaluation->sensitive_count, 3u);
}

TEST(Evaluate, AClassThatTheModelDoesNotKnowIsABadOption) {
  Dataset data = mails();
  data.class_names = {"ham", "spam"};
  expect_refused(data, {}, ErrorCode::kBadOption, "input 3 has class 'ham', the model expects 'spam' or 'mail'");
  data = mails();
  data.labels[2] = 7;
  expect_refused(data, {}, ErrorCode::kBadOption, "input 2 has class 'number 7'");
  data.labels[2] = -1;
  expect_refused(data, {}, ErrorCode::kBadOption, "input 2 has class 'number -1'");
}

TEST(Evaluate, AClassThatOnlyHasANameDoesNoHarm) {
  Dataset data = mails();
  data.class_names.push_back("ham");
  EXPECT_TRUE(evaluate(classifier(), data, {}).ok());
}

TEST(Evaluate, DataWithoutLabelsAreABadOption) {
  Dataset data = mails();
  data.labels.clear();
  expect_refused(data, {}, ErrorCode::kBadOption, "mails.csv: found 0 labels for 4 inputs");
  data.labels = {1};
  expect_refused(data, {}, ErrorCode::kBadOption, "found 1 labels");
}

TEST(Evaluate, AnotherNumberOfFeaturesIsABadShape) {
  Dataset data = mails();
  data.input_shape = {4};
  data.features.resize(16, 0.0F);
  expect_refused(data, {}, ErrorCode::kBadShape, "inputs have 4 features, the model expects 2");
}

TEST(Evaluate, ANanFeatureIsABadValue) {
  Dataset data = mails();
  data.features[5] = std::numeric_limits<float>::quiet_NaN();
  EXPECT_EQ(evaluate(classifier(), data, {}).error().code, ErrorCode::kBadValue);
}

TEST(Evaluate, AGridOutOfOrderIsABadOption) {
  EvaluateOptions options;
  options.grid = {0, 2, 1};
  expect_refused(mails(), options, ErrorCode::kBadOption, "not sorted");
  for (const double radius : {-1.0, kInfinity, std::nan("")}) {
    options.grid = {radius};
    expect_refused(mails(), options, ErrorCode::kBadOption, "expected finite numbers >= 0");
  }
  options.grid.clear();
  options.grid_points = 1;
  expect_refused(mails(), options, ErrorCode::kBadOption, "the grid has 1 points");
}

}  // namespace
}  // namespace standfast::evaluation
