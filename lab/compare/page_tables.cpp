// Both class accuracies stand beside every radius, for a radius means nothing without them.
#include <cmath>

#include <fmt/format.h>

#include "lab/compare/page_parts.hpp"
#include "lab/study/curve.hpp"
#include "report/html_text.hpp"
#include "report/numbers.hpp"

namespace standfast::lab {
namespace {

std::string method_cell(const MethodLine& line) {
  return fmt::format("<tr{}><th class=\"text\"><b>{}</b><small>{}</small></th>",
                     line.method->ours ? " class=\"ours\"" : "", report::html_escape(line.method->label),
                     report::html_escape(line.method->recipe));
}

}  // namespace

std::string_view compare_style() {
  return R"css(
.p4 { stroke: var(--ink); stroke-dasharray: 1.5 3; } .p5 { stroke: var(--mark); stroke-dasharray: 7 4; } .p6 { stroke: var(--mark); stroke-dasharray: 2 3; }
.bars .series { stroke-width: 7; stroke-linejoin: miter; stroke-dasharray: none; }
@media print { section { break-before: auto; } .charts { grid-template-columns: 1fr 1fr; } }
)css";
}

std::vector<std::string> looks_of_lines(std::span<const MethodLine> lines) {
  constexpr std::size_t kLooks = 6;
  std::vector<std::string> looks;
  std::size_t ours = 0, others = 0;
  for (const auto& line : lines)
    looks.push_back(line.method->ours ? fmt::format("s{}", ours++ % kLooks + 1)
                                      : fmt::format("p{}", others++ % kLooks + 1));
  return looks;
}

std::string html_norm_table(const Comparison& comparison, std::span<const MethodLine> lines, std::size_t norm_index) {
  std::string html = fmt::format(
      "<div class=\"scroll\"><table class=\"wide\"><thead><tr><th class=\"group\"></th><th class=\"group\" "
      "colspan=\"2\">judged right</th><th class=\"group\" colspan=\"2\"></th><th class=\"group\" "
      "colspan=\"3\">certified at</th><th class=\"group\" colspan=\"2\"></th></tr>\n"
      "<tr><th>method</th><th>{}</th><th>{}</th><th>abstained</th><th>median</th>",
      report::html_escape(comparison.sensitive), report::html_escape(comparison.other));
  const auto quoted = quoted_radii(comparison, norm_index);
  for (const double radius : quoted) html += fmt::format("<th>{:.3g}</th>", radius);
  html += "<th>ms</th><th>trained, s</th></tr></thead><tbody>\n";
  for (const auto& line : lines) {
    const auto& method = *line.method;
    const auto& radii = method.radii[norm_index];
    html += fmt::format("{}<td>{}</td><td>{}</td><td>{}</td><td>{}</td>", method_cell(line),
                        report::percent_text(method.accuracy_sensitive), report::percent_text(method.accuracy_other),
                        method.samples > 0 && !method.deterministic ? report::percent_text(method.abstained) : "-",
                        report::radius_text(median_of(radii)));
    for (const double radius : quoted) html += fmt::format("<td>{:.3f}</td>", share_reaching(radii, radius));
    html += fmt::format("<td>{}</td><td>{:.0f}</td></tr>\n", short_milliseconds(method.milliseconds),
                        line.job->training_seconds);
  }
  return html + "</tbody></table></div>\n";
}

std::string html_properties(std::span<const MethodLine> lines) {
  std::string html =
      "<section>\n<h2>What each method is</h2>\n<div class=\"scroll\"><table class=\"wide\"><thead><tr><th "
      "class=\"group\"></th><th class=\"group\" colspan=\"3\">median radius, ~ converted</th><th class=\"group\" "
      "colspan=\"6\"></th></tr>\n<tr><th>method</th>";
  for (std::size_t n = 0; n < kCompareNorms.size(); ++n)
    html += fmt::format("<th>{}</th>", report::norm_symbol(study_norm(n)));
  html +=
      "<th>draws</th><th>weights</th><th class=\"text\">certain</th><th class=\"text\">any change</th><th "
      "class=\"text\">rounding</th><th>smoothed, ms</th></tr></thead><tbody>\n";
  for (const auto& line : lines) {
    const auto& method = *line.method;
    html += method_cell(line);
    for (std::size_t n = 0; n < kCompareNorms.size(); ++n) {
      bool converted = false;
      const double median = median_of(radii_in(line, n, converted));
      html += fmt::format("<td>{}{}</td>", converted ? "~" : "", report::radius_text(median));
    }
    html += fmt::format(
        "<td>{}</td><td>{}</td><td class=\"text\">{}</td><td class=\"text\">{}</td><td "
        "class=\"text\">{}</td><td>{}</td></tr>\n",
        method.samples, method.parameters, method.deterministic ? "yes" : "99.9 %",
        method.continuous ? "yes" : "steps of 1/255", report::html_escape(method.rounding),
        short_milliseconds(line.job->smoothing_milliseconds));
  }
  return html + "</tbody></table></div>\n</section>\n";
}

}  // namespace standfast::lab
