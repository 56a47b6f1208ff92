// One finished recipe as JSON, written whole and read back as hostile text: a stopped run goes on from these files.
#include <cmath>
#include <limits>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "base/try.hpp"
#include "files/json.hpp"
#include "files/message.hpp"
#include "lab/study/study.hpp"

namespace standfast::lab {
namespace {

using Json = nlohmann::ordered_json;

constexpr const char* kSchema = "standfast/reproduce-recipe/1";
// far above what we write: hostile text must not exhaust the stack or the memory
constexpr std::size_t kMaxDepth = 16;
constexpr std::size_t kMaxRadii = 1'000'000;

Json number(double value) {
  if (std::isnan(value)) return nullptr;
  return std::isinf(value) ? Json("inf") : Json(value);
}

Json bounds_json(const ProtocolMeasure& measure) {
  Json bounds = Json::object();
  for (std::size_t b = 0; b < kBounds.size(); ++b)
    for (std::size_t n = 0; n < kStudyNorms.size(); ++n) {
      const auto& bound = measure.bounds[b][n];
      Json radii = Json::array();
      for (const double radius : bound.radii) radii.push_back(number(radius));
      bounds[std::string(kBounds[b])][std::string(kStudyNorms[n])] = {{"milliseconds", number(bound.milliseconds)},
                                                                      {"radii", std::move(radii)}};
    }
  return bounds;
}

/// A finite number in [lowest, highest].
Result<double> number_within(const files::JsonObject& object, std::string_view key, double lowest, double highest) {
  STANDFAST_TRY(const double value, object.number(key));
  if (value >= lowest && value <= highest) return value;
  return files::bad_format(object.place_of(key),
                           fmt::format("is {}, expected a finite number from {} to {}", value, lowest, highest));
}

/// Radii: numbers >= 0 or "inf".
Result<std::vector<double>> read_radii(const files::JsonObject& object) {
  STANDFAST_TRY(const files::JsonArray list, object.array("radii"));
  if (list.size() > kMaxRadii)
    return files::bad_format(list.place(), fmt::format("holds {} radii, expected at most {}", list.size(), kMaxRadii));
  std::vector<double> radii;
  for (std::size_t i = 0; i < list.size(); ++i) {
    STANDFAST_TRY(const double radius, list[i].number_or_infinity());
    if (!(radius >= 0)) return files::bad_format(list.place(), fmt::format("holds {}, expected radii >= 0", radius));
    radii.push_back(radius);
  }
  return radii;
}

Status read_bound(const files::JsonValue& value, BoundMeasure& bound) {
  STANDFAST_TRY(const files::JsonObject object, value.object({"milliseconds", "radii"}));
  STANDFAST_TRY(bound.radii, read_radii(object));
  bound.milliseconds = std::numeric_limits<double>::quiet_NaN();
  if (object.find("milliseconds")->is_null()) return {};
  STANDFAST_TRY(bound.milliseconds, number_within(object, "milliseconds", 0, 1e12));
  return {};
}

Status read_bounds(const files::JsonValue& value, ProtocolMeasure& measure) {
  STANDFAST_TRY(const files::JsonObject bounds, value.object_of_any_keys());
  for (std::size_t b = 0; b < kBounds.size(); ++b) {
    STANDFAST_TRY(const files::JsonValue of_bound, bounds.at(kBounds[b]));
    STANDFAST_TRY(const files::JsonObject norms, of_bound.object_of_any_keys());
    for (std::size_t n = 0; n < kStudyNorms.size(); ++n) {
      STANDFAST_TRY(const files::JsonValue of_norm, norms.at(kStudyNorms[n]));
      STANDFAST_CHECK(read_bound(of_norm, measure.bounds[b][n]));
    }
  }
  return {};
}

Status read_protocol(const files::JsonValue& value, ProtocolMeasure& measure) {
  constexpr double kLargest = std::numeric_limits<float>::max();
  STANDFAST_TRY(const files::JsonObject object,
                value.object({"threshold", "accuracy_sensitive", "accuracy_other", "bounds"}));
  STANDFAST_TRY(const double threshold, number_within(object, "threshold", -kLargest, kLargest));
  measure.threshold = static_cast<float>(threshold);
  STANDFAST_TRY(measure.accuracy_sensitive, number_within(object, "accuracy_sensitive", 0, 1));
  STANDFAST_TRY(measure.accuracy_other, number_within(object, "accuracy_other", 0, 1));
  return read_bounds(*object.find("bounds"), measure);
}

Status check_schema(const files::JsonValue& value) {
  STANDFAST_TRY(const files::JsonObject object, value.object_of_any_keys());
  STANDFAST_TRY(const std::string schema, object.text("schema"));
  if (schema == kSchema) return {};
  return files::bad_format(object.place_of("schema"),
                           fmt::format("is {}, expected {}", files::quote_for_message(schema), kSchema));
}

}  // namespace

std::string to_json(const RecipeResult& result) {
  Json json = {{"schema", kSchema},
               {"fingerprint", result.fingerprint},
               {"data", result.data},
               {"recipe", result.recipe},
               {"label", result.label},
               {"ours", result.ours},
               {"shortened", result.shortened},
               {"test_split", result.test_split},
               {"sensitive_count", result.sensitive_count},
               {"other_count", result.other_count},
               {"training_seconds", result.training_seconds},
               {"model_sha256", result.model_sha256},
               {"options", result.options},
               {"protocols", Json::object()}};
  for (std::size_t p = 0; p < kProtocols.size(); ++p) {
    const auto& measure = result.protocols[p];
    json["protocols"][std::string(kProtocols[p])] = {{"threshold", measure.threshold},
                                                     {"accuracy_sensitive", measure.accuracy_sensitive},
                                                     {"accuracy_other", measure.accuracy_other},
                                                     {"bounds", bounds_json(measure)}};
  }
  return json.dump(1, ' ', false, Json::error_handler_t::replace) + "\n";
}

Result<RecipeResult> recipe_result_from_json(std::string_view text, const std::string& place) {
  STANDFAST_TRY(const files::JsonDocument document, files::JsonDocument::parse(text, kMaxDepth, place));
  STANDFAST_CHECK(check_schema(document.root()));
  STANDFAST_TRY(const files::JsonObject object,
                document.root().object({"schema", "fingerprint", "data", "recipe", "label", "ours", "shortened",
                                        "test_split", "sensitive_count", "other_count", "training_seconds",
                                        "model_sha256", "options", "protocols"}));
  RecipeResult result;
  STANDFAST_TRY(result.fingerprint, object.text("fingerprint"));
  STANDFAST_TRY(result.data, object.text("data"));
  STANDFAST_TRY(result.recipe, object.text("recipe"));
  STANDFAST_TRY(result.label, object.text("label"));
  STANDFAST_TRY(result.ours, object.truth("ours"));
  STANDFAST_TRY(result.shortened, object.text("shortened"));
  STANDFAST_TRY(result.test_split, object.text("test_split"));
  STANDFAST_TRY(result.sensitive_count, object.count("sensitive_count"));
  STANDFAST_TRY(result.other_count, object.count("other_count"));
  STANDFAST_TRY(result.training_seconds, number_within(object, "training_seconds", 0, 1e12));
  STANDFAST_TRY(result.model_sha256, object.text("model_sha256"));
  STANDFAST_TRY(result.options, object.text("options"));
  STANDFAST_TRY(const files::JsonObject protocols, object.find("protocols")->object_of_any_keys());
  for (std::size_t p = 0; p < kProtocols.size(); ++p) {
    STANDFAST_TRY(const files::JsonValue protocol, protocols.at(kProtocols[p]));
    STANDFAST_CHECK(read_protocol(protocol, result.protocols[p]));
  }
  return result;
}

}  // namespace standfast::lab
