// Both bounds of each input side by side: what is proven, and what an attack has shown to be impossible.
#include <algorithm>
#include <cmath>
#include <string>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "files/decimal.hpp"
#include "report/chart.hpp"
#include "report/html_sections.hpp"
#include "report/html_text.hpp"
#include "report/norm_table.hpp"
#include "report/numbers.hpp"
#include "standfast/report.hpp"

namespace standfast::report {
namespace {

constexpr std::size_t kMaxDots = 600;  // more only make the page heavy

Chart share_chart(const ReportInput& input, std::size_t norm_index) {
  const auto& evaluation = input.evaluation;
  const auto& rows = evaluation.attacked[norm_index].rows;
  const Norm kind = evaluation.curves[norm_index].norm;
  const auto attack = [&](std::size_t position) { return evaluation.certificates.attack(rows[position], norm_index); };
  Chart chart;
  chart.description = fmt::format("Certified radius as a share of the attack's distance in the norm {}", kind.name());
  // the farthest twentieth would squeeze the others to the left edge; it is drawn there at the right one
  const double last = rows.empty() ? 1 : attack((rows.size() - 1) * 19 / 20);
  chart.x = linear_axis(last, 5, kind == Norm::l0());
  chart.x.title = kind == Norm::l0() ? "number of features that the attack changes"
                  : in_words(evaluation, kind)
                      ? evaluation.price_unit + " of the attack"
                      : fmt::format("{} attack ({})", norm_symbol(kind), radius_unit(input, kind));
  for (const auto position : evenly_spaced_indices(rows.size(), kMaxDots)) {
    const double certified = evaluation.certificates.radius(rows[position], norm_index);
    chart.dots.push_back({attack(position), certified_share(kind, certified, attack(position))});
  }
  return chart;
}

std::string attack_table(const Evaluation& evaluation) {
  std::vector<std::vector<Evaluation::CertifiedCurve::Quantile>> quantiles;
  NormRow none{"none found", {}}, share{"proven share", {}}, gap{"gap", {}};
  for (const auto& curve : evaluation.attacked) {
    quantiles.push_back(curve.quantiles);
    none.cells.push_back(fmt::format("{}", curve.none_found));
    share.cells.push_back(files::share_rounded_down(curve.mean_certified_share));
    gap.cells.push_back(gap_in_words(curve.mean_certified_share));
  }
  std::vector<NormRow> rows = quantile_rows(quantiles, distance_text);
  rows.insert(rows.end(), {std::move(none), std::move(share), std::move(gap)});
  return norm_table("Smallest attacks found on the inputs judged right", evaluation, rows);
}

std::string caption(const Evaluation& evaluation, std::size_t norm_index) {
  const auto& curve = evaluation.attacked[norm_index];
  return fmt::format("<b>{}</b>: on average {} of the distance to the attack is proven, median {}.",
                     norm_symbol(evaluation, evaluation.curves[norm_index].norm),
                     files::share_rounded_down(curve.mean_certified_share),
                     files::share_rounded_down(curve.median_certified_share));
}

}  // namespace

std::string html_attacked(const ReportInput& input) {
  const auto& evaluation = input.evaluation;
  if (evaluation.attacked.empty()) return {};
  const bool any_l0 = std::any_of(evaluation.curves.begin(), evaluation.curves.end(),
                                  [](const auto& curve) { return curve.norm == Norm::l0(); });
  std::string html =
      "<h3>Certified against attacked</h3>\n<p class=\"soft\">Each dot is an input that is judged right: how far the "
      "smallest change found that turns its verdict goes, and what share of that distance is proven to be safe. Where "
      "the share is 100 % the radius is the exact one.</p>\n<div class=\"charts\">\n";
  for (std::size_t norm_index = 0; norm_index < evaluation.attacked.size(); ++norm_index) {
    if (evaluation.attacked[norm_index].rows.empty()) continue;
    html += "<figure>" + svg_chart(share_chart(input, norm_index)) + "<figcaption>" + caption(evaluation, norm_index) +
            "</figcaption></figure>\n";
  }
  html += "</div>\n" + attack_table(evaluation);
  return html + fmt::format(
                    "<p class=\"note\">Distances of attacks are rounded up. Proven share and gap are means over the "
                    "inputs with an attack: share = certified / attacked, gap = 1 - share{}.</p>\n",
                    any_l0 ? ", where for ℓ₀ one feature more than the radius must change" : "");
}

}  // namespace standfast::report
