#include "evaluation/summarise.hpp"

#include <cmath>
#include <cstdint>
#include <vector>

#include <gtest/gtest.h>

namespace standfast::evaluation {
namespace {

Certificates certificates(std::vector<float> logits, std::vector<double> radii, std::vector<Norm> norms) {
  Certificates result;
  result.norms = std::move(norms);
  result.logits = std::move(logits);
  result.radii = std::move(radii);
  return result;
}

TEST(Summarise, ComparesVerdictsWithLabels) {
  const std::vector<std::uint8_t> labels = {1, 1, 1, 0, 0};
  const auto evaluation = summarise(labels, certificates({2, 1, -1, 3, 0}, {4, 2, 0, 9, 0}, {Norm::l2()}), {});
  EXPECT_EQ(evaluation.sensitive_count, 3u);
  EXPECT_EQ(evaluation.other_count, 2u);
  EXPECT_EQ(evaluation.sensitive_right, 2u);
  EXPECT_EQ(evaluation.sensitive_wrong, 1u);
  EXPECT_EQ(evaluation.other_wrong, 1u) << "a logit of 3 is an alarm";
  EXPECT_EQ(evaluation.other_right, 1u) << "a logit of 0 is none";
  EXPECT_DOUBLE_EQ(evaluation.accuracy_overall, 0.6);
  EXPECT_DOUBLE_EQ(evaluation.accuracy_sensitive, 2.0 / 3);
  EXPECT_DOUBLE_EQ(evaluation.accuracy_other, 0.5);
  ASSERT_EQ(evaluation.operating_points.size(), 3u);
  EXPECT_EQ(evaluation.operating_points[0].max_false_positive_rate, 0.001);
}

TEST(Summarise, AThreatModelWithCostsHasAUnitOfItsOwn) {
  EvaluateOptions options;
  const auto unit = [&] { return summarise({}, certificates({}, {}, {Norm::l1()}), options).price_unit; };
  EXPECT_EQ(unit(), "");
  options.certify.threat.cost = {1, 1};
  EXPECT_EQ(unit(), "");
  options.certify.threat.cost = {1, 2};
  EXPECT_EQ(unit(), "units of the threat model's price");
  options.certify.threat.price_unit = "words";
  EXPECT_EQ(unit(), "words");
}

TEST(Summarise, CurvesAreOfTheSensitiveClassOnly) {
  const std::vector<std::uint8_t> labels = {1, 0, 1};
  const auto evaluation =
      summarise(labels, certificates({1, 5, 1}, {1, 10, 100, 1000, 2, 20}, {Norm::l1(), Norm::linf()}), {});
  ASSERT_EQ(evaluation.curves.size(), 2u);
  EXPECT_EQ(evaluation.curves[0].most_robust, (std::vector<std::size_t>{2, 0})) << "row 1 is of the other class";
  EXPECT_EQ(evaluation.curves[0].quantiles.back().radius, 2);
  EXPECT_EQ(evaluation.curves[1].norm, Norm::linf());
  EXPECT_EQ(evaluation.curves[1].quantiles.back().radius, 20);
  EXPECT_EQ(evaluation.certificates.count(), 3u);
}

TEST(Summarise, AGivenGridIsUsedForEveryNorm) {
  EvaluateOptions options;
  options.grid = {0, 1.5};
  const std::vector<std::uint8_t> labels = {1, 1};
  const auto evaluation = summarise(labels, certificates({1, 1}, {1, 2}, {Norm::l2()}), options);
  EXPECT_EQ(evaluation.curves[0].radii, options.grid);
  EXPECT_EQ(evaluation.curves[0].accuracy, (std::vector<double>{1, 0.5}));
}

TEST(Summarise, AttacksAreOfTheSensitiveClassAndOfRightVerdictsOnly) {
  auto both = certificates({1, 5, -1, 1}, {1, 10, 3, 30, 0, 0, 2, 20}, {Norm::l1(), Norm::linf()});
  both.attacks = {2, 20, 9, 90, 0, 0, kInfinity, 25};
  const std::vector<std::uint8_t> labels = {1, 0, 1, 1};
  const auto evaluation = summarise(labels, std::move(both), {});
  ASSERT_EQ(evaluation.attacked.size(), 2u);
  EXPECT_EQ(evaluation.attacked[0].rows, std::vector<std::size_t>{0});
  EXPECT_EQ(evaluation.attacked[0].none_found, 1u);
  EXPECT_EQ(evaluation.attacked[0].mean_certified_share, 0.5);
  EXPECT_EQ(evaluation.attacked[1].rows, (std::vector<std::size_t>{0, 3}));
  EXPECT_EQ(evaluation.attacked[1].mean_certified_share, 0.65);
  for (std::size_t norm = 0; norm < 2; ++norm)
    EXPECT_EQ(evaluation.attacked[norm].accuracy.size(), evaluation.curves[norm].radii.size());
}

TEST(Summarise, WithoutAttacksThereIsNoAttackedCurve) {
  const std::vector<std::uint8_t> labels = {1};
  EXPECT_TRUE(summarise(labels, certificates({1}, {1}, {Norm::l2()}), {}).attacked.empty());
}

TEST(Summarise, AVerdictInsideTheSlackIsSensitiveAndItsLogitStays) {
  auto deployed = certificates({-0.5F, -2}, {1, 0}, {Norm::l2()});
  deployed.slack = {1, 1};
  const std::vector<std::uint8_t> labels = {1, 0};
  const auto evaluation = summarise(labels, std::move(deployed), {});
  EXPECT_EQ(evaluation.sensitive_right, 1u);
  EXPECT_EQ(evaluation.other_right, 1u);
  EXPECT_EQ(evaluation.curves[0].quantiles[2].radius, 1);
  EXPECT_EQ(evaluation.operating_points[0].logit_threshold, -2) << "an operating point is a threshold on logits";
}

TEST(Summarise, CertificatesOfOtherVerdictsAreInNoCurve) {
  EvaluateOptions options;
  options.certify.both_classes = true;
  const std::vector<std::uint8_t> labels = {1, 1, 0};
  const auto evaluation = summarise(labels, certificates({1, -1, -1}, {2, 50, 60}, {Norm::l2()}), options);
  EXPECT_TRUE(evaluation.both_classes);
  EXPECT_EQ(evaluation.curves[0].quantiles.back().radius, 2) << "a wrong verdict counts as radius 0, certified or not";
  EXPECT_EQ(evaluation.curves[0].most_robust, std::vector<std::size_t>{0});
  EXPECT_EQ(evaluation.certificates.radius(2, 0), 60);
}

TEST(Summarise, AnEmptyDataSetHasNoRates) {
  const auto evaluation = summarise({}, certificates({}, {}, {Norm::l2()}), {});
  EXPECT_TRUE(std::isnan(evaluation.accuracy_overall));
  EXPECT_TRUE(std::isnan(evaluation.accuracy_sensitive));
  EXPECT_TRUE(evaluation.operating_points.empty());
  EXPECT_TRUE(evaluation.roc.empty());
  ASSERT_EQ(evaluation.curves.size(), 1u);
}

TEST(Summarise, OneClassAloneHasItsOwnRateOnly) {
  const std::vector<std::uint8_t> labels = {1, 1};
  const auto evaluation = summarise(labels, certificates({1, -1}, {3, 0}, {Norm::l2()}), {});
  EXPECT_EQ(evaluation.accuracy_sensitive, 0.5);
  EXPECT_TRUE(std::isnan(evaluation.accuracy_other));
  EXPECT_TRUE(evaluation.operating_points.empty()) << "no false-positive rate can be measured";
}

TEST(Summarise, AnInputWithoutAVerdictIsJudgedWrong) {
  const std::vector<std::uint8_t> labels = {0, 0};
  const auto evaluation = summarise(labels, certificates({std::nanf(""), -1}, {0, 0}, {Norm::l2()}), {});
  EXPECT_EQ(evaluation.other_wrong, 1u);
  EXPECT_EQ(evaluation.other_right, 1u);
}

TEST(Summarise, TheGridOfACurveReachesItsAttacks) {
  const std::vector<std::uint8_t> labels = {1, 1};
  auto found = certificates({1, 1}, {1, 2}, {Norm::l2()});
  EXPECT_EQ(summarise(labels, found, {}).curves[0].radii.back(), 2);
  found.attacks = {3, 9};
  EXPECT_GE(summarise(labels, found, {}).curves[0].radii.back(), 9);
  found.attacks = {3, kInfinity};
  EXPECT_EQ(summarise(labels, found, {}).curves[0].radii.back(), 3);
}

TEST(Summarise, ANanLogitIsAMissedAlarm) {
  const std::vector<std::uint8_t> labels = {1};
  const auto evaluation = summarise(labels, certificates({std::nanf("")}, {0}, {Norm::l2()}), {});
  EXPECT_EQ(evaluation.sensitive_wrong, 1u);
}

}  // namespace
}  // namespace standfast::evaluation
