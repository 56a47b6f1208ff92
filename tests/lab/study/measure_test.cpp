#include <cmath>
#include <filesystem>
#include <string>
#include <vector>

#include <gtest/gtest.h>
#include <unistd.h>

#include "format/model_file.hpp"
#include "lab/study/study.hpp"
#include "support/small_models.hpp"

namespace standfast::lab {
namespace {

std::string path_of(const std::string& name) {
  return (std::filesystem::temp_directory_path() / ("standfast_measure_" + std::to_string(::getpid()) + name)).string();
}

/// f(x) = x_0 - x_1 - threshold on features in [0, 1].
std::string write_difference(float threshold) {
  model::Model model = support::affine_model({1, -1}, 0, threshold);
  model.sensitive_class = "3";
  model.other_class = "8";
  const auto path = path_of(".safetensors");
  EXPECT_TRUE(format::save_model(model, path).ok());
  return path;
}

/// Scores .9, .5, .3, .1 of class 3 and .2, -.2, -.4 of class 8.
Dataset digits() {
  Dataset data;
  data.source = "digits:test";
  data.input_shape = {2};
  data.class_names = {"3", "8"};
  data.features = {1, .1F, .75F, .25F, .5F, .2F, .4F, .3F, .6F, .4F, .2F, .4F, .1F, .5F};
  data.labels = {0, 0, 0, 0, 1, 1, 1};
  data.source_index = {0, 1, 2, 3, 4, 5, 6};
  return data;
}

MeasureOptions options(std::size_t attacked) {
  MeasureOptions options;
  options.effort.attacked = attacked;
  options.threads = 1;
  options.processor_seconds = [ticks = 0]() mutable { return 0.5 * ++ticks; };
  return options;
}

ProtocolMeasure measured(const std::string& path, const Dataset& data, std::size_t attacked) {
  const auto classifier = Classifier::load(path);
  EXPECT_TRUE(classifier.ok());
  auto result = measure(*classifier, data, options(attacked));
  EXPECT_TRUE(result.ok()) << result.error().message;
  return std::move(result).value();
}

TEST(Measure, GivesRadiiByEveryBoundInTheOrderOfTheData) {
  const auto path = write_difference(0.25F);
  const auto result = measured(path, digits(), 2);
  EXPECT_DOUBLE_EQ(result.accuracy_sensitive, 0.75);
  EXPECT_DOUBLE_EQ(result.accuracy_other, 1);
  EXPECT_EQ(result.threshold, 0.25F);
  for (std::size_t n = 0; n < kStudyNorms.size(); ++n) {
    const auto& formula = result.bounds[0][n].radii;
    const auto& one_pass = result.bounds[1][n].radii;
    ASSERT_EQ(formula.size(), 4u);
    ASSERT_EQ(result.bounds[3][n].radii.size(), 2u);
    EXPECT_EQ(formula[3], 0) << "the verdict is wrong";
    for (std::size_t i = 0; i < 2; ++i) {
      EXPECT_LE(formula[i], one_pass[i] * (1 + 1e-9));
      EXPECT_LE(one_pass[i], result.bounds[2][n].radii[i] * (1 + 1e-9));
      EXPECT_LE(result.bounds[2][n].radii[i], result.bounds[3][n].radii[i]) << "no radius above the attack";
    }
  }
  EXPECT_NEAR(result.bounds[0][2].radii[1], 0.125, 1e-6);
  EXPECT_DOUBLE_EQ(result.bounds[0][0].milliseconds, 500.0 / 3) << "one tick for three certificates";
  std::filesystem::remove(path);
}

TEST(Measure, WithoutASensitiveVerdictThereIsNoTime) {
  const auto path = write_difference(2);
  const auto result = measured(path, digits(), 0);
  EXPECT_EQ(result.accuracy_sensitive, 0);
  EXPECT_TRUE(std::isnan(result.bounds[2][1].milliseconds));
  std::filesystem::remove(path);
}

TEST(Measure, OnePassStandsForRefinedWhereTheMapMixesFeatures) {
  model::Model model = support::affine_model({1}, 0);
  model.input_shape = {2};
  model.feature_map = {{.kind = model::MapKind::kLinear, .values = {{1, 2}, {1, -1}}, .bias = {{1}, {0}}}};
  model.sensitive_class = "3";
  model.other_class = "8";
  const auto path = path_of("_mixing.safetensors");
  const auto saved = format::save_model(model, path);
  ASSERT_TRUE(saved.ok()) << saved.error().message;
  const auto result = measured(path, digits(), 3);
  const auto& one_pass = result.bounds[1][1].radii;
  EXPECT_GT(one_pass[0], 0);
  EXPECT_EQ(result.bounds[2][1].radii, std::vector<double>(one_pass.begin(), one_pass.begin() + 3));
  EXPECT_GE(result.bounds[3][1].radii[0], one_pass[0]);
  std::filesystem::remove(path);
}

TEST(BalancedModel, JudgesBothClassesEquallyWellOnTheFirstInputs) {
  const auto path = write_difference(-0.9F);
  const auto balanced = path_of("_balanced.safetensors");
  const auto written = write_balanced_model(path, balanced, digits());
  ASSERT_TRUE(written.ok()) << written.error().message;
  const auto result = measured(balanced, digits(), 1);
  // between -.2 and .1 all of class 3 and two thirds of class 8 are right; between .1 and .2 three quarters and two
  // thirds, which is the more even
  EXPECT_DOUBLE_EQ(result.accuracy_sensitive, 0.75);
  EXPECT_NEAR(result.accuracy_other, 2.0 / 3, 1e-12);
  EXPECT_NEAR(result.threshold, 0.15, 1e-6);
  const auto before = format::load_model(path);
  const auto after = format::load_model(balanced);
  ASSERT_TRUE(before.ok() && after.ok());
  EXPECT_EQ(after->graph, before->graph);
  EXPECT_TRUE(after->provenance.contains("threshold"));
  std::filesystem::remove(path);
  std::filesystem::remove(balanced);
}

TEST(BalancedModel, OneClassCannotBeBalanced) {
  const auto path = write_difference(0);
  Dataset data = digits();
  const std::vector<std::size_t> threes = {0, 1, 2};
  const auto written = write_balanced_model(path, path_of("_none.safetensors"), data.subset(threes));
  ASSERT_FALSE(written.ok());
  EXPECT_NE(written.error().message.find("the first 3 inputs are of one class"), std::string::npos);
  std::filesystem::remove(path);
}

TEST(Measure, DataWithoutTheCertifiedClassAreRefused) {
  const auto path = write_difference(0);
  const auto classifier = Classifier::load(path);
  ASSERT_TRUE(classifier.ok());
  const std::vector<std::size_t> eights = {4, 5};
  const auto result = measure(*classifier, digits().subset(eights), options(0));
  ASSERT_FALSE(result.ok());
  EXPECT_EQ(result.error().message, "digits:test: holds no input of class 3");
  std::filesystem::remove(path);
}

}  // namespace
}  // namespace standfast::lab
