// One small chart per norm: their units differ, so they share no axis.
#include <algorithm>
#include <cmath>
#include <string>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "report/chart.hpp"
#include "report/html_sections.hpp"
#include "report/html_text.hpp"
#include "report/norm_table.hpp"
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
  const bool words = in_words(input.evaluation, curve.norm);
  chart.x = linear_axis(curve.radii.empty() ? 1 : curve.radii.back(), 5, curve.norm == Norm::l0() || words);
  if (curve.norm == Norm::l0()) chart.shape = LineShape::kDownThenRight;
  chart.x.title = curve.norm == Norm::l0() ? "ℓ₀ radius (number of features changed)"
                  : words                  ? input.evaluation.price_unit + " that it takes"
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

std::string caption(const Evaluation& evaluation, const Evaluation::CertifiedCurve& curve) {
  std::string text = fmt::format("<b>{}</b>: {}. Median radius {}", norm_symbol(evaluation, curve.norm),
                                 norm_meaning(evaluation, curve.norm), radius_text(median_radius(curve)));
  if (curve.infinite_share > 0) {
    text += fmt::format("; {} cannot be turned by any allowed change", percent_text(curve.infinite_share));
  }
  if (curve.norm == Norm::l0() && std::isfinite(median_radius(curve))) {
    text += fmt::format(": half of what is caught needs at least {} changed features", median_radius(curve) + 1);
  }
  return text + ".";
}

std::string quantile_table(const Evaluation& evaluation) {
  std::vector<std::vector<Evaluation::CertifiedCurve::Quantile>> quantiles;
  NormRow never{"never flips", {}};
  for (const auto& curve : evaluation.curves) {
    quantiles.push_back(curve.quantiles);
    never.cells.push_back(percent_text(curve.infinite_share));
  }
  std::vector<NormRow> rows = quantile_rows(quantiles, radius_text);
  rows.push_back(std::move(never));
  return norm_table("Radii of the inputs judged right", evaluation, rows);
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
            caption(evaluation, evaluation.curves[norm_index]) + "</figcaption></figure>\n";
  }
  html += "</div>\n" + quantile_table(evaluation);
  html +=
      "<p class=\"note\">This share of the right verdicts has at most this radius; the last line counts all inputs of "
      "the "
      "class. Radii are rounded down.</p>\n";
  return html + html_attacked(input);
}

}  // namespace standfast::report
