#include <algorithm>
#include <cmath>
#include <limits>
#include <string>
#include <string_view>
#include <vector>

#include <gtest/gtest.h>

#include "lab/study/curve.hpp"
#include "lab/study/study.hpp"
#include "tests/lab/study/example.hpp"

namespace standfast::lab {
namespace {

std::size_t count(const std::string& text, std::string_view part) {
  std::size_t found = 0;
  for (auto at = text.find(part); at != std::string::npos; at = text.find(part, at + part.size())) ++found;
  return found;
}

std::size_t longest_line(const std::string& text) {
  std::size_t longest = 0;
  for (std::size_t start = 0; start < text.size();) {
    const auto end = text.find('\n', start);
    std::size_t width = 0;  // in characters: continuation bytes take no place
    for (std::size_t i = start; i < end; ++i) width += (static_cast<unsigned char>(text[i]) & 0xC0U) != 0x80U;
    longest = std::max(longest, width);
    start = end + 1;
  }
  return longest;
}

TEST(StudyCurve, WrongVerdictsCountAndMediansSkipThem) {
  const std::vector<double> radii = {0, 0, 1, 2, 3, std::numeric_limits<double>::infinity()};
  EXPECT_EQ(median_of(radii), 2);
  EXPECT_DOUBLE_EQ(share_reaching(radii, 0), 4.0 / 6);
  EXPECT_DOUBLE_EQ(share_reaching(radii, 3), 2.0 / 6);
  EXPECT_TRUE(std::isnan(median_of(std::vector<double>{0, 0})));
  EXPECT_TRUE(std::isnan(share_reaching({}, 1)));
}

TEST(StudyCurve, TheGridHoldsEveryQuarterOfTheReach) {
  const auto grid = study_grid(0.2);
  EXPECT_EQ(grid.front(), 0);
  for (const double radius : {0.05, 0.1, 0.15, 0.2, 0.3})
    EXPECT_TRUE(std::ranges::any_of(grid, [&](double r) { return std::abs(r - radius) < 1e-12; })) << radius;
}

TEST(StudyCurve, TheBestOfOursMustJudgeAsWell) {
  auto study = example::study();
  const auto results = results_of(study, "mnist");
  const auto* published = best_of(results, 2, false, nullptr);
  ASSERT_NE(published, nullptr);
  EXPECT_EQ(best_of(results, 2, true, published)->recipe, "mnist-linf");
  study.results[1].protocols[0].accuracy_other = 0.5;
  EXPECT_EQ(best_of(results, 2, true, published), nullptr);
}

TEST(StudyCurve, AModelThatGuessesIsNotTheBest) {
  auto study = example::study();
  study.results.push_back(example::result("mnist-published-plain", "published, no penalty", false, 100));
  const auto best = [&] { return best_of(results_of(study, "mnist"), 2, false, nullptr)->recipe; };
  EXPECT_EQ(best(), "mnist-published-plain");
  auto& guess = study.results.back().protocols[0];
  guess.accuracy_sensitive = guess.accuracy_other = 0.6;  // of 22 inputs: chance is 0.5 +- 0.11
  EXPECT_EQ(best(), "mnist-published");
}

TEST(StudyPage, ShowsModelsBothThresholdsAndTheGain) {
  const auto html = to_html(example::study());
  for (const auto* part : {"MNIST: 3 against 8", "published, penalty", "ours, linf", "first 1,000", "validation",
                           "×1.5", "CIFAR-10 was left out", "80.00 %", "75.00 %", "Processor time"})
    EXPECT_NE(html.find(part), std::string::npos) << part;
  EXPECT_EQ(count(html, "<svg viewBox=\"0 -14 340"), 6u) << "a chart per norm: models, then bounds";
  EXPECT_EQ(count(html, "<table"), 4u);
  EXPECT_EQ(count(html, "<h2>CIFAR"), 0u);
}

TEST(StudyPage, NamesEveryShortenedScheduleBesideItsFigures) {
  auto study = example::study();
  EXPECT_NE(to_html(study).find("whole schedules"), std::string::npos);
  study.results[0].shortened = "2 of 60 epochs";
  const auto html = to_html(study);
  EXPECT_NE(html.find("MNIST: 3 against 8 <span class=\"mark\">shortened schedules"), std::string::npos);
  EXPECT_EQ(html.find("whole schedules"), std::string::npos);
  EXPECT_EQ(count(html, "<small>published, penalty; 2 of 60 epochs</small>"), 3u) << "a tile per norm";
  EXPECT_EQ(count(html, "<b>published, penalty</b><small>2 of 60 epochs</small>"), 3u) << "a table per norm";
  EXPECT_NE(to_text(study).find("published, penalty: 2 of 60 epochs"), std::string::npos);
  EXPECT_NE(to_json(study).find("\"shortened\": \"2 of 60 epochs\""), std::string::npos);
}

TEST(StudyOverview, ComparesMediansAtEqualAccuracyWithBarsToScale) {
  const auto html = to_html(example::study());
  EXPECT_EQ(count(html, "<b>×1.50</b>"), 3u) << "a tile per norm";
  EXPECT_EQ(count(html, "<p class=\"bar\"><i style=\"width:66.7%\">"), 3u);
  EXPECT_EQ(count(html, "<p class=\"bar ours\"><i style=\"width:100.0%\">"), 3u);
  EXPECT_EQ(count(html, "77.5 % right"), 6u);
}

TEST(StudyOverview, SaysWhereOursIsBehind) {
  Study study = {{example::result("mnist-published", "published", false, 3), example::result("o", "ours", true, 2)},
                 {}};
  EXPECT_EQ(count(to_html(study), "<b class=\"mark\">×0.66</b>"), 3u) << "rounded down";
  study.results[1].protocols[0].accuracy_other = 0.5;
  EXPECT_EQ(count(to_html(study), "none of ours judges as many right"), 3u);
  study.results.pop_back();
  EXPECT_EQ(count(to_html(study), "class=\"tile\""), 0u) << "nothing to compare with yet";
}

TEST(StudyOverview, InfiniteMediansHaveNoRatio) {
  auto study = example::study();
  for (auto& result : study.results)
    result.protocols[0].bounds[1][2].radii.assign(10, std::numeric_limits<double>::infinity());
  const auto html = to_html(study);
  EXPECT_EQ(count(html, "<b>×1.50</b>"), 2u);
  EXPECT_EQ(count(html, "nan"), 0u);
}

TEST(StudyPage, AsksForNothingAndRunsNothing) {
  auto study = example::study();
  const std::string hostile = "\"><script src=x></script><img onerror=1>'<!--";
  study.results[0].label = study.results[0].test_split = study.results[0].shortened = hostile;
  study.notes = {hostile};
  const auto html = to_html(study);
  for (const auto* bad : {"<script", "<img", "<!--", "http:", "https:", "url(", "@import", "<link"})
    EXPECT_EQ(html.find(bad), std::string::npos) << bad;
  EXPECT_NE(html.find("default-src 'none'"), std::string::npos);
}

TEST(StudyPage, AStudyOfNothingAndOneWithoutRightVerdictsAreStillPages) {
  EXPECT_NE(to_html({}).find("</html>"), std::string::npos);
  EXPECT_NE(to_json(Study{}).find("standfast/reproduce/1"), std::string::npos);
  Study study = example::study();
  for (auto& result : study.results)
    for (auto& protocol : result.protocols)
      for (auto& bound : protocol.bounds)
        for (auto& norm : bound) {
          norm.radii.assign(10, 0);
          norm.milliseconds = std::nan("");
        }
  EXPECT_EQ(to_html(study).find("nan"), std::string::npos);
  EXPECT_EQ(to_text(study).find("nan"), std::string::npos);
}

TEST(StudyText, KeepsToAHundredColumns) {
  auto study = example::study();
  study.notes.clear();
  EXPECT_LE(longest_line(to_text(study)), 100u);
  for (auto& radius : study.results[0].protocols[0].bounds[0][2].radii) radius *= 1.23456e-7;
  EXPECT_LE(longest_line(to_text(study)), 100u);
}

}  // namespace
}  // namespace standfast::lab
