// The caption is a paragraph of its own, so that it wraps where the table scrolls.
#include "report/norm_table.hpp"

#include <array>
#include <cmath>

#include <fmt/format.h>

#include "report/html_text.hpp"
#include "report/numbers.hpp"

namespace standfast::report {

std::vector<NormRow> quantile_rows(const std::vector<std::vector<Evaluation::CertifiedCurve::Quantile>>& quantiles,
                                   std::string (*text)(double radius)) {
  static constexpr std::array kNames = {"10 %", "25 %", "median", "75 %", "90 %"};
  std::vector<NormRow> rows;
  for (std::size_t i = 0; i < kNames.size(); ++i) {
    NormRow& row = rows.emplace_back(NormRow{kNames[i], {}});
    for (const auto& of_norm : quantiles)
      row.cells.push_back(text(i < of_norm.size() ? of_norm[i].radius : std::nan("")));
  }
  return rows;
}

std::string norm_table(std::string_view caption, const Evaluation& evaluation, const std::vector<NormRow>& rows) {
  std::string html =
      fmt::format("<p class=\"caption\">{}</p>\n<div class=\"scroll\"><table class=\"fit\"><thead><tr><th>share</th>",
                  html_escape(caption));
  for (const auto& curve : evaluation.curves)
    html += fmt::format("<th>{}</th>", html_escape(norm_symbol(evaluation, curve.norm)));
  html += "</tr></thead><tbody>\n";
  for (const NormRow& row : rows) {
    html += fmt::format("<tr><th>{}</th>", html_escape(row.title));
    for (const std::string& cell : row.cells) html += fmt::format("<td>{}</td>", cell);
    html += "</tr>\n";
  }
  return html + "</tbody></table></div>\n";
}

}  // namespace standfast::report
