// One page: a section per native norm with the study's figure (curves, and times on a logarithmic axis) and its table.
#include <fmt/format.h>

#include "lab/compare/compare.hpp"
#include "lab/compare/page_parts.hpp"
#include "lab/study/curve.hpp"
#include "lab/study/html_parts.hpp"
#include "report/chart.hpp"
#include "report/html_style.hpp"
#include "report/html_text.hpp"
#include "report/numbers.hpp"

namespace standfast::lab {
namespace {

std::string page_head() {
  std::string html =
      "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
      "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'\">\n"
      "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
      "<title>Methods of certification, side by side - Standfast</title>\n<style>";
  html += report::html_style();
  html += study_style();
  html += compare_style();
  return html + "</style>\n</head>\n<body>\n<main>\n";
}

std::string page_opening(const Comparison& comparison, std::span<const MethodLine> lines) {
  std::string html =
      "<header>\n<p class=\"kicker\">Standfast compare</p>\n<h1>Methods of certification, side by side</h1>\n";
  html += fmt::format("<p class=\"lead\">{}: class {} is certified against class {}.</p>\n",
                      report::html_escape(comparison.data), report::html_escape(comparison.sensitive),
                      report::html_escape(comparison.other));
  if (!lines.empty())
    html += fmt::format("<p>The first {} and {} test inputs of the classes. Times are of one core: {}.</p>\n",
                        lines.front().job->sensitive_rows, lines.front().job->other_rows,
                        report::html_escape(comparison.processor));
  html += "</header>\n";
  std::string items;
  for (const auto& note : comparison.notes) items += "<li>" + report::html_escape(note, 2000) + "</li>\n";
  return items.empty() ? html : html + "<ul class=\"notes\">\n" + items + "</ul>\n";
}

std::string legend_of(std::span<const MethodLine> lines, std::span<const std::string> looks) {
  std::string html = "<ul class=\"legend\">\n";
  for (std::size_t i = 0; i < lines.size(); ++i)
    html += fmt::format(
        "<li><svg viewBox=\"0 0 32 10\" aria-hidden=\"true\"><path class=\"series {}\" d=\"M0 5H32\"/></svg>{}</li>\n",
        looks[i], report::html_escape(lines[i].method->label));
  return html + "</ul>\n";
}

std::string curves_of(const Comparison& comparison, std::span<const MethodLine> lines,
                      std::span<const std::string> looks, std::size_t n) {
  const auto grid = compare_grid(comparison, n);
  const Norm norm = study_norm(n);
  report::Chart chart;
  chart.description = fmt::format("certified accuracy over the {} radius, one line per method", kCompareNorms[n]);
  chart.x = report::linear_axis(grid.back(), 5);
  chart.x.title = fmt::format("{} radius", report::norm_symbol(norm));
  for (std::size_t i = 0; i < lines.size(); ++i) {
    report::ChartSeries series;
    series.look = looks[i];
    for (const double radius : grid) series.line.push_back({radius, share_reaching(lines[i].method->radii[n], radius)});
    chart.series.push_back(std::move(series));
  }
  return fmt::format(
      "<figure>{}<figcaption>Certified accuracy of class {}: judged right, and proven to stay "
      "so.</figcaption></figure>\n",
      report::svg_chart(chart), report::html_escape(comparison.sensitive));
}

std::string norm_section(const Comparison& comparison, std::span<const MethodLine> lines, std::size_t n) {
  const auto looks = looks_of_lines(lines);
  std::string html = fmt::format("<section>\n<h2>{}: {}</h2>\n", report::norm_symbol(study_norm(n)),
                                 report::norm_meaning(study_norm(n)));
  html += legend_of(lines, looks) + "<div class=\"charts\">\n" + curves_of(comparison, lines, looks, n);
  html +=
      fmt::format("<figure>{}<figcaption>Processor time of one certificate, one core.</figcaption></figure>\n</div>\n",
                  svg_time_bars(lines, looks));
  return html + html_norm_table(comparison, lines, n) + "</section>\n";
}

constexpr const char* kWords = R"html(<section>
<h2>What the words mean</h2>
<dl>
<dt>judged right</dt><dd>At one operating point, whose threshold was set on training rows that were held back. An abstention of smoothing is wrong for either class.</dd>
<dt>certified</dt><dd>The share of all inputs of the certified class that are judged right and stay so under every smaller change.</dd>
<dt>median</dt><dd>Over the inputs of the certified class that are judged right. In another norm than the native one it is converted, and marked ~: a method that was made for that norm would do better.</dd>
<dt>smoothing</dt><dd>A statement about the smoothed classifier, not about its network, true with probability 99.9 % for each input: a one-sided bound by Clopper and Pearson on draws that were really made.</dd>
<dt>splitting noise</dt><dd>All positions counted: no chance is left, but only changes in steps of 1/255 are covered.</dd>
<dt>intervals, CROWN</dt><dd>Bounds on one network that was trained on its intervals; pixels stay in [0, 1]; the radius by bisection.</dd>
<dt>ours</dt><dd>Closed form without bounds on pixels; other methods of ours say where pixels may go.</dd>
<dt>smoothed, ms</dt><dd>What smoothing would take with the same network: 10,100 noisy verdicts, measured.</dd>
<dt>rounding</dt><dd>"proven": the proof bounds its own rounding. "exact": whole numbers. "ignored": true in real arithmetic only.</dd>
</dl>
</section>
<footer>Written by Standfast. Every number on this page was computed from models trained by this run.</footer>
</main>
</body>
</html>
)html";

}  // namespace

std::string to_html(const Comparison& comparison) {
  const auto lines = lines_of(comparison);
  std::string html = page_head() + page_opening(comparison, lines);
  for (std::size_t n = 0; n < kCompareNorms.size(); ++n) {
    std::vector<MethodLine> of_norm;
    for (const auto& line : lines)
      if (native_norm(*line.method) == n) of_norm.push_back(line);
    if (!of_norm.empty()) html += norm_section(comparison, of_norm, n);
  }
  if (!lines.empty()) html += html_properties(lines);
  return html + kWords;
}

}  // namespace standfast::lab
