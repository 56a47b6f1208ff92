// One finished job as JSON, written whole and read back as hostile text: a stopped run goes on from these files.
#include <cmath>
#include <limits>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "base/try.hpp"
#include "files/json.hpp"
#include "files/message.hpp"
#include "lab/compare/compare.hpp"

namespace standfast::lab {
namespace {

using Json = nlohmann::ordered_json;

constexpr const char* kSchema = "standfast/compare-job/1";
// far above what we write: hostile text must not exhaust the stack or the memory
constexpr std::size_t kMaxDepth = 16;
constexpr std::size_t kMaxRadii = 1'000'000;
constexpr std::size_t kMaxMethods = 100;

Json number(double value) {
  if (std::isnan(value)) return nullptr;
  return std::isinf(value) ? Json("inf") : Json(value);
}

Json method_json(const MethodResult& method) {
  Json radii = Json::object();
  for (std::size_t n = 0; n < kCompareNorms.size(); ++n) {
    if (method.radii[n].empty()) continue;
    Json list = Json::array();
    for (const double radius : method.radii[n]) list.push_back(number(radius));
    radii[std::string(kCompareNorms[n])] = std::move(list);
  }
  return {{"method", method.method},
          {"label", method.label},
          {"ours", method.ours},
          {"norm", method.norm},
          {"threshold", method.threshold},
          {"accuracy_sensitive", method.accuracy_sensitive},
          {"accuracy_other", method.accuracy_other},
          {"abstained", method.abstained},
          {"milliseconds", number(method.milliseconds)},
          {"samples", method.samples},
          {"parameters", method.parameters},
          {"deterministic", method.deterministic},
          {"continuous", method.continuous},
          {"rounding", method.rounding},
          {"recipe", method.recipe},
          {"radii", std::move(radii)}};
}

Result<double> number_within(const files::JsonObject& object, std::string_view key, double lowest, double highest) {
  STANDFAST_TRY(const double value, object.number(key));
  if (value >= lowest && value <= highest) return value;
  return files::bad_format(object.place_of(key),
                           fmt::format("is {}, expected a finite number from {} to {}", value, lowest, highest));
}

Result<std::vector<double>> read_radii(const files::JsonArray& list) {
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

Status read_all_radii(const files::JsonValue& value, MethodResult& method) {
  STANDFAST_TRY(const files::JsonObject object, value.object({}, {"l1", "l2", "linf"}));
  for (std::size_t n = 0; n < kCompareNorms.size(); ++n) {
    if (!object.has(kCompareNorms[n])) continue;
    STANDFAST_TRY(const files::JsonArray list, object.array(kCompareNorms[n]));
    STANDFAST_TRY(method.radii[n], read_radii(list));
  }
  if (!method.radii[native_norm(method)].empty()) return {};
  return files::bad_format(object.place(), fmt::format("has no radii in {}, the native norm", method.norm));
}

Result<MethodResult> read_method(const files::JsonValue& value) {
  STANDFAST_TRY(const files::JsonObject object,
                value.object({"method", "label", "ours", "norm", "threshold", "accuracy_sensitive", "accuracy_other",
                              "abstained", "milliseconds", "samples", "parameters", "deterministic", "continuous",
                              "rounding", "recipe", "radii"}));
  MethodResult method;
  STANDFAST_TRY(method.method, object.text("method"));
  STANDFAST_TRY(method.label, object.text("label"));
  STANDFAST_TRY(method.ours, object.truth("ours"));
  STANDFAST_TRY(method.norm, object.text("norm"));
  if (native_norm(method) == kCompareNorms.size())
    return files::bad_format(object.place_of("norm"),
                             fmt::format("is {}, expected l1, l2 or linf", files::quote_for_message(method.norm)));
  constexpr double kLargest = std::numeric_limits<float>::max();
  STANDFAST_TRY(method.threshold, number_within(object, "threshold", -kLargest, kLargest));
  STANDFAST_TRY(method.accuracy_sensitive, number_within(object, "accuracy_sensitive", 0, 1));
  STANDFAST_TRY(method.accuracy_other, number_within(object, "accuracy_other", 0, 1));
  STANDFAST_TRY(method.abstained, number_within(object, "abstained", 0, 1));
  method.milliseconds = std::numeric_limits<double>::quiet_NaN();
  if (!object.find("milliseconds")->is_null()) {
    STANDFAST_TRY(method.milliseconds, number_within(object, "milliseconds", 0, 1e12));
  }
  STANDFAST_TRY(method.samples, object.count("samples"));
  STANDFAST_TRY(method.parameters, object.count("parameters"));
  STANDFAST_TRY(method.deterministic, object.truth("deterministic"));
  STANDFAST_TRY(method.continuous, object.truth("continuous"));
  STANDFAST_TRY(method.rounding, object.text("rounding"));
  STANDFAST_TRY(method.recipe, object.text("recipe"));
  STANDFAST_CHECK(read_all_radii(*object.find("radii"), method));
  return method;
}

Status check_schema(const files::JsonValue& value) {
  STANDFAST_TRY(const files::JsonObject object, value.object_of_any_keys());
  STANDFAST_TRY(const std::string schema, object.text("schema"));
  if (schema == kSchema) return {};
  return files::bad_format(object.place_of("schema"),
                           fmt::format("is {}, expected {}", files::quote_for_message(schema), kSchema));
}

}  // namespace

std::string to_json(const JobResult& result) {
  Json json = {{"schema", kSchema},
               {"fingerprint", result.fingerprint},
               {"job", result.job},
               {"sensitive_rows", result.sensitive_rows},
               {"other_rows", result.other_rows},
               {"dim", result.dim},
               {"training_seconds", result.training_seconds},
               {"smoothing_milliseconds", number(result.smoothing_milliseconds)},
               {"methods", Json::array()}};
  for (const auto& method : result.methods) json["methods"].push_back(method_json(method));
  return json.dump(1, ' ', false, Json::error_handler_t::replace) + "\n";
}

Result<JobResult> job_result_from_json(std::string_view text, const std::string& place) {
  STANDFAST_TRY(const files::JsonDocument document, files::JsonDocument::parse(text, kMaxDepth, place));
  STANDFAST_CHECK(check_schema(document.root()));
  STANDFAST_TRY(const files::JsonObject object,
                document.root().object({"schema", "fingerprint", "job", "sensitive_rows", "other_rows", "dim",
                                        "training_seconds", "smoothing_milliseconds", "methods"}));
  JobResult result;
  STANDFAST_TRY(result.fingerprint, object.text("fingerprint"));
  STANDFAST_TRY(result.job, object.text("job"));
  STANDFAST_TRY(result.sensitive_rows, object.count("sensitive_rows"));
  STANDFAST_TRY(result.other_rows, object.count("other_rows"));
  STANDFAST_TRY(result.dim, object.count("dim"));
  STANDFAST_TRY(result.training_seconds, number_within(object, "training_seconds", 0, 1e12));
  if (!object.find("smoothing_milliseconds")->is_null()) {
    STANDFAST_TRY(result.smoothing_milliseconds, number_within(object, "smoothing_milliseconds", 0, 1e12));
  }
  STANDFAST_TRY(const files::JsonArray methods, object.array("methods"));
  if (methods.size() == 0 || methods.size() > kMaxMethods)
    return files::bad_format(methods.place(),
                             fmt::format("holds {} methods, expected 1 to {}", methods.size(), kMaxMethods));
  for (std::size_t i = 0; i < methods.size(); ++i) {
    STANDFAST_TRY(MethodResult method, read_method(methods[i]));
    for (const auto& radii : method.radii)
      if (!radii.empty() && radii.size() != result.sensitive_rows)
        return files::bad_format(
            methods.place(), fmt::format("{} has {} radii, expected {}: one per row",
                                         files::quote_for_message(method.method), radii.size(), result.sensitive_rows));
    result.methods.push_back(std::move(method));
  }
  return result;
}

}  // namespace standfast::lab
