#include <algorithm>
#include <cmath>
#include <cstddef>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include <gtest/gtest.h>
#include <unistd.h>

#include "format/model_file.hpp"
#include "standfast/evaluation.hpp"

namespace standfast::evaluation {
namespace {

// f(x) = 4 x_0 - 3 x_1 - 1.
Classifier two_features() {
  model::Model model;
  model.input_shape = {2};
  model.graph.input_shape = {2};
  model.graph.nodes = {{.kind = model::NodeKind::kLinear,
                        .name = "score",
                        .inputs = {model::kGraphInput},
                        .weight = {{1, 2}, {4, -3}},
                        .bias = {{1}, {-1}}}};
  model.sensitive_class = "spam";
  model.other_class = "mail";
  const auto path = std::filesystem::temp_directory_path() / ("standfast_explain_" + std::to_string(::getpid()));
  const Status saved = format::save_model(model, path.string());
  EXPECT_TRUE(saved.ok()) << saved.error().message;
  auto loaded = Classifier::load(path.string());
  EXPECT_TRUE(loaded.ok()) << loaded.error().message;
  std::filesystem::remove(path);
  return std::move(loaded).value();
}

Dataset three_rows() {
  Dataset data;
  data.source = "rows.csv";
  data.input_shape = {2};
  data.class_names = {"mail", "spam"};
  data.features = {3, 1, 0, 2, 2, 1};  // f = 8, -7, 4
  data.labels = {1, 0, 1};
  data.source_index = {0, 1, 2};
  return data;
}

AttackOptions in_norm(Norm norm) {
  AttackOptions options;
  options.norms = {norm};
  return options;
}

TEST(ExplainAlarms, KeepsTheOrderOfTheRows) {
  const std::vector<std::size_t> rows = {2, 0};
  const auto explained = explain_alarms(two_features(), three_rows(), rows, in_norm(Norm::l1()));
  ASSERT_TRUE(explained.ok()) << explained.error().message;
  ASSERT_EQ(explained->size(), 2U);
  EXPECT_EQ((*explained)[0].row, 2U);
  EXPECT_NEAR((*explained)[0].attack, 1, 1e-5);
  EXPECT_EQ((*explained)[1].row, 0U);
  EXPECT_NEAR((*explained)[1].attack, 2, 1e-5);
}

TEST(ExplainAlarms, NamesTheFeatureWhoseChangeIsCheapest) {
  const std::vector<std::size_t> rows = {0};
  const auto explained = explain_alarms(two_features(), three_rows(), rows, in_norm(Norm::l1()));
  ASSERT_TRUE(explained.ok()) << explained.error().message;
  const Explanation& alarm = explained->front();
  ASSERT_EQ(alarm.found.size(), 1U);
  EXPECT_EQ(alarm.found[0].feature, 0U);
  EXPECT_EQ(alarm.found[0].from, 3);
  EXPECT_NEAR(alarm.found[0].to, 1, 1e-5);
  EXPECT_EQ(alarm.found[0].share, 1);
  ASSERT_EQ(alarm.weakest.size(), 1U);
  EXPECT_EQ(alarm.weakest[0].feature, 0U);
  EXPECT_LE(alarm.weakest_radius, alarm.attack);
}

TEST(ExplainAlarms, SharesAddUpToOneInNormTwoAndTheLargestIsFirst) {
  const std::vector<std::size_t> rows = {0};
  const auto explained = explain_alarms(two_features(), three_rows(), rows, in_norm(Norm::l2()));
  ASSERT_TRUE(explained.ok()) << explained.error().message;
  for (const auto* changes : {&explained->front().found, &explained->front().weakest}) {
    ASSERT_EQ(changes->size(), 2U);
    EXPECT_EQ((*changes)[0].feature, 0U);
    EXPECT_NEAR((*changes)[0].share, 16. / 25, 1e-3);
    EXPECT_NEAR((*changes)[0].share + (*changes)[1].share, 1, 1e-12);
  }
}

TEST(ExplainAlarms, PricesKnowTheCostOfAFeature) {
  AttackOptions options = in_norm(Norm::l1());
  options.threat.cost = {10, 1};
  const std::vector<std::size_t> rows = {0};
  const auto explained = explain_alarms(two_features(), three_rows(), rows, options);
  ASSERT_TRUE(explained.ok()) << explained.error().message;
  ASSERT_EQ(explained->front().found.size(), 1U);
  EXPECT_EQ(explained->front().found[0].feature, 1U);  // 8 / 3 at 1 is less than 2 at 10
  EXPECT_NEAR(explained->front().found[0].price, 8. / 3, 1e-5);
}

TEST(ExplainAlarms, ACategoryIsOneChangeWithOnePrice) {
  Dataset data = three_rows();
  data.features = {1, 0, 0, 1, 1, 0};  // f = 3, -4, 3
  AttackOptions options = in_norm(Norm::l1());
  options.threat.categories = {{"colour", {0, 1}, 2}};
  const std::vector<std::size_t> rows = {0};
  const auto explained = explain_alarms(two_features(), data, rows, options);
  ASSERT_TRUE(explained.ok()) << explained.error().message;
  EXPECT_NEAR(explained->front().attack, 2, 1e-9);  // rounded up
  ASSERT_EQ(explained->front().found.size(), 1U);
  const FeatureChange& change = explained->front().found[0];
  EXPECT_EQ(change.feature, 0U);
  EXPECT_EQ(change.becomes, std::optional<std::size_t>(1));
  EXPECT_EQ(change.price, 2);
  EXPECT_EQ(change.share, 1);
}

TEST(ExplainAlarms, AFrozenInputHasNoChange) {
  AttackOptions options = in_norm(Norm::l1());
  options.threat.max_increase = options.threat.max_decrease = {0, 0};
  const std::vector<std::size_t> rows = {0};
  const auto explained = explain_alarms(two_features(), three_rows(), rows, options);
  ASSERT_TRUE(explained.ok()) << explained.error().message;
  EXPECT_TRUE(std::isinf(explained->front().attack));
  EXPECT_TRUE(explained->front().found.empty());
}

TEST(ExplainAlarms, TwoNormsAreRefused) {
  AttackOptions options;
  options.norms = {Norm::l1(), Norm::l2()};
  const std::vector<std::size_t> rows = {0};
  const auto explained = explain_alarms(two_features(), three_rows(), rows, options);
  ASSERT_FALSE(explained.ok());
  EXPECT_EQ(explained.error().message, "explain: found 2 norms, expected one");
}

TEST(Evaluate, ExplainsTheLeastRobustIfAsked) {
  EvaluateOptions options;
  options.certify.norms = {Norm::l1()};
  const auto plain = evaluate(two_features(), three_rows(), options);
  ASSERT_TRUE(plain.ok()) << plain.error().message;
  EXPECT_TRUE(plain->curves[0].explanations.empty());
  options.explain = true;
  const auto explained = evaluate(two_features(), three_rows(), options);
  ASSERT_TRUE(explained.ok()) << explained.error().message;
  ASSERT_EQ(explained->curves[0].explanations.size(), explained->curves[0].least_robust.size());
  EXPECT_EQ(explained->curves[0].explanations[0].row, explained->curves[0].least_robust[0]);
}

}  // namespace
}  // namespace standfast::evaluation
