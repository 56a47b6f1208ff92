#include <cmath>
#include <string>
#include <string_view>
#include <vector>

#include <gtest/gtest.h>

#include "standfast/report.hpp"
#include "unit/report/example.hpp"

namespace standfast::report {
namespace {

std::string page(const Evaluation& evaluation, const Dataset& data, const std::vector<std::string>& notes = {}) {
  return to_html(evaluation, example::model(), data, notes);
}

std::size_t count(const std::string& text, std::string_view part) {
  std::size_t found = 0;
  for (auto at = text.find(part); at != std::string::npos; at = text.find(part, at + part.size())) ++found;
  return found;
}

TEST(HtmlReport, ShowsEveryPart) {
  const auto html = page(example::evaluation(), example::table(), {"A first sentence."});
  for (const auto* part :
       {"<!doctype html>", "A first sentence.", "66.67 %", "Certified accuracy", "clean 66.67 %", "unit: %",
        "threat file mail.toml", "Verdicts without an attacker", "Least robust", "Most robust", "The model",
        "Only verdicts of the class spam are certified", "linf", "4.25"}) {
    EXPECT_NE(html.find(part), std::string::npos) << part;
  }
  EXPECT_EQ(count(html, "<svg"), 3u) << "one chart per norm and the operating characteristic";
}

TEST(HtmlReport, AsksForNothingAndRunsNothing) {
  for (const auto& html : {page(example::attacked_evaluation(), example::table()),
                           page(example::evaluation(), example::images(1, 8, 8))}) {
    EXPECT_EQ(html.find("<script"), std::string::npos);
    EXPECT_EQ(html.find("http:"), std::string::npos);
    EXPECT_EQ(html.find("https:"), std::string::npos);
    EXPECT_EQ(html.find("url("), std::string::npos);
    EXPECT_EQ(html.find("@import"), std::string::npos);
    EXPECT_NE(html.find("default-src 'none'"), std::string::npos);
  }
}

TEST(HtmlReport, HostileNamesStayText) {
  ModelSummary model = example::model();
  const std::string hostile = "\"><svg onload=alert(1)>'<!--";
  model.feature_units = {hostile, hostile};
  model.feature_map = {hostile};
  model.layers[0].name = model.layers[0].kind = model.layers[0].inputs[0] = hostile;
  model.provenance[hostile] = hostile;
  model.lipschitz[hostile] = 1;
  const std::vector<std::string> notes = {hostile};
  const auto html = to_html(example::hostile_evaluation(), model, example::table(), notes);
  EXPECT_EQ(html.find("<script"), std::string::npos);
  EXPECT_EQ(html.find("<img src=http"), std::string::npos);
  EXPECT_EQ(html.find("<svg onload"), std::string::npos);
  EXPECT_EQ(html.find("<!--"), std::string::npos);
  EXPECT_EQ(html.find('\x1b'), std::string::npos);
  EXPECT_EQ(html.find('\xff'), std::string::npos);
  EXPECT_EQ(count(html, "</title>"), 1u);
  EXPECT_EQ(count(html, "<svg"), 3u);
}

TEST(HtmlReport, OpensAndClosesEveryElement) {
  const auto html = page(example::attacked_evaluation(), example::images(3, 8, 8), {"x"});
  for (const std::string tag : {"main", "header", "div", "figure", "figcaption", "table", "thead", "tbody", "tr", "svg",
                                "dl", "ul", "h2", "p", "b"}) {
    EXPECT_EQ(count(html, "<" + tag + ">") + count(html, "<" + tag + " "), count(html, "</" + tag + ">")) << tag;
  }
}

TEST(HtmlReport, DrawsSmallImagesOnly) {
  const auto pictures = [](const Dataset& data) {
    return count(page(example::evaluation(), data), "<img src=\"data:image/png;base64,");
  };
  EXPECT_EQ(pictures(example::images(1, 28, 28)), 8u) << "two norms, two right inputs, both ends";
  EXPECT_EQ(pictures(example::images(3, 64, 64)), 8u);
  EXPECT_EQ(pictures(example::images(1, 65, 64)), 0u);
  EXPECT_EQ(pictures(example::images(2, 8, 8)), 0u);
  EXPECT_EQ(pictures(example::table()), 0u);
}

TEST(HtmlReport, DataThatDoNotFitTheirShapeAreNotDrawn) {
  Dataset data = example::images(1, 28, 28);
  data.features.resize(10);
  EXPECT_EQ(count(page(example::evaluation(), data), "<img"), 0u);
}

TEST(HtmlReport, InfiniteAndMissingNumbersAreWords) {
  Evaluation evaluation = example::evaluation();
  evaluation.accuracy_other = std::nan("");
  const auto html = page(evaluation, example::table());
  EXPECT_NE(html.find(">inf<"), std::string::npos);
  EXPECT_EQ(html.find("nan"), std::string::npos);
  EXPECT_EQ(html.find("=\"inf"), std::string::npos) << "no infinite coordinate in a picture";
}

TEST(HtmlReport, TheHeadlineSaysWhatNoChangeCanDo) {
  Evaluation evaluation = example::evaluation();
  EXPECT_NE(page(evaluation, example::table()).find("Half of what is caught stays caught"), std::string::npos);
  for (auto& quantile : evaluation.curves[0].quantiles) quantile.radius = kInfinity;
  EXPECT_NE(page(evaluation, example::table()).find("no change that the threat model allows"), std::string::npos);
}

TEST(HtmlReport, AnUnconfirmedRadiusIsNotSoldAsATheorem) {
  Evaluation evaluation = example::evaluation();
  evaluation.guarantee = Guarantee::kNone;
  const auto html = page(evaluation, example::table());
  EXPECT_NE(html.find("not confirmed"), std::string::npos);
  EXPECT_EQ(html.find("theorem about the stored weights"), std::string::npos);
}

TEST(HtmlReport, ShowsBothBounds) {
  const auto html = page(example::attacked_evaluation(), example::table());
  for (const auto* part :
       {"Certified against attacked", "class=\"upper\"", "class=\"band\"", "class=\"dot\"", ">attacked<", ">certified<",
        "<tr><th>proven share</th><td>0.5000</td>", "<tr><th>gap</th><td>50.00 %</td>", "attacked 8.5"}) {
    EXPECT_NE(html.find(part), std::string::npos) << part;
  }
  EXPECT_EQ(count(html, "<svg"), 5u) << "one more chart per norm";
  EXPECT_EQ(html.find("nan"), std::string::npos);
  EXPECT_EQ(html.find("=\"inf"), std::string::npos);
  EXPECT_EQ(page(example::evaluation(), example::table()).find("attacked"), std::string::npos);
}

TEST(HtmlReport, WithoutAnyAttackFoundThereIsNoPictureOfThem) {
  Evaluation evaluation = example::attacked_evaluation();
  for (auto& curve : evaluation.attacked) {
    curve.rows.clear();
    curve.mean_certified_share = curve.median_certified_share = std::nan("");
  }
  const auto html = page(evaluation, example::table());
  EXPECT_EQ(count(html, "<svg"), 3u);
  EXPECT_EQ(html.find("nan"), std::string::npos);
}

TEST(HtmlReport, TablesOfNormsHaveAColumnForEachSoThatTheyFitATelephone) {
  const auto html = page(example::attacked_evaluation(), example::table());
  for (const auto* row : {"10 %", "25 %", "median", "75 %", "90 %", "never flips", "none found"}) {
    EXPECT_NE(html.find("<tr><th>" + std::string(row) + "</th><td>"), std::string::npos) << row;
  }
  EXPECT_EQ(html.find("<caption>Radii"), std::string::npos) << "a caption inside of the table would not wrap";
}

TEST(HtmlReport, ExplainsItsWords) {
  const auto html = page(example::evaluation(), example::table());
  for (const auto* term : {"<dt>logit</dt>", "<dt>norms</dt>", "<dt>method</dt>", "<dt>guarantee</dt>"}) {
    EXPECT_NE(html.find(term), std::string::npos) << term;
  }
}

TEST(HtmlReport, CountsTheFeaturesThatMustChange) {
  const auto html = page(example::counted_evaluation(), example::table());
  EXPECT_NE(html.find("needs at least 3 changed features"), std::string::npos);
  EXPECT_NE(html.find("one feature more than the radius must change"), std::string::npos);
  EXPECT_NE(html.find("<tr><th>proven share</th><td>0.7500</td>"), std::string::npos) << "3 of 4";
  EXPECT_NE(html.find("<tr><th>gap</th><td>25.00 %</td>"), std::string::npos);
}

TEST(HtmlReport, SaysForWhomTheDeployedGuaranteeHolds) {
  Evaluation evaluation = example::evaluation();
  evaluation.guarantee = Guarantee::kDeployed;
  evaluation.both_classes = true;
  const auto html = page(evaluation, example::table());
  EXPECT_NE(html.find("whatever its rounding"), std::string::npos);
  EXPECT_NE(html.find("Verdicts of both classes are certified"), std::string::npos);
}

TEST(HtmlReport, AnEmptyEvaluationIsAPage) {
  const auto html = to_html(Evaluation{}, ModelSummary{}, Dataset{}, {});
  EXPECT_NE(html.find("</html>"), std::string::npos);
  EXPECT_EQ(html.find("nan"), std::string::npos);
}

}  // namespace
}  // namespace standfast::report
