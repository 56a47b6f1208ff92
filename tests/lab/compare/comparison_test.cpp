// What a comparison says: conversions between norms, JSON that is read back, a table that fits, a page without scripts.
#include <cmath>
#include <sstream>

#include <gtest/gtest.h>

#include "lab/compare/compare.hpp"

namespace standfast::lab {
namespace {

MethodResult method_of(const std::string& norm, std::size_t index, std::vector<double> radii) {
  MethodResult method;
  method.method = method.label = "noise <b>, " + norm;
  method.norm = norm;
  method.radii[index] = std::move(radii);
  method.rounding = "ignored";
  method.milliseconds = 12;
  method.accuracy_sensitive = 0.75;
  method.accuracy_other = 0.5;
  return method;
}

Comparison two_methods() {
  JobResult job;
  job.fingerprint = "f";
  job.job = "gaussian";
  job.sensitive_rows = job.other_rows = 4;
  job.dim = 100;
  job.methods = {method_of("linf", 2, {0, 0.1, 0.2, INFINITY}), method_of("l2", 1, {0, 1, 2, 3})};
  Comparison comparison;
  comparison.data = "pictures & more";
  comparison.sensitive = "cat";
  comparison.other = "dog";
  comparison.jobs = {job};
  return comparison;
}

TEST(Comparison, RadiiAreConvertedByTheRatioOfNorms) {
  const Comparison comparison = two_methods();
  const auto lines = lines_of(comparison);
  ASSERT_EQ(lines.size(), 2u);
  EXPECT_EQ(lines[0].method->norm, "l2") << "norms in their order";
  bool converted = false;
  EXPECT_EQ(radii_in(lines[0], 1, converted)[2], 2);
  EXPECT_FALSE(converted);
  EXPECT_EQ(radii_in(lines[0], 0, converted)[2], 2) << "||d||_2 <= ||d||_1";
  EXPECT_TRUE(converted);
  EXPECT_NEAR(radii_in(lines[0], 2, converted)[2], 0.2, 1e-12) << "||d||_2 <= 10 ||d||_inf";
  EXPECT_NEAR(radii_in(lines[1], 0, converted)[1], 0.1, 1e-12) << "||d||_inf <= ||d||_1";
  EXPECT_TRUE(converted);
}

TEST(Comparison, AJobIsReadBack) {
  const JobResult job = two_methods().jobs[0];
  const auto back = job_result_from_json(to_json(job), "job.json");
  ASSERT_TRUE(back.ok()) << back.error().message;
  EXPECT_EQ(to_json(*back), to_json(job));
  EXPECT_EQ(back->methods[0].radii[2][3], INFINITY);
}

TEST(Comparison, AJobWithARadiusTooFewIsRefused) {
  JobResult job = two_methods().jobs[0];
  job.methods[0].radii[2].pop_back();
  EXPECT_FALSE(job_result_from_json(to_json(job), "job.json").ok());
}

TEST(Comparison, TablesFitATerminal) {
  std::istringstream text(to_text(two_methods()));
  for (std::string row; std::getline(text, row);) EXPECT_LE(row.size(), 100u) << row;
}

TEST(Comparison, APageEscapesWhatItShowsAndAsksForNothing) {
  const std::string page = to_html(two_methods());
  for (const auto* part : {"<script", "http:", "https:", "url(", "noise <b>", "nan"})
    EXPECT_EQ(page.find(part), std::string::npos) << part;
  for (const auto* part : {"noise &lt;b&gt;", "pictures &amp; more", "ms per certificate"})
    EXPECT_NE(page.find(part), std::string::npos) << part;
}

TEST(Comparison, NothingToShowIsAPageAsWell) {
  const Comparison nothing;
  EXPECT_NE(to_html(nothing).find("</html>"), std::string::npos);
  EXPECT_FALSE(to_text(nothing).empty());
}

}  // namespace
}  // namespace standfast::lab
