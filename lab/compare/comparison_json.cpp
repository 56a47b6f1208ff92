// The whole comparison for a program: medians and curves instead of single radii, which are in the jobs' own files.
#include <cmath>

#include <nlohmann/json.hpp>

#include "lab/compare/compare.hpp"
#include "lab/study/curve.hpp"

namespace standfast::lab {
namespace {

using Json = nlohmann::ordered_json;

Json figure(double value) {
  if (std::isnan(value)) return nullptr;
  return std::isinf(value) ? Json("inf") : Json(value);
}

Json curve_json(const std::vector<double>& radii, const std::vector<double>& grid) {
  Json at = Json::array(), accuracy = Json::array();
  for (const double radius : grid) {
    at.push_back(radius);
    accuracy.push_back(figure(share_reaching(radii, radius)));
  }
  return {{"radii", std::move(at)}, {"accuracy", std::move(accuracy)}};
}

Json method_json(const Comparison& comparison, const MethodLine& line) {
  const MethodResult& method = *line.method;
  const std::size_t native = native_norm(method);
  Json json = {{"method", method.method},
               {"label", method.label},
               {"ours", method.ours},
               {"norm", method.norm},
               {"threshold", method.threshold},
               {"accuracy_sensitive", method.accuracy_sensitive},
               {"accuracy_other", method.accuracy_other},
               {"abstained", method.abstained},
               {"milliseconds", figure(method.milliseconds)},
               {"samples", method.samples},
               {"parameters", method.parameters},
               {"training_seconds", line.job->training_seconds},
               {"smoothing_milliseconds", figure(line.job->smoothing_milliseconds)},
               {"deterministic", method.deterministic},
               {"continuous", method.continuous},
               {"rounding", method.rounding},
               {"recipe", method.recipe},
               {"medians", Json::object()},
               {"certified", curve_json(method.radii[native], compare_grid(comparison, native))},
               {"quoted", Json::array()}};
  for (const double radius : quoted_radii(comparison, native))
    json["quoted"].push_back({{"radius", radius}, {"accuracy", figure(share_reaching(method.radii[native], radius))}});
  for (std::size_t n = 0; n < kCompareNorms.size(); ++n) {
    bool converted = false;
    const auto radii = radii_in(line, n, converted);
    json["medians"][std::string(kCompareNorms[n])] = {{"radius", figure(median_of(radii))}, {"converted", converted}};
  }
  return json;
}

}  // namespace

std::string to_json(const Comparison& comparison) {
  const auto lines = lines_of(comparison);
  Json json = {{"schema", "standfast/compare/1"},
               {"data", comparison.data},
               {"sensitive_class", comparison.sensitive},
               {"other_class", comparison.other},
               {"sensitive_rows", lines.empty() ? 0 : lines.front().job->sensitive_rows},
               {"other_rows", lines.empty() ? 0 : lines.front().job->other_rows},
               {"processor", comparison.processor},
               {"notes", comparison.notes},
               {"methods", Json::array()}};
  for (const auto& line : lines) json["methods"].push_back(method_json(comparison, line));
  return json.dump(1, ' ', false, Json::error_handler_t::replace) + "\n";
}

}  // namespace standfast::lab
