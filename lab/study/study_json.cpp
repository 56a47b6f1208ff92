// The whole study for a program: medians and curves instead of single radii, which are in the recipes' own files.
#include <cmath>

#include <nlohmann/json.hpp>

#include "lab/study/curve.hpp"

namespace standfast::lab {
namespace {

using Json = nlohmann::ordered_json;

Json figure(double value) {
  if (std::isnan(value)) return nullptr;
  return std::isinf(value) ? Json("inf") : Json(value);
}

Json bound_json(const BoundMeasure& bound, double quoted_radius) {
  Json radii = Json::array();
  Json accuracy = Json::array();
  for (const double radius : study_grid(quoted_radius)) {
    radii.push_back(radius);
    accuracy.push_back(figure(share_reaching(bound.radii, radius)));
  }
  return {{"inputs", bound.radii.size()},
          {"median", figure(median_of(bound.radii))},
          {"milliseconds", figure(bound.milliseconds)},
          {"radii", std::move(radii)},
          {"accuracy", std::move(accuracy)}};
}

Json protocol_json(const ProtocolMeasure& measure, const StudyData& data) {
  Json json = {{"threshold", measure.threshold},
               {"accuracy_sensitive", measure.accuracy_sensitive},
               {"accuracy_other", measure.accuracy_other}};
  for (std::size_t b = 0; b < kBounds.size(); ++b)
    for (std::size_t n = 0; n < kStudyNorms.size(); ++n)
      json["bounds"][std::string(kBounds[b])][std::string(kStudyNorms[n])] =
          bound_json(measure.bounds[b][n], data.quoted_radius[n]);
  return json;
}

Json result_json(const RecipeResult& result, const StudyData& data) {
  Json json = {{"recipe", result.recipe},
               {"label", result.label},
               {"ours", result.ours},
               {"shortened", result.shortened},
               {"training_seconds", result.training_seconds},
               {"model_sha256", result.model_sha256},
               {"options", Json::parse(result.options, nullptr, /*allow_exceptions=*/false)}};
  if (json["options"].is_discarded()) json["options"] = nullptr;
  for (std::size_t p = 0; p < kProtocols.size(); ++p)
    json["protocols"][std::string(kProtocols[p])] = protocol_json(result.protocols[p], data);
  return json;
}

}  // namespace

std::string to_json(const Study& study) {
  Json json = {{"schema", "standfast/reproduce/1"}, {"notes", study.notes}, {"data", Json::object()}};
  for (const auto& data : study_data()) {
    const auto results = results_of(study, data.name);
    if (results.empty()) continue;
    Json& entry = json["data"][data.name];
    entry = {{"title", data.title},
             {"test_split", results.front()->test_split},
             {"sensitive_class", data.sensitive},
             {"classes", data.classes},
             {"sensitive_count", results.front()->sensitive_count},
             {"other_count", results.front()->other_count},
             {"note", data.note},
             {"models", Json::array()}};
    for (const auto* result : results) entry["models"].push_back(result_json(*result, data));
  }
  return json.dump(1, ' ', false, Json::error_handler_t::replace) + "\n";
}

}  // namespace standfast::lab
