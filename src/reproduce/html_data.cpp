// One data set at a glance: how much larger our radii are at equal accuracy, then the pictures and the tables.
#include <string>

#include <fmt/format.h>

#include "report/html_text.hpp"
#include "report/numbers.hpp"
#include "reproduce/html_parts.hpp"

namespace standfast {
namespace {

double median_at(const RecipeResult& result, std::size_t n) {
  return median_of(result.protocols[0].bounds[kOnePass][n].radii);
}

std::string percent_right(const RecipeResult& result) {
  return fmt::format("{:.1f} %", 100 * mean_accuracy(result.protocols[0]));
}

std::string tile(std::span<const RecipeResult* const> results, std::size_t n) {
  const auto* published = best_of(results, n, false, nullptr);
  if (published == nullptr) return {};
  const auto* ours = best_of(results, n, true, published);
  if (ours == nullptr) return {};
  return fmt::format(
      "<div class=\"tile\"><b>×{:.2f}</b><span>{} median radius: {} → {}</span><span>judged right: {} → {}</span>"
      "<span>{}</span></div>\n",
      median_at(*ours, n) / median_at(*published, n), norm_symbol(study_norm(n)), radius_text(median_at(*published, n)),
      radius_text(median_at(*ours, n)), percent_right(*published), percent_right(*ours), html_escape(ours->label));
}

}  // namespace

std::string html_study_data(const StudyData& data, std::span<const RecipeResult* const> results) {
  const auto& first = *results.front();
  std::string html = fmt::format(
      "<section>\n<h2>{}</h2>\n<p class=\"soft\">{} test inputs of class {}, whose verdicts are certified, and {} of "
      "the "
      "other class, from {}.{}</p>\n",
      html_escape(data.title), first.sensitive_count, html_escape(data.sensitive), first.other_count,
      html_escape(first.test_split), data.note.empty() ? "" : " " + html_escape(data.note, 400));
  std::string tiles;
  for (std::size_t n = 0; n < kStudyNorms.size(); ++n) tiles += tile(results, n);
  if (!tiles.empty())
    html +=
        "<div class=\"tiles\">\n" + tiles +
        "</div>\n<p class=\"note\">The published model with the largest median radius against the best of ours that "
        "judges at most one point fewer right: one pass, threshold from validation.</p>\n";
  return html + html_study_charts(data, results) + html_study_tables(data, results) + "</section>\n";
}

}  // namespace standfast
