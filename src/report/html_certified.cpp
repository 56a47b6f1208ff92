// One small chart per norm: their units differ, so they share no axis.
#include <algorithm>
#include <cmath>
#include <string>

#include <fmt/format.h>

#include "report/chart.hpp"
#include "report/html_sections.hpp"
#include "report/html_text.hpp"
#include "report/numbers.hpp"

namespace standfast::report {
namespace {

std::vector<ChartPoint> points(const std::vector<double>& radii, const std::vector<double>& accuracy) {
  std::vector<ChartPoint> line;
  for (std::size_t i = 0; i < radii.size(); ++i) {
    if (!std::isnan(accuracy[i])) line.push_back({radii[i], accuracy[i]});
  }
  return line;
}

Chart curve_chart(const ReportInput& input, std::size_t norm_index) {
  const auto& curve = input.evaluation.curves[norm_index];
  Chart chart;
  chart.description = fmt::format("Certified accuracy on {} over the radius in the norm {}",
                                  input.evaluation.sensitive_class, curve.norm.name());
  chart.x = linear_axis(curve.radii.empty() ? 1 : curve.radii.back(), 5, curve.norm == Norm::l0());
  if (curve.norm == Norm::l0()) chart.shape = LineShape::kDownThenRight;
  chart.x.title = curve.norm == Norm::l0()
                      ? "ℓ₀ radius (number of features changed)"
                      : fmt::format("{} radius ({})", norm_symbol(curve.norm), radius_unit(input, curve.norm));
  chart.line = points(curve.radii, curve.accuracy);
  if (!input.evaluation.attacked.empty()) {
    chart.description += ", and accuracy under the attacks found";
    chart.upper = points(curve.radii, input.evaluation.attacked[norm_index].accuracy);
    chart.line_label = "certified";
    chart.upper_label = "attacked";
  }
  if (!std::isnan(input.evaluation.accuracy_sensitive)) {
    chart.reference = input.evaluation.accuracy_sensitive;
    chart.reference_label = "clean " + percent_text(chart.reference);
  }
  return chart;
}

std::string caption(const Evaluation::CertifiedCurve& curve) {
  std::string text = fmt::format("<b>{}</b>: {}. Median radius {}", norm_symbol(curve.norm), norm_meaning(curve.norm),
                                 radius_text(median_radius(curve)));
  if (curve.infinite_share > 0) {
    text += fmt::format("; {} cannot be turned by any allowed change", percent_text(curve.infinite_share));
  }
  if (curve.norm == Norm::l0() && std::isfinite(median_radius(curve))) {
    text += fmt::format(": half of what is caught needs at least {} changed features", median_radius(curve) + 1);
  }
  return text + ".";
}

std::string quantile_table(const Evaluation& evaluation) {
  std::string html =
      "<div class=\"scroll\"><table><caption>Radii of the inputs judged right</caption><thead><tr><th>norm</th>"
      "<th>10 %</th><th>25 %</th><th>median</th><th>75 %</th><th>90 %</th><th>never flips</th></tr></thead><tbody>\n";
  for (const auto& curve : evaluation.curves) {
    html += fmt::format("<tr><th>{}</th>", norm_symbol(curve.norm));
    for (std::size_t i = 0; i < 5; ++i) {
      html += fmt::format("<td>{}</td>",
                          radius_text(i < curve.quantiles.size() ? curve.quantiles[i].radius : std::nan("")));
    }
    html += fmt::format("<td>{}</td></tr>\n", percent_text(curve.infinite_share));
  }
  return html + "</tbody></table></div>\n";
}

}  // namespace

std::string html_certified(const ReportInput& input) {
  const auto& evaluation = input.evaluation;
  if (evaluation.curves.empty()) return {};
  const bool any_l0 = std::any_of(evaluation.curves.begin(), evaluation.curves.end(),
                                  [](const auto& curve) { return curve.norm == Norm::l0(); });
  std::string html = fmt::format(
      "<h2>Certified accuracy</h2>\n<p class=\"soft\">The share of {} that is judged right and stays right under every "
      "allowed change smaller than the radius{}. Threat model: {}. The dashed line is the accuracy without an "
      "attacker.{}</p>\n<div class=\"charts\">\n",
      html_escape(evaluation.sensitive_class, 60), any_l0 ? " (with ℓ₀: of at most that many features)" : "",
      html_escape(evaluation.threat_description),
      evaluation.attacked.empty() ? ""
                                  : " The dotted line is the accuracy under the attacks found: the true curve lies in "
                                    "the band between the two.");
  for (std::size_t norm_index = 0; norm_index < evaluation.curves.size(); ++norm_index) {
    html += "<figure>" + svg_chart(curve_chart(input, norm_index)) + "<figcaption>" +
            caption(evaluation.curves[norm_index]) + "</figcaption></figure>\n";
  }
  html += "</div>\n" + quantile_table(evaluation);
  html +=
      "<p class=\"note\">A quantile is the radius that this share of the right verdicts stays at or below; the last "
      "column counts all inputs of the class. Radii are rounded down.</p>\n";
  return html + html_attacked(input);
}

}  // namespace standfast::report
