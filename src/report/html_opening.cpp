// What a reader in a hurry takes away: one sentence with three numbers, all of them computed.
#include <cmath>
#include <string>

#include <fmt/format.h>

#include "report/html_sections.hpp"
#include "report/html_text.hpp"
#include "report/numbers.hpp"

namespace standfast::report {
namespace {

std::string how_often(const Evaluation& evaluation) {
  const auto sensitive = html_escape(evaluation.sensitive_class, 60);
  const auto other = html_escape(evaluation.other_class, 60);
  if (evaluation.sensitive_count == 0) return fmt::format("The data hold no input of class {}. ", sensitive);
  std::string sentence =
      fmt::format("<b>{}</b> of class {} is caught", percent_text(evaluation.accuracy_sensitive), sensitive);
  if (evaluation.other_count > 0) {
    sentence +=
        fmt::format("; {} of class {} raises a false alarm", percent_text(1 - evaluation.accuracy_other), other);
  }
  return sentence + ". ";
}

// About the first norm only: a sentence with three radii is a table.
std::string how_far(const ReportInput& input) {
  if (input.evaluation.curves.empty()) return {};
  const auto& curve = input.evaluation.curves.front();
  const double median = median_radius(curve);
  if (!(median > 0)) return {};
  if (std::isinf(median)) {
    return "For at least half of what is caught, <b>no change that the threat model allows</b> can turn the verdict.";
  }
  if (in_words(input.evaluation, curve.norm) && median >= 2) {
    return fmt::format("Half of what is caught stays caught whichever <b>{:.0f}</b> words its sender {}.", median - 1,
                       input.evaluation.price_unit == "words" ? "adds or removes" : "adds");
  }
  return fmt::format("Half of what is caught stays caught under every allowed change with the {} {} <b>{}</b> ({}).",
                     norm_meaning(curve.norm), curve.norm == Norm::l0() ? "at most" : "below", radius_text(median),
                     html_escape(radius_unit(input, curve.norm)));
}

std::string tile(const std::string& value, const std::string& caption) {
  return fmt::format("<div class=\"tile\"><b>{}</b><span>{}</span></div>\n", value, caption);
}

std::string tiles(const Evaluation& evaluation) {
  std::string html = "<div class=\"tiles\">\n";
  html +=
      tile(percent_text(evaluation.accuracy_sensitive), html_escape(evaluation.sensitive_class, 60) + " judged right");
  html += tile(percent_text(evaluation.accuracy_other), html_escape(evaluation.other_class, 60) + " judged right");
  html += tile(percent_text(evaluation.accuracy_overall), "both classes");
  for (std::size_t norm_index = 0; norm_index < evaluation.curves.size(); ++norm_index) {
    const auto& curve = evaluation.curves[norm_index];
    std::string what = in_words(evaluation, curve.norm)
                           ? fmt::format("median: {} before a verdict can change", norm_meaning(evaluation, curve.norm))
                           : fmt::format("median radius: {} ({})", norm_meaning(curve.norm), norm_symbol(curve.norm));
    if (!evaluation.attacked.empty() && evaluation.attacked[norm_index].quantiles.size() > 2) {
      what += fmt::format("; attacked {}", distance_text(evaluation.attacked[norm_index].quantiles[2].radius));
    }
    html += tile(radius_text(median_radius(curve)), what);
  }
  return html + "</div>\n";
}

}  // namespace

std::string radius_unit(const ReportInput& input, Norm norm) {
  if (norm == Norm::l0()) return "features";
  if (!input.evaluation.price_unit.empty()) return input.evaluation.price_unit;
  const auto& units = input.model.feature_units;
  for (const auto& unit : units) {
    if (unit != units.front()) return "the features' own units";
  }
  if (!units.empty() && !units.front().empty()) return "unit: " + units.front();
  return input.data.is_image ? "pixel values from 0 to 1" : "the features' own units";
}

std::string html_opening(const ReportInput& input, std::span<const std::string> notes) {
  const auto& evaluation = input.evaluation;
  std::string html = "<header>\n<p class=\"kicker\">Standfast evaluation</p>\n";
  html += fmt::format("<h1>{} against {}</h1>\n", html_escape(evaluation.sensitive_class, 80),
                      html_escape(evaluation.other_class, 80));
  html += fmt::format("<p>{} inputs from {} · threat model: {}</p>\n</header>\n",
                      evaluation.sensitive_count + evaluation.other_count, html_escape(evaluation.data_source),
                      html_escape(evaluation.threat_description));
  html += "<p class=\"lead\">" + how_often(evaluation) + how_far(input) + "</p>\n";
  if (!notes.empty()) {
    html += "<ul class=\"notes\">\n";
    for (const auto& note : notes) html += "<li>" + html_escape(note, 2000) + "</li>\n";
    html += "</ul>\n";
  }
  return html + tiles(evaluation);
}

}  // namespace standfast::report
