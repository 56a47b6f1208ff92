// Thresholds from cross-fitted scores, and signs that training keeps.
#include <algorithm>
#include <cmath>
#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include <gtest/gtest.h>
#include <unistd.h>

#include "base/random.hpp"
#include "model/slope_signs.hpp"
#include "trainer/cross_fit.hpp"
#include "trainer/export.hpp"
#include "trainer/torch_network.hpp"

namespace standfast::trainer {
namespace {

/// Two normal clouds in three features, of which the third falls from mail to spam. Each row occurs twice.
Dataset clouds(std::size_t rows) {
  Dataset data;
  data.source = "clouds";
  data.input_shape = {3};
  data.feature_names = {"a", "b", "c"};
  data.class_names = {"mail", "spam"};
  Random random(4);
  for (std::size_t i = 0; i < rows; i += 2) {
    const bool spam = i % 6 == 0;
    std::vector<float> row;
    for (int f = 0; f < 3; ++f) row.push_back(static_cast<float>(random.normal() + (spam ? (f == 2 ? -1 : 1) : 0)));
    for (std::size_t copy = 0; copy < 2; ++copy) {
      data.features.insert(data.features.end(), row.begin(), row.end());
      data.labels.push_back(spam ? 1 : 0);
      data.source_index.push_back(static_cast<std::int64_t>(i + copy));
    }
  }
  return data;
}

TrainOptions quick_options() {
  TrainOptions options;
  options.sensitive = "spam";
  options.hidden = {8, 4};
  options.epochs = 3;
  options.feature_map = InputMap::kStandardise;
  options.threshold_folds = 3;
  return options;
}

const RunHooks kSilent = {[](const RunState&) {}, [] { return false; }};

TEST(CrossFit, FoldsHoldEveryRowOnceAndEqualRowsTogether) {
  const Dataset data = clouds(600);
  const auto folds = make_folds(data, 3, 1);
  ASSERT_EQ(folds.size(), 3U);
  std::vector<int> seen(600, -1);
  for (std::size_t fold = 0; fold < 3; ++fold) {
    EXPECT_NEAR(static_cast<double>(folds[fold].size()), 200, 4);
    EXPECT_TRUE(std::ranges::is_sorted(folds[fold]));
    for (const std::size_t row : folds[fold]) {
      EXPECT_EQ(seen[row], -1);
      seen[row] = static_cast<int>(fold);
    }
  }
  for (std::size_t row = 0; row < 600; row += 2) {
    EXPECT_NE(seen[row], -1);
    EXPECT_EQ(seen[row], seen[row + 1]);
  }
  EXPECT_EQ(folds, make_folds(data, 3, 1));
  EXPECT_NE(folds, make_folds(data, 3, 2));
}

TEST(CrossFit, ScoresAreTheSameBitsWhateverTheNumberOfThreads) {
  const Dataset data = clouds(600);
  TrainOptions options = quick_options();
  options.heads = 2;
  options.input_dropout = 0.1;
  const auto one = cross_fitted_scores(data, options, 2, 1, kSilent.stop_requested);
  const auto three = cross_fitted_scores(data, options, 2, 3, kSilent.stop_requested);
  ASSERT_TRUE(one.ok()) << one.error().message;
  EXPECT_EQ(*one, *three);
  EXPECT_NE(*one, *cross_fitted_scores(data, options, 3, 1, kSilent.stop_requested));
}

TEST(CrossFit, ARowsScoreDoesNotDependOnItsOwnLabel) {
  const TrainOptions options = quick_options();
  Dataset data = clouds(600);
  const auto before = *cross_fitted_scores(data, options, 2, 1, kSilent.stop_requested);
  const auto folds = make_folds(data, 3, options.seed);
  // the same classes in another order within one fold: its split stays the same, its labels do not
  std::vector<std::size_t> fold = folds[0];
  Dataset turned = data;
  for (const std::size_t row : fold) turned.labels[row] = 1 - data.labels[row];
  // a network that has seen the fold would have learnt the opposite; `scores_after` on the same split has not
  Split split;
  for (std::size_t row = 0; row < data.count(); ++row)
    (std::ranges::binary_search(fold, row) ? split.second : split.first).push_back(row);
  const auto prepared = prepare_training(turned, split, options);
  ASSERT_TRUE(prepared.ok()) << prepared.error().message;
  const auto scores = scores_after(*prepared, options, 2, kSilent.stop_requested);
  ASSERT_TRUE(scores.ok());
  for (std::size_t i = 0; i < fold.size(); ++i) EXPECT_EQ((*scores)[i], before[fold[i]]);
}

TEST(CrossFit, SetsTheThresholdThatTheRowsOfAllFoldsAskFor) {
  const Dataset data = clouds(600);
  TrainOptions options = quick_options();
  options.max_fpr = 0.05;
  const auto prepared = prepare_training(data, options);
  ASSERT_TRUE(prepared.ok());
  auto run = run_training(*prepared, options, kSilent);
  ASSERT_TRUE(run.ok());
  const float before = run->validation.threshold;
  const std::string note = cross_fit_threshold(data, options, *prepared, *run, kSilent.stop_requested);
  EXPECT_TRUE(note.starts_with("threshold of 3 folds: ")) << note;
  EXPECT_NE(run->validation.threshold, before);
  const auto fitted = *cross_fitted_scores(data, options, run->best_epoch, 1, kSilent.stop_requested);
  std::size_t alarms = 0, others = 0;
  for (std::size_t i = 0; i < fitted.size(); ++i) {
    if (data.labels[i] != 0) continue;
    ++others;
    alarms += fitted[i] > run->validation.threshold ? 1 : 0;
  }
  EXPECT_EQ(others, 400U);
  EXPECT_NEAR(static_cast<double>(alarms), 20, 2);  // rows come in pairs
}

TEST(CrossFit, LeavesTheThresholdWhereItCannotDoBetter) {
  const Dataset data = clouds(600);
  TrainOptions options = quick_options();
  options.max_fpr = 0.001;
  const auto prepared = prepare_training(data, options);
  auto run = run_training(*prepared, options, kSilent);
  const training::ThresholdChoice before = run->validation;
  const auto fit = [&] { return cross_fit_threshold(data, options, *prepared, *run, kSilent.stop_requested); };
  EXPECT_EQ(
      fit(),
      "--max-fpr: 400 rows of the other class cannot show a rate of 0.001, expected at least 1000: with fewer, not "
      "even one may raise an alarm; the threshold is that of the validation rows");
  options.max_fpr = -1;
  EXPECT_EQ(fit(), "");
  options.max_fpr = 0.05;
  options.threshold_folds = 0;
  EXPECT_EQ(fit(), "");
  options.threshold_folds = 3;
  const auto stopped = cross_fit_threshold(data, options, *prepared, *run, [] { return true; });
  EXPECT_TRUE(stopped.starts_with("--threshold-folds: the threshold is that of the validation rows")) << stopped;
  EXPECT_EQ(run->validation.threshold, before.threshold);
}

class Monotone : public testing::Test {
 protected:
  void SetUp() override {
    path_ = std::filesystem::temp_directory_path() / ("standfast-monotone-" + std::to_string(::getpid()) + ".toml");
    std::ofstream(path_) << "[feature.a]\nchange = \"increase-only\"\n[feature.c]\nchange = \"decrease-only\"\n";
  }
  void TearDown() override { std::filesystem::remove(path_); }

  std::filesystem::path path_;
};

TEST_F(Monotone, TrainingKeepsTheSignsThatTheThreatFileAsksFor) {
  const Dataset data = clouds(600);
  for (const bool batch_norm : {false, true}) {
    TrainOptions options = quick_options();
    options.heads = batch_norm ? 3 : 1;
    options.monotone = path_;
    options.batch_norm = batch_norm;
    options.averaging = 0.9;
    options.optimiser = Optimiser::kAdamW;
    const auto prepared = prepare_training(data, options);
    ASSERT_TRUE(prepared.ok()) << prepared.error().message;
    const auto run = run_training(*prepared, options, kSilent);
    ASSERT_TRUE(run.ok()) << run.error().message;
    const auto signs = model::slope_signs(to_model(*prepared, options, *run));
    EXPECT_EQ(signs[0], (model::SlopeSigns{true, false}));
    EXPECT_EQ(signs[1], (model::SlopeSigns{true, true}));
    EXPECT_EQ(signs[2], (model::SlopeSigns{false, true}));
    EXPECT_GT(run->validation.balanced_accuracy(), 0.7);
  }
}

TEST_F(Monotone, AFileThatConstrainsNothingIsRefused) {
  std::ofstream(path_) << "[default]\nchange = \"any\"\n";
  TrainOptions options = quick_options();
  options.monotone = path_;
  const auto refused = prepare_training(clouds(600), options);
  ASSERT_FALSE(refused.ok());
  EXPECT_NE(refused.error().message.find("calls no feature increase-only or decrease-only"), std::string::npos);
}

}  // namespace
}  // namespace standfast::trainer
