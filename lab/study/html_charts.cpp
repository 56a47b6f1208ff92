// Certified accuracy over the radius: models against each other, then the bounds of the best model of each norm.
#include <algorithm>
#include <string>
#include <vector>

#include <fmt/format.h>

#include "lab/study/html_parts.hpp"
#include "report/chart.hpp"
#include "report/html_text.hpp"
#include "report/numbers.hpp"

namespace standfast::lab {
namespace {

constexpr std::array kBoundLooks = {"p1", "s1", "s3", "p2"};
constexpr std::array kBoundWords = {"formula", "one pass", "refined", "attack"};

std::vector<std::string> looks_of(std::span<const RecipeResult* const> results) {
  std::vector<std::string> looks;
  int published = 0;
  int ours = 0;
  for (const auto* result : results)
    looks.push_back(result->ours ? fmt::format("s{}", ours++ % 6 + 1) : fmt::format("p{}", published++ % 3 + 1));
  return looks;
}

report::ChartSeries curve_of(std::span<const double> radii, const std::vector<double>& grid, std::string look) {
  report::ChartSeries series;
  series.look = std::move(look);
  if (radii.empty()) return series;
  for (const double radius : grid) series.line.push_back({radius, share_reaching(radii, radius)});
  return series;
}

report::Chart empty_chart(const StudyData& data, std::size_t n, const std::string& what) {
  report::Chart chart;
  chart.description = fmt::format("{}: certified accuracy over the {} radius, {}", data.title, kStudyNorms[n], what);
  chart.x = report::linear_axis(1.5 * data.quoted_radius[n], 5);
  chart.x.title = fmt::format("{} radius (pixel values from 0 to 1)", report::norm_symbol(study_norm(n)));
  return chart;
}

std::string legend_item(std::string_view look, std::string_view text) {
  return fmt::format(
      "<li><svg viewBox=\"0 0 32 10\" aria-hidden=\"true\"><path class=\"series {}\" d=\"M0 5H32\"/></svg>{}</li>\n",
      look, report::html_escape(text));
}

std::string models_chart(const StudyData& data, std::span<const RecipeResult* const> results, std::size_t n) {
  report::Chart chart = empty_chart(data, n, "one line per model");
  const auto looks = looks_of(results);
  const auto grid = study_grid(data.quoted_radius[n]);
  for (std::size_t i = 0; i < results.size(); ++i)
    chart.series.push_back(curve_of(results[i]->protocols[0].bounds[kOnePass][n].radii, grid, looks[i]));
  return fmt::format("<figure>{}<figcaption><b>{}</b>: {}.</figcaption></figure>\n", report::svg_chart(chart),
                     report::norm_symbol(study_norm(n)), report::norm_meaning(study_norm(n)));
}

/// All four on the same inputs: those that were attacked.
std::string bounds_chart(const StudyData& data, const RecipeResult& model, std::size_t n) {
  const auto& bounds = model.protocols[0].bounds;
  report::Chart chart = empty_chart(data, n, "one line per bound");
  const auto grid = study_grid(data.quoted_radius[n]);
  const std::size_t inputs = common_inputs(model.protocols[0], n);
  for (std::size_t b = 0; b < kBounds.size(); ++b)
    chart.series.push_back(curve_of(std::span(bounds[b][n].radii).first(inputs), grid, kBoundLooks[b]));
  return fmt::format("<figure>{}<figcaption><b>{}</b>: {}; {} inputs.</figcaption></figure>\n",
                     report::svg_chart(chart), report::norm_symbol(study_norm(n)), report::html_escape(model.label),
                     inputs);
}

}  // namespace

std::string html_study_charts(const StudyData& data, std::span<const RecipeResult* const> results) {
  const auto looks = looks_of(results);
  std::string html =
      "<h3>Certified accuracy</h3>\n<p class=\"soft\">The share of class " + report::html_escape(data.sensitive) +
      " that is judged right and stays right under every change smaller than the radius: one pass, pixels in [0, 1], "
      "threshold from validation.</p>\n<ul class=\"legend\">\n";
  for (std::size_t i = 0; i < results.size(); ++i) html += legend_item(looks[i], results[i]->label);
  html += "</ul>\n<div class=\"charts\">\n";
  for (std::size_t n = 0; n < kStudyNorms.size(); ++n) html += models_chart(data, results, n);
  html +=
      "</div>\n<h3>From both sides</h3>\n<p class=\"soft\">The model with the largest median radius in each norm: what "
      "each kind of certificate proves of it, and what an attack shows to be out of reach.</p>\n<ul "
      "class=\"legend\">\n";
  for (std::size_t b = 0; b < kBounds.size(); ++b) html += legend_item(kBoundLooks[b], kBoundWords[b]);
  html += "</ul>\n<div class=\"charts\">\n";
  for (std::size_t n = 0; n < kStudyNorms.size(); ++n) {
    const auto* model = best_of(results, n, true, nullptr);
    if (model == nullptr) model = best_of(results, n, false, nullptr);
    if (model != nullptr) html += bounds_chart(data, *model, n);
  }
  return html + "</div>\n";
}

}  // namespace standfast::lab
