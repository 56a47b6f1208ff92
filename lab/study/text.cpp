// The terminal's form: per data set and threshold one line per model.
#include <cmath>
#include <iterator>
#include <string>

#include <fmt/format.h>

#include "lab/study/curve.hpp"
#include "report/numbers.hpp"

namespace standfast::lab {
namespace {

using Out = std::back_insert_iterator<std::string>;

constexpr std::array kProtocolWords = {"threshold from validation",
                                       "threshold balanced on the first 1,000 test inputs"};

/// Four digits would not fit beside two more norms.
std::string short_radius(double radius) {
  std::string text = report::radius_text(radius);
  return text.size() > 8 ? fmt::format("{:.2e}", radius * (1 - 5e-3)) : text;
}

void write_head(const StudyData& data, Out out) {
  fmt::format_to(out, "{:<27}{:>12}{:>18}{:>18}{:>18}\n", "", "right %", "median l1", "median l2", "median linf");
  fmt::format_to(out, "{:<27}{:>6}{:>6}", "model", report::terminal_text(data.classes[0], 5),
                 report::terminal_text(data.classes[1], 5));
  for (std::size_t n = 0; n < kStudyNorms.size(); ++n) fmt::format_to(out, "{:>9}{:>9}", "formula", "bounded");
  fmt::format_to(out, "{:>7}\n", "train");
}

void write_line(const RecipeResult& result, const ProtocolMeasure& measure, Out out) {
  const auto& data = study_data_named(result.data);
  const bool first = data.sensitive == data.classes[0];
  const double shares[] = {first ? measure.accuracy_sensitive : measure.accuracy_other,
                           first ? measure.accuracy_other : measure.accuracy_sensitive};
  fmt::format_to(out, "{:<27}{:>6.1f}{:>6.1f}", report::terminal_text(result.label, 26), 100 * shares[0],
                 100 * shares[1]);
  for (std::size_t n = 0; n < kStudyNorms.size(); ++n)
    for (const std::size_t bound : {kFormula, kOnePass})
      fmt::format_to(out, "{:>9}", short_radius(median_of(measure.bounds[bound][n].radii)));
  fmt::format_to(out, "{:>5.0f} s\n", result.training_seconds);
}

void write_data_set(const Study& study, const StudyData& data, Out out) {
  const auto results = results_of(study, data.name);
  if (results.empty()) return;
  const auto& first = *results.front();
  fmt::format_to(out, "\n{}: class {} is certified; {} and {} test inputs\n", data.title, data.sensitive,
                 first.sensitive_count, first.other_count);
  for (std::size_t p = 0; p < kProtocols.size(); ++p) {
    fmt::format_to(out, "\n{}\n", kProtocolWords[p]);
    write_head(data, out);
    for (const auto* result : results) write_line(*result, result->protocols[p], out);
  }
  for (const auto* result : results)
    if (!result->shortened.empty())
      fmt::format_to(out, "  {}: {}\n", report::terminal_text(result->label, 60),
                     report::terminal_text(result->shortened, 60));
}

}  // namespace

std::string to_text(const Study& study) {
  std::string text;
  const auto out = std::back_inserter(text);
  for (const auto& data : study_data()) write_data_set(study, data, out);
  fmt::format_to(out,
                 "\nMedians are over the sensitive test inputs judged right: by the published formula without bounds"
                 "\nand by one pass with pixels in [0, 1]; seconds are processor time.\n");
  for (const auto& note : study.notes) fmt::format_to(out, "{}\n", report::terminal_text(note, 400));
  return text;
}

}  // namespace standfast::lab
