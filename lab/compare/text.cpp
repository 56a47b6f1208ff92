// The terminal's form: a table per native norm, then medians in every norm.
#include <cmath>
#include <iterator>
#include <string>

#include <fmt/format.h>

#include "lab/compare/compare.hpp"
#include "lab/study/curve.hpp"
#include "report/numbers.hpp"

namespace standfast::lab {
namespace {

using Out = std::back_insert_iterator<std::string>;

constexpr std::size_t kLabelWidth = 45;

/// Four digits, or fewer where these would not fit.
std::string short_radius(double radius) {
  std::string text = report::radius_text(radius);
  return text.size() > 8 ? fmt::format("{:.1e}", radius * (1 - 5e-2)) : text;
}

std::string milliseconds_text(double value) { return std::isnan(value) ? "-" : fmt::format("{:.3g}", value); }

void write_norm(const Comparison& comparison, std::size_t n, Out out) {
  const auto quoted = quoted_radii(comparison, n);
  bool headed = false;
  for (const auto& line : lines_of(comparison)) {
    const auto& method = *line.method;
    if (native_norm(method) != n) continue;
    if (!headed)
      fmt::format_to(out, "\n{:<{}}{:>6}{:>6}{:>9}{:>8.3g}{:>8.3g}{:>8.3g}{:>9}\n",
                     fmt::format("native norm {}", kCompareNorms[n]), kLabelWidth,
                     report::terminal_text(comparison.sensitive, 5), report::terminal_text(comparison.other, 5),
                     "median", quoted[0], quoted[1], quoted[2], "ms");
    headed = true;
    const auto& radii = method.radii[n];
    fmt::format_to(out, "{:<{}}{:>6.1f}{:>6.1f}{:>9}", report::terminal_text(method.label, kLabelWidth - 1),
                   kLabelWidth, 100 * method.accuracy_sensitive, 100 * method.accuracy_other,
                   short_radius(median_of(radii)));
    for (const double radius : quoted) fmt::format_to(out, "{:>8.3f}", share_reaching(radii, radius));
    fmt::format_to(out, "{:>9}\n", milliseconds_text(method.milliseconds));
  }
}

void write_conversions(const Comparison& comparison, Out out) {
  fmt::format_to(out, "\n{:<{}}{:>11}{:>11}{:>11}{:>10}{:>10}\n", "median radius; ~ is converted", kLabelWidth, "l1",
                 "l2", "linf", "draws", "weights");
  for (const auto& line : lines_of(comparison)) {
    fmt::format_to(out, "{:<{}}", report::terminal_text(line.method->label, kLabelWidth - 1), kLabelWidth);
    for (std::size_t n = 0; n < kCompareNorms.size(); ++n) {
      bool converted = false;
      const double median = median_of(radii_in(line, n, converted));
      fmt::format_to(out, "{:>11}", (converted ? "~" : "") + short_radius(median));
    }
    fmt::format_to(out, "{:>10}{:>10}\n", line.method->samples, line.method->parameters);
  }
}

void write_proofs(const Comparison& comparison, Out out) {
  fmt::format_to(out, "\n{:<{}}{:>10}{:>17}{:>10}{:>12}\n", "what is proven", kLabelWidth, "certain", "changes",
                 "rounding", "trained s");
  for (const auto& line : lines_of(comparison))
    fmt::format_to(out, "{:<{}}{:>10}{:>17}{:>10}{:>12.0f}\n",
                   report::terminal_text(line.method->label, kLabelWidth - 1), kLabelWidth,
                   line.method->deterministic ? "yes" : "99.9 %", line.method->continuous ? "all" : "steps of 1/255",
                   report::terminal_text(line.method->rounding, 9), line.job->training_seconds);
}

/// How much longer smoothing of the same network takes.
void write_speed(const Comparison& comparison, Out out) {
  for (const auto& line : lines_of(comparison))
    if (line.job->smoothing_milliseconds > 0 && line.method->milliseconds > 0)
      fmt::format_to(out,
                     "\n{}:\n  {:.3g} ms; smoothing the same network by 10,100 draws {:.3g} ms, {:.2g} times as long",
                     report::terminal_text(line.method->label, 90), line.method->milliseconds,
                     line.job->smoothing_milliseconds, line.job->smoothing_milliseconds / line.method->milliseconds);
  fmt::format_to(out, "\n");
}

}  // namespace

std::string to_text(const Comparison& comparison) {
  std::string text;
  const auto out = std::back_inserter(text);
  const auto lines = lines_of(comparison);
  if (!lines.empty())
    fmt::format_to(out, "{}: class {} is certified; the first {} and {} test inputs; {}\n",
                   report::terminal_text(comparison.data, 40), report::terminal_text(comparison.sensitive, 20),
                   lines.front().job->sensitive_rows, lines.front().job->other_rows,
                   report::terminal_text(comparison.processor, 60));
  for (std::size_t n = 0; n < kCompareNorms.size(); ++n) write_norm(comparison, n, out);
  if (!lines.empty()) {
    write_conversions(comparison, out);
    write_proofs(comparison, out);
    write_speed(comparison, out);
  }
  fmt::format_to(out,
                 "\nClass columns: % judged right, abstentions wrong, threshold from validation rows. Then the median\n"
                 "radius of the alarms, the share of the sensitive class certified at three radii, and processor\n"
                 "time of one certificate on one core.\n");
  for (const auto& note : comparison.notes) fmt::format_to(out, "{}\n", report::terminal_text(note, 400));
  return text;
}

}  // namespace standfast::lab
