#include <cmath>
#include <string>

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "standfast/report.hpp"
#include "unit/report/example.hpp"

namespace standfast::report {
namespace {

using nlohmann::json;

TEST(JsonReport, CarriesTheSchemaAndTheRates) {
  const auto document = json::parse(to_json(example::evaluation()));
  EXPECT_EQ(document["schema"], "standfast/evaluation/1");
  EXPECT_DOUBLE_EQ(document["clean_accuracy"]["overall"].get<double>(), 4.0 / 6);
  EXPECT_DOUBLE_EQ(document["clean_accuracy"]["sensitive"].get<double>(), 2.0 / 3);
  EXPECT_DOUBLE_EQ(document["clean_accuracy"]["other"].get<double>(), 2.0 / 3);
  EXPECT_EQ(document["counts"]["sensitive_right"], 2);
  EXPECT_EQ(document["operating_points"].size(), 3u);
  EXPECT_EQ(document["method"], "separable");
  EXPECT_EQ(document["guarantee"], "real");
}

TEST(JsonReport, CarriesACurvePerNorm) {
  const auto document = json::parse(to_json(example::evaluation()));
  ASSERT_EQ(document["certified"].size(), 2u);
  for (const auto* norm : {"l1", "linf"}) {
    const auto& curve = document["certified"][norm];
    EXPECT_EQ(curve["radii"].size(), curve["accuracy"].size());
    EXPECT_EQ(curve["quantiles"].size(), 5u);
    EXPECT_DOUBLE_EQ(curve["infinite_share"].get<double>(), 1.0 / 3);
  }
  EXPECT_EQ(document["certified"]["l1"]["least_robust"][0]["row"], 0);
  EXPECT_EQ(document["certified"]["l1"]["least_robust"][0]["radius"], 4.25);
}

TEST(JsonReport, AnInfiniteRadiusIsAStringAndAMissingRateIsNull) {
  Evaluation evaluation = example::evaluation();
  evaluation.accuracy_other = std::nan("");
  const auto document = json::parse(to_json(evaluation));
  EXPECT_EQ(document["certified"]["l1"]["quantiles"][4]["radius"], "inf");
  EXPECT_EQ(document["certified"]["l1"]["most_robust"][0]["radius"], "inf");
  EXPECT_TRUE(document["clean_accuracy"]["other"].is_null());
}

TEST(JsonReport, CarriesBothBoundsWhereAttacksWereAskedFor) {
  const auto document = json::parse(to_json(example::attacked_evaluation()));
  const auto& attacked = document["attacked"]["l1"];
  EXPECT_EQ(attacked["accuracy"].size(), document["certified"]["l1"]["radii"].size());
  EXPECT_EQ(attacked["found"], 1);
  EXPECT_EQ(attacked["none_found"], 1);
  EXPECT_EQ(attacked["certified_share"]["mean"], 0.5);
  EXPECT_EQ(attacked["certified_share"]["median"], 0.5);
  EXPECT_EQ(attacked["quantiles"][0]["radius"], 8.5);
  EXPECT_EQ(attacked["quantiles"][4]["radius"], "inf");
  EXPECT_EQ(document["certified"]["l1"]["least_robust"][0]["attack"], 8.5);
  EXPECT_EQ(document["certified"]["l1"]["most_robust"][0]["attack"], "inf");
}

TEST(JsonReport, WithoutAttacksTheirPlaceIsEmpty) {
  const auto document = json::parse(to_json(example::evaluation()));
  EXPECT_EQ(document["attacked"], json::object());
  EXPECT_FALSE(document["certified"]["l1"]["least_robust"][0].contains("attack"));
}

TEST(JsonReport, NamesTheGuaranteeAndTheClassesCertified) {
  Evaluation evaluation = example::evaluation();
  EXPECT_EQ(json::parse(to_json(evaluation))["both_classes"], false);
  evaluation.guarantee = Guarantee::kDeployed;
  evaluation.method = Method::kExact;
  evaluation.both_classes = true;
  const auto document = json::parse(to_json(evaluation));
  EXPECT_EQ(document["guarantee"], "deployed");
  EXPECT_EQ(document["method"], "exact");
  EXPECT_EQ(document["both_classes"], true);
}

TEST(JsonReport, KeysKeepTheirOrder) {
  const auto text = to_json(example::evaluation());
  std::size_t last = 0;
  for (const auto* key : {"\"schema\"", "\"data\"", "\"counts\"", "\"clean_accuracy\"", "\"operating_points\"",
                          "\"roc\"", "\"certified\"", "\"l1\"", "\"linf\"", "\"attacked\""}) {
    const auto at = text.find(key);
    ASSERT_NE(at, std::string::npos) << key;
    EXPECT_GT(at + 1, last) << key;
    last = at;
  }
  EXPECT_EQ(text, to_json(example::evaluation()));
}

TEST(JsonReport, HostileNamesStayText) {
  const auto document = json::parse(to_json(example::hostile_evaluation()));
  EXPECT_EQ(document["sensitive_class"], example::hostile_evaluation().sensitive_class);
}

TEST(JsonReport, AnEmptyEvaluationIsValid) { EXPECT_TRUE(json::parse(to_json(Evaluation{}))["certified"].empty()); }

}  // namespace
}  // namespace standfast::report
