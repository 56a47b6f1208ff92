// At a glance: per data set and norm a published model and ours at equal accuracy, side by side.
#include <algorithm>
#include <cmath>
#include <string>

#include <fmt/format.h>

#include "lab/study/html_parts.hpp"
#include "report/html_text.hpp"
#include "report/numbers.hpp"

namespace standfast::lab {
namespace {

double median_at(const RecipeResult& result, std::size_t n) {
  return median_of(result.protocols[0].bounds[kOnePass][n].radii);
}

/// How many times the published radius ours is, rounded down.
std::string ratio_element(double published, double ours) {
  const double ratio = ours / published;
  if (!std::isfinite(ratio)) return "<b>-</b>\n";
  return fmt::format("<b{}>×{:.2f}</b>\n", ratio < 1 ? " class=\"mark\"" : "", std::floor(ratio * 100) / 100);
}

/// A bar as long as the median radius, and what it is worth.
std::string bar(const RecipeResult& result, std::size_t n, double longest) {
  const double median = median_at(result, n);
  const double width = median < longest ? 100 * median / longest : 100;
  return fmt::format(
      "<p class=\"bar{}\"><i style=\"width:{:.1f}%\"></i><b>{}</b> <span>{:.1f} % "
      "right</span><small>{}{}</small></p>\n",
      result.ours ? " ours" : "", width, report::radius_text(median), 100 * mean_accuracy(result.protocols[0]),
      report::html_escape(result.label), result.shortened.empty() ? "" : "; " + report::html_escape(result.shortened));
}

std::string tile(std::span<const RecipeResult* const> results, std::size_t n) {
  const auto* published = best_of(results, n, false, nullptr);
  if (published == nullptr) return {};
  const auto* ours = best_of(results, n, true, published);
  const double theirs = median_at(*published, n);
  const double longest = ours == nullptr ? theirs : std::max(theirs, median_at(*ours, n));
  std::string html = fmt::format("<div class=\"tile\"><span>{}</span>", report::norm_symbol(study_norm(n)));
  html += ours == nullptr ? "<b>-</b>\n" : ratio_element(theirs, median_at(*ours, n));
  html += bar(*published, n, longest);
  html += ours == nullptr ? "<p class=\"bar\">none of ours judges as many right</p>\n" : bar(*ours, n, longest);
  return html + "</div>\n";
}

std::string overview_row(const StudyData& data, std::span<const RecipeResult* const> results) {
  if (std::ranges::none_of(results, &RecipeResult::ours)) return {};
  std::string tiles;
  for (std::size_t n = 0; n < kStudyNorms.size(); ++n) tiles += tile(results, n);
  if (tiles.empty()) return {};
  const bool whole = std::ranges::all_of(results, [](const auto* result) { return result->shortened.empty(); });
  return fmt::format("<h3>{} <span class=\"{}</span></h3>\n<div class=\"tiles duels\">\n{}</div>\n",
                     report::html_escape(data.title), whole ? "soft\">whole schedules" : "mark\">shortened schedules",
                     tiles);
}

}  // namespace

std::string html_study_overview(const Study& study) {
  std::string rows;
  for (const auto& data : study_data()) rows += overview_row(data, results_of(study, data.name));
  if (rows.empty()) return {};
  return "<div class=\"overview\">\n" + rows +
         "<p class=\"note\">Median certified radius: of the published models that do better than chance the one with "
         "the largest (upper bar) against the "
         "best of ours that judges at most one point fewer right (lower bar). One pass, pixels in [0, 1], threshold "
         "from validation; right is the mean of both class accuracies on the whole test split.</p>\n</div>\n";
}

}  // namespace standfast::lab
