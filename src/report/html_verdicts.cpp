// How good the verdicts are without an attacker, at the model's threshold and at others.
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

std::string confusion(const Evaluation& evaluation) {
  const auto sensitive = html_escape(evaluation.sensitive_class, 60);
  const auto other = html_escape(evaluation.other_class, 60);
  const auto row = [](const std::string& label, std::size_t as_sensitive, std::size_t as_other, double right) {
    return fmt::format("<tr><th class=\"name\">{}</th><td>{}</td><td>{}</td><td>{}</td></tr>\n", label, as_sensitive,
                       as_other, percent_text(right));
  };
  return fmt::format(
             "<div class=\"scroll\"><table><caption>Verdicts at the model's "
             "threshold</caption><thead><tr><th>label</th>"
             "<th class=\"name\">judged {}</th><th class=\"name\">judged {}</th><th>right</th></tr></thead><tbody>\n",
             sensitive, other) +
         row(sensitive, evaluation.sensitive_right, evaluation.sensitive_wrong, evaluation.accuracy_sensitive) +
         row(other, evaluation.other_wrong, evaluation.other_right, evaluation.accuracy_other) +
         "</tbody></table></div>\n";
}

std::string rates_note(const Evaluation& evaluation) {
  std::string html;
  if (evaluation.other_count > 0)
    html +=
        "False-positive rate: " + rate_text(evaluation.false_positive_rate, evaluation.false_positive_interval) + ". ";
  if (evaluation.sensitive_count > 0)
    html += "Detected at it: " + rate_text(evaluation.accuracy_sensitive, evaluation.detection_interval) + ". ";
  if (html.empty()) return html;
  return fmt::format("<p class=\"note\">{}In brackets: {:g} % confidence.</p>\n", html, 100 * kConfidence);
}

std::string operating_points_table(const Evaluation& evaluation) {
  if (evaluation.operating_points.empty()) return {};
  std::string html =
      "<div class=\"scroll\"><table><caption>Other thresholds</caption><thead><tr><th>false alarms at "
      "most</th><th>reached</th>"
      "<th>detected</th><th>logit above</th></tr></thead><tbody>\n";
  for (const auto& point : evaluation.operating_points) {
    html += fmt::format("<tr><th>{:g} %</th><td>{}</td><td>{}</td><td>{}</td></tr>\n",
                        point.max_false_positive_rate * 100, percent_text(point.false_positive_rate),
                        percent_text(point.detection_rate), logit_text(point.logit_threshold));
  }
  return html +
         "</tbody></table></div>\n<p class=\"note\">Chosen on these data: expect other data to reach the rates only "
         "roughly.</p>\n";
}

std::string roc_figure(const Evaluation& evaluation) {
  if (evaluation.roc.empty()) return {};
  Chart chart;
  chart.description = "Detection rate over false-positive rate";
  chart.shape = LineShape::kRightThenUp;
  chart.x = percent_log_axis(std::min(0.1, 1 / static_cast<double>(std::max<std::size_t>(evaluation.other_count, 1))));
  chart.x.title = "false-positive rate (logarithmic)";
  for (const auto& point : evaluation.roc) chart.line.push_back({point.false_positive_rate, point.detection_rate});
  for (const auto& point : evaluation.operating_points) {
    chart.markers.push_back({{point.false_positive_rate, point.detection_rate},
                             fmt::format("{:g} %", point.max_false_positive_rate * 100)});
  }
  return "<figure>" + svg_chart(chart) +
         "<figcaption>Detection rate over false-positive rate; the circles are the thresholds of the table. The left "
         "edge stands for no "
         "false alarm in these data.</figcaption></figure>\n";
}

}  // namespace

std::string html_verdicts(const ReportInput& input) {
  const auto& evaluation = input.evaluation;
  return "<h2>Verdicts without an attacker</h2>\n<div class=\"grid2\">\n<div>" + confusion(evaluation) +
         rates_note(evaluation) + operating_points_table(evaluation) + "</div>\n" + roc_figure(evaluation) + "</div>\n";
}

}  // namespace standfast::report
