// The terminal's form of an evaluation: plain tables of at most 100 columns.
#include <algorithm>
#include <array>
#include <cmath>
#include <iterator>
#include <string>

#include <fmt/format.h>

#include "files/decimal.hpp"
#include "report/numbers.hpp"
#include "standfast/report.hpp"

namespace standfast {
namespace {

// together they keep every line within 100 columns
constexpr std::size_t kNameWidth = 24;
constexpr std::size_t kCurvePoints = 8;
constexpr std::size_t kRowsShown = 10;

using Out = std::back_insert_iterator<std::string>;

std::string shown_class(const std::string& text) { return report::terminal_text(text, kNameWidth); }

void write_head(const Evaluation& evaluation, Out out) {
  fmt::format_to(out, "data       {}\n", report::terminal_text(evaluation.data_source, 80));
  fmt::format_to(out, "threat     {}\n", report::terminal_text(evaluation.threat_description, 80));
  if (!evaluation.price_unit.empty())
    fmt::format_to(out, "radii in   {}\n", report::terminal_text(evaluation.price_unit, 80));
  fmt::format_to(out, "method     {}\n", method_name(evaluation.method));
  fmt::format_to(out, "guarantee  {}: {}\n\n", guarantee_name(evaluation.guarantee),
                 guarantee_meaning(evaluation.guarantee));
}

void write_verdicts(const Evaluation& evaluation, Out out) {
  const auto sensitive = shown_class(evaluation.sensitive_class);
  const auto other = shown_class(evaluation.other_class);
  fmt::format_to(out, "{:<28}{:>12}   {:>16} {:>26}\n", "label", "right", "judged sensitive", "judged other");
  fmt::format_to(out, "{:<28}{:>12}   {:>16} {:>26}\n", sensitive + " (sensitive)",
                 report::percent_text(evaluation.accuracy_sensitive), evaluation.sensitive_right,
                 evaluation.sensitive_wrong);
  fmt::format_to(out, "{:<28}{:>12}   {:>16} {:>26}\n", other, report::percent_text(evaluation.accuracy_other),
                 evaluation.other_wrong, evaluation.other_right);
  fmt::format_to(out, "{:<28}{:>12}\n\n", "both", report::percent_text(evaluation.accuracy_overall));
}

/// The two rates at the model's own threshold, and where they may lie on other inputs.
void write_rates(const Evaluation& evaluation, Out out) {
  const auto write_rate = [&](const char* name, double rate, const RateInterval& interval) {
    if (std::isnan(rate)) return;
    fmt::format_to(out, "{:<28}{:>12}   {:g} % confidence: {} to {}\n", name, report::percent_text(rate),
                   100 * kConfidence, report::percent_text(interval.lower), report::percent_text(interval.upper));
  };
  write_rate("false-positive rate", evaluation.false_positive_rate, evaluation.false_positive_interval);
  write_rate("detected at it", evaluation.accuracy_sensitive, evaluation.detection_interval);
  fmt::format_to(out, "\n");
}

void write_operating_points(const Evaluation& evaluation, Out out) {
  if (evaluation.operating_points.empty()) return;
  fmt::format_to(out, "{:<28}{:>12}{:>16}{:>18}\n", "false-positive rate at most", "reached", "detected",
                 "if logit above");
  for (const auto& point : evaluation.operating_points) {
    fmt::format_to(out, "{:<28}{:>12}{:>16}{:>18}\n", report::percent_text(point.max_false_positive_rate),
                   report::percent_text(point.false_positive_rate), report::percent_text(point.detection_rate),
                   report::logit_text(point.logit_threshold));
  }
  fmt::format_to(out, "\n");
}

void write_quantile_row(const std::string& norm, const std::vector<Evaluation::CertifiedCurve::Quantile>& quantiles,
                        std::string (*in_words)(double), const std::string& last, Out out) {
  fmt::format_to(out, "{:<8}", norm);
  for (std::size_t i = 0; i < 5; ++i) {
    fmt::format_to(out, "{:>12}", in_words(i < quantiles.size() ? quantiles[i].radius : std::nan("")));
  }
  fmt::format_to(out, "{:>14}\n", last);
}

void write_quantile_head(const char* last, Out out) {
  fmt::format_to(out, "{:<8}{:>12}{:>12}{:>12}{:>12}{:>12}{:>14}\n", "norm", "10 %", "25 %", "median", "75 %", "90 %",
                 last);
}

void write_quantiles(const Evaluation& evaluation, Out out) {
  fmt::format_to(out, "certified radii of the inputs of class {} that are judged right\n",
                 shown_class(evaluation.sensitive_class));
  write_quantile_head("never flips", out);
  for (const auto& curve : evaluation.curves) {
    write_quantile_row(report::norm_word(evaluation, curve.norm), curve.quantiles, report::radius_text,
                       report::percent_text(curve.infinite_share), out);
  }
}

void write_attacks(const Evaluation& evaluation, Out out) {
  if (evaluation.attacked.empty()) return;
  fmt::format_to(out, "\nsmallest attacks found on the same inputs: certified <= true <= attacked\n");
  write_quantile_head("none found", out);
  for (std::size_t i = 0; i < evaluation.attacked.size(); ++i) {
    const auto& curve = evaluation.attacked[i];
    write_quantile_row(report::norm_word(evaluation, evaluation.curves[i].norm), curve.quantiles, report::distance_text,
                       fmt::format("{}", curve.none_found), out);
  }
  fmt::format_to(out, "\n{:<8}{:>24}{:>12}{:>24}{:>12}\n", "norm", "certified/attacked: mean", "median", "gap: mean",
                 "median");
  for (std::size_t i = 0; i < evaluation.attacked.size(); ++i) {
    const auto& curve = evaluation.attacked[i];
    fmt::format_to(out, "{:<8}{:>24}{:>12}{:>24}{:>12}\n", report::norm_word(evaluation, evaluation.curves[i].norm),
                   files::share_rounded_down(curve.mean_certified_share),
                   files::share_rounded_down(curve.median_certified_share), gap_in_words(curve.mean_certified_share),
                   gap_in_words(curve.median_certified_share));
  }
}

void write_curve(const Evaluation& evaluation, std::size_t norm_index, Out out) {
  const auto& curve = evaluation.curves[norm_index];
  const auto indices = report::evenly_spaced_indices(curve.radii.size(), kCurvePoints);
  fmt::format_to(out, "\n{:<18}", fmt::format("{} radius", report::norm_word(evaluation, curve.norm)));
  for (const auto i : indices) fmt::format_to(out, "{:>10}", report::radius_text(curve.radii[i]));
  fmt::format_to(out, "\n{:<18}", "certified");
  for (const auto i : indices) fmt::format_to(out, "{:>10}", report::percent_text(curve.accuracy[i]));
  fmt::format_to(out, "\n");
  if (evaluation.attacked.empty()) return;
  fmt::format_to(out, "{:<18}", "attacked");
  for (const auto i : indices)
    fmt::format_to(out, "{:>10}", report::percent_text(evaluation.attacked[norm_index].accuracy[i]));
  fmt::format_to(out, "\n");
}

void write_extremes(const Evaluation& evaluation, std::size_t norm_index, Out out) {
  const auto& curve = evaluation.curves[norm_index];
  const auto& certificates = evaluation.certificates;
  const auto cell = [&](const std::vector<std::size_t>& rows, std::size_t i) {
    if (i >= rows.size()) return fmt::format("{:>10}{:>14}{:>14}", "", "", "");
    return fmt::format("{:>10}{:>14}{:>14}", rows[i],
                       report::logit_text(static_cast<double>(certificates.logits[rows[i]])),
                       report::radius_text(certificates.radius(rows[i], norm_index)));
  };
  if (curve.most_robust.empty()) return;
  fmt::format_to(out, "\n{:<42}{}\n", fmt::format("{}: least robust", report::norm_word(evaluation, curve.norm)),
                 "most robust");
  fmt::format_to(out, "{0:>10}{1:>14}{2:>14}{0:>10}{1:>14}{2:>14}\n", "row", "logit", "radius");
  const auto lines = std::min(kRowsShown, std::max(curve.most_robust.size(), curve.least_robust.size()));
  for (std::size_t i = 0; i < lines; ++i) {
    fmt::format_to(out, "{}{}\n", cell(curve.least_robust, i), cell(curve.most_robust, i));
  }
}

}  // namespace

std::string to_text(const Evaluation& evaluation) {
  std::string text;
  const auto out = std::back_inserter(text);
  write_head(evaluation, out);
  write_verdicts(evaluation, out);
  write_rates(evaluation, out);
  write_operating_points(evaluation, out);
  write_quantiles(evaluation, out);
  write_attacks(evaluation, out);
  for (std::size_t norm_index = 0; norm_index < evaluation.curves.size(); ++norm_index)
    write_curve(evaluation, norm_index, out);
  for (std::size_t norm_index = 0; norm_index < evaluation.curves.size(); ++norm_index)
    write_extremes(evaluation, norm_index, out);
  return text;
}

}  // namespace standfast
