// The table of everything: both class accuracies beside every radius, for a radius means nothing without them.
#include <cmath>
#include <string>

#include <fmt/format.h>

#include "lab/study/html_parts.hpp"
#include "report/html_text.hpp"
#include "report/numbers.hpp"

namespace standfast::lab {
namespace {

std::string accuracies(const StudyData& data, const ProtocolMeasure& measure) {
  const bool first = data.sensitive == data.classes[0];
  return fmt::format("<td>{}</td><td>{}</td>",
                     report::percent_text(first ? measure.accuracy_sensitive : measure.accuracy_other),
                     report::percent_text(first ? measure.accuracy_other : measure.accuracy_sensitive));
}

/// Beside the rows of all protocols.
std::string model_cell(const RecipeResult& result) {
  std::string html =
      fmt::format("<th class=\"text\" rowspan=\"{}\"><b>{}</b>", kProtocols.size(), report::html_escape(result.label));
  if (!result.shortened.empty()) html += "<small>" + report::html_escape(result.shortened) + "</small>";
  return html + "</th>";
}

std::string row(const StudyData& data, const RecipeResult& result, std::size_t p, std::size_t n) {
  const auto& measure = result.protocols[p];
  std::string html = fmt::format("<tr class=\"{}{}\">{}<td class=\"text soft\">{}</td>{}", p == 0 ? "first" : "second",
                                 result.ours ? " ours" : "", p == 0 ? model_cell(result) : "", protocol_word(p),
                                 accuracies(data, measure));
  for (const std::size_t b : {kFormula, kOnePass})
    html += fmt::format("<td>{}</td>", report::radius_text(median_of(measure.bounds[b][n].radii)));
  const std::size_t same = common_inputs(measure, n);
  for (const std::size_t b : {kOnePass, kRefined, kAttack}) {
    const double median = median_of(std::span(measure.bounds[b][n].radii).first(same));
    html += fmt::format("<td>{}</td>", b == kAttack ? report::distance_text(median) : report::radius_text(median));
  }
  for (const double quarter : {0.25, 0.5, 0.75, 1.0}) {
    const double share = share_reaching(measure.bounds[kOnePass][n].radii, quarter * data.quoted_radius[n]);
    html += std::isnan(share) ? "<td>-</td>" : fmt::format("<td>{:.3f}</td>", share);
  }
  return html + "</tr>\n";
}

std::string norm_table(const StudyData& data, std::span<const RecipeResult* const> results, std::size_t n) {
  const Norm norm = study_norm(n);
  std::string html = fmt::format(
      "<div class=\"scroll\"><table class=\"wide\"><caption>{}: {}</caption><thead><tr><th class=\"group\" "
      "colspan=\"2\"></th><th class=\"group\" colspan=\"2\">judged right</th><th class=\"group\" "
      "colspan=\"2\">median radius</th><th class=\"group\" colspan=\"3\">median, first {}</th><th class=\"group\" "
      "colspan=\"4\">certified accuracy at</th></tr>\n<tr><th>model</th><th class=\"text\">threshold</th><th>{}</th>"
      "<th>{}</th><th>formula</th><th>one pass</th><th>one pass</th><th>refined</th><th>attack</th>",
      report::norm_symbol(norm), report::norm_meaning(norm), common_inputs(results.front()->protocols[0], n),
      report::html_escape(data.classes[0]), report::html_escape(data.classes[1]));
  for (const double quarter : {0.25, 0.5, 0.75, 1.0})
    html += fmt::format("<th>{:.4g}</th>", quarter * data.quoted_radius[n]);
  html += "</tr></thead><tbody>\n";
  for (const auto* result : results)
    for (std::size_t p = 0; p < kProtocols.size(); ++p) html += row(data, *result, p, n);
  return html + "</tbody></table></div>\n";
}

std::string milliseconds_text(double value) { return std::isnan(value) ? "-" : fmt::format("{:.3g}", value); }

std::string cost_table(std::span<const RecipeResult* const> results) {
  std::string html =
      "<div class=\"scroll\"><table class=\"wide\"><caption>Processor "
      "time</caption><thead><tr><th class=\"group\" colspan=\"3\"></th>";
  for (const auto* bound : {"formula", "one pass", "refined", "attack"})
    html += fmt::format("<th class=\"group\" colspan=\"3\">{}, ms</th>", bound);
  html += "</tr>\n<tr><th>model</th><th>training</th><th>schedule</th>";
  for (std::size_t b = 0; b < kBounds.size(); ++b) html += "<th>ℓ₁</th><th>ℓ₂</th><th>ℓ∞</th>";
  html += "</tr></thead><tbody>\n";
  for (const auto* result : results) {
    html += fmt::format("<tr><th class=\"text\">{}</th><td>{:.0f} s</td><td>{}</td>",
                        report::html_escape(result->label), result->training_seconds,
                        result->shortened.empty() ? "whole" : report::html_escape(result->shortened));
    for (const auto& bound : result->protocols[0].bounds)
      for (const auto& norm : bound) html += fmt::format("<td>{}</td>", milliseconds_text(norm.milliseconds));
    html += "</tr>\n";
  }
  return html + "</tbody></table></div>\n";
}

}  // namespace

std::string_view protocol_word(std::size_t protocol) { return protocol == 0 ? "validation" : "first 1,000"; }

std::string html_study_tables(const StudyData& data, std::span<const RecipeResult* const> results) {
  const auto& measure = results.front()->protocols[0];
  std::string html = fmt::format(
      "<h3>Everything</h3>\n<p class=\"soft\">Radii of {} test inputs of class {}; refined certificates and attacks of "
      "the first {} of them, beside one pass on the same ones. Certified accuracy is that of one pass; class "
      "accuracies "
      "are those of the whole test split.</p>\n",
      measure.bounds[kOnePass][0].radii.size(), report::html_escape(data.sensitive), common_inputs(measure, 0));
  for (std::size_t n = 0; n < kStudyNorms.size(); ++n) html += norm_table(data, results, n);
  return html + cost_table(results);
}

}  // namespace standfast::lab
