// The ten inputs at each end: where to look first, and what the model is surest of.
#include <algorithm>
#include <string>
#include <vector>

#include <fmt/format.h>

#include "report/html_sections.hpp"
#include "report/html_text.hpp"
#include "report/numbers.hpp"

namespace standfast::report {
namespace {

double logit(const ReportInput& input, std::size_t row) {
  return static_cast<double>(input.evaluation.certificates.logits[row]);
}

std::string source_record(const Dataset& data, std::size_t row) {
  if (row < data.source_names.size()) return html_escape(data.source_names[row], 200);
  return row < data.source_index.size() ? fmt::format("{}", data.source_index[row]) : std::string("-");
}

std::string picture_row(const ReportInput& input, std::size_t norm_index, const std::vector<std::size_t>& rows) {
  std::string html = "<div class=\"shots\">\n";
  for (const auto row : rows) {
    if (row >= input.data.count()) continue;
    html += fmt::format(
        "<figure><img src=\"{}\" alt=\"input {}\"><figcaption><b>{}</b><br>row {}</figcaption></figure>\n",
        image_uri(input.data, row), row, radius_text(input.evaluation.certificates.radius(row, norm_index)), row);
  }
  return html + "</div>\n";
}

std::string extremes_table(const ReportInput& input, std::size_t norm_index, const std::vector<std::size_t>& rows,
                           const char* caption) {
  const bool attacked = !input.evaluation.attacked.empty();
  std::string html = fmt::format(
      "<div class=\"scroll\"><table><caption>{}</caption><thead><tr><th>row</th><th>record in source</th><th>logit</th>"
      "<th>radius</th>{}</tr></thead><tbody>\n",
      caption, attacked ? "<th>attacked</th>" : "");
  for (const auto row : rows) {
    html +=
        fmt::format("<tr><td>{}</td><td>{}</td><td>{}</td><td>{}</td>", row, source_record(input.data, row),
                    logit_text(logit(input, row)), radius_text(input.evaluation.certificates.radius(row, norm_index)));
    if (attacked)
      html += fmt::format("<td>{}</td>", distance_text(input.evaluation.certificates.attack(row, norm_index)));
    html += "</tr>\n";
  }
  return html + "</tbody></table></div>\n";
}

std::string listed(const std::vector<std::string>& words) {
  constexpr std::size_t kShown = 12;
  std::string html;
  for (std::size_t k = 0; k < std::min(kShown, words.size()); ++k)
    html += fmt::format("{}{}", k == 0 ? "" : ", ", html_escape(words[k], 40));
  return words.size() > kShown ? html + fmt::format(" and {} more", words.size() - kShown) : html;
}

/// The messages that are cheapest to talk past, with the words.
std::string words_table(const ReportInput& input, std::size_t norm_index) {
  const auto& curve = input.evaluation.curves[norm_index];
  if (curve.least_robust_words.empty()) return {};
  std::string html =
      "<div class=\"scroll\"><table><caption>Cheapest to talk past, and where their proofs are weakest</caption><thead>"
      "<tr><th>row</th><th>words</th><th class=\"text\">held by</th><th class=\"text\">talked away by</th></tr></thead>"
      "<tbody>\n";
  for (std::size_t k = 0; k < curve.least_robust_words.size(); ++k) {
    const WordChange& change = curve.least_robust_words[k];
    const std::size_t row = curve.least_robust[k];
    html += fmt::format("<tr><td>{}</td><td>{}</td><td class=\"text\">{}</td><td class=\"text\">{}</td></tr>\n", row,
                        radius_text(input.evaluation.certificates.radius(row, norm_index)), listed(change.remove),
                        listed(change.add));
  }
  return html + "</tbody></table></div>\n";
}

/// "word_freq_free: 0.32 to 0 (percent of words)", the largest shares of one change.
std::string changes_cell(const ReportInput& input, const std::vector<FeatureChange>& changes) {
  constexpr std::size_t kShown = 4;  // a cell is read on a telephone as well
  const auto& names = input.model.feature_names.empty() ? input.data.feature_names : input.model.feature_names;
  const auto& units = input.model.feature_units.empty() ? input.data.feature_units : input.model.feature_units;
  std::string html;
  for (std::size_t k = 0; k < std::min(kShown, changes.size()); ++k) {
    const FeatureChange& change = changes[k];
    const auto name_of = [&](std::size_t f) { return names.empty() ? fmt::format("feature {}", f) : names[f]; };
    const std::string name = name_of(change.feature);
    if (change.becomes) {
      html += fmt::format("{}{} becomes {}", k == 0 ? "" : "<br>", html_escape(name, 60),
                          html_escape(name_of(*change.becomes), 60));
      continue;
    }
    const std::string unit = units.empty() || units[change.feature].empty() ? "" : " " + units[change.feature];
    html += fmt::format("{}{}: {:.6g} to {:.6g}{}", k == 0 ? "" : "<br>", html_escape(name, 60), change.from, change.to,
                        html_escape(unit, 40));
  }
  if (changes.size() > kShown) html += fmt::format("<br>and {} more", changes.size() - kShown);
  return changes.empty() ? "-" : html;
}

/// The alarms that are cheapest to talk round, each with the change that does it; without one, with what its proof
/// fears most. One column of text, so that the table fits a narrow screen.
std::string explanations_table(const ReportInput& input, std::size_t norm_index) {
  const auto& curve = input.evaluation.curves[norm_index];
  if (curve.explanations.empty()) return {};
  std::string html =
      "<div class=\"scroll\"><table><caption>Easiest to talk round</caption><thead><tr><th>row</th><th>proven</th>"
      "<th>found</th><th class=\"text\">what changes, the largest share of the price first</th></tr></thead><tbody>\n";
  for (const Explanation& alarm : curve.explanations) {
    const bool weakest = alarm.found.empty() && !alarm.weakest.empty();
    html += fmt::format("<tr><td>{}</td><td>{}</td><td>{}</td><td class=\"text\">{}{}</td></tr>\n", alarm.row,
                        radius_text(input.evaluation.certificates.radius(alarm.row, norm_index)),
                        distance_text(alarm.attack), weakest ? "where the proof is weakest:<br>" : "",
                        changes_cell(input, weakest ? alarm.weakest : alarm.found));
  }
  return html + "</tbody></table></div>\n";
}

std::string html_both_ends(const ReportInput& input, std::size_t norm_index) {
  const auto& curve = input.evaluation.curves[norm_index];
  std::string html = fmt::format("<h3>{}: {}</h3>\n", norm_symbol(input.evaluation, curve.norm),
                                 norm_meaning(input.evaluation, curve.norm));
  if (drawable(input.data)) {
    html += "<p class=\"soft\">Least robust</p>\n" + picture_row(input, norm_index, curve.least_robust);
    return html + "<p class=\"soft\">Most robust</p>\n" + picture_row(input, norm_index, curve.most_robust);
  }
  return html + "<div class=\"grid2\">\n" + extremes_table(input, norm_index, curve.least_robust, "Least robust") +
         extremes_table(input, norm_index, curve.most_robust, "Most robust") + "</div>\n" +
         words_table(input, norm_index) + explanations_table(input, norm_index);
}

}  // namespace

std::string html_extremes(const ReportInput& input) {
  const auto& curves = input.evaluation.curves;
  const bool any =
      std::any_of(curves.begin(), curves.end(), [](const auto& curve) { return !curve.most_robust.empty(); });
  if (!any) return {};
  std::string html = fmt::format(
      "<h2>The least and the most robust inputs</h2>\n<p class=\"soft\">Inputs of the class {} that are judged right, "
      "by their certified "
      "radius. Rows count from 0.</p>\n",
      html_escape(input.evaluation.sensitive_class, 60));
  for (std::size_t norm_index = 0; norm_index < curves.size(); ++norm_index) html += html_both_ends(input, norm_index);
  return html;
}

}  // namespace standfast::report
