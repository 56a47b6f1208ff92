// One finished recipe as JSON, written whole and read back as hostile text: a stopped run goes on from these files.
#include <cmath>
#include <limits>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "base/try.hpp"
#include "format/strict_json.hpp"
#include "lab/study/study.hpp"

namespace standfast {
namespace {

using Json = nlohmann::ordered_json;

constexpr const char* kSchema = "standfast/reproduce-recipe/1";
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

/// Reads fields and remembers the first that is not what it must be.
class Reader {
 public:
  explicit Reader(std::string place) : place_(std::move(place)) {}

  const Json& field(const Json& parent, std::string_view key) {
    static const Json nothing;
    const auto found = parent.is_object() ? parent.find(key) : parent.end();
    if (parent.is_object() && found != parent.end()) return *found;
    fail(key, "missing");
    return nothing;
  }
  void read(const Json& parent, std::string_view key, std::string& value) {
    const Json& json = field(parent, key);
    if (json.is_string())
      value = json.get<std::string>();
    else
      fail(key, "not a string");
  }
  void read(const Json& parent, std::string_view key, bool& value) {
    const Json& json = field(parent, key);
    if (json.is_boolean())
      value = json.get<bool>();
    else
      fail(key, "not true or false");
  }
  void read(const Json& parent, std::string_view key, std::size_t& value) {
    const Json& json = field(parent, key);
    if (json.is_number_unsigned())
      value = json.get<std::size_t>();
    else
      fail(key, "not a count");
  }
  /// A finite number in [lowest, highest].
  void read(const Json& parent, std::string_view key, double lowest, double highest, double& value) {
    const Json& json = field(parent, key);
    value = json.is_number() ? json.get<double>() : std::numeric_limits<double>::quiet_NaN();
    if (!(value >= lowest && value <= highest) || !std::isfinite(value))
      fail(key, fmt::format("not a finite number from {} to {}", lowest, highest));
  }
  /// Radii: numbers >= 0 or "inf".
  void read(const Json& parent, std::string_view key, std::vector<double>& values) {
    const Json& json = field(parent, key);
    if (!json.is_array() || json.size() > kMaxRadii) return fail(key, "not a list of radii");
    for (const auto& item : json) {
      const bool infinite = item.is_string() && item.get_ref<const std::string&>() == "inf";
      const double value = infinite           ? std::numeric_limits<double>::infinity()
                           : item.is_number() ? item.get<double>()
                                              : -1;
      if (!(value >= 0)) return fail(key, "not a list of radii >= 0");
      values.push_back(value);
    }
  }
  void fail(std::string_view key, std::string_view what) {
    if (status_.ok())
      status_ = Error{ErrorCode::kBadFormat,
                      fmt::format("{}: \"{}\" is {}, expected a result of {}", place_, key, what, kSchema)};
  }
  [[nodiscard]] const Status& status() const { return status_; }

 private:
  std::string place_;
  Status status_;
};

void read_protocol(Reader& reader, const Json& json, ProtocolMeasure& measure) {
  constexpr double kLargest = std::numeric_limits<float>::max();
  double threshold = 0;
  reader.read(json, "threshold", -kLargest, kLargest, threshold);
  measure.threshold = static_cast<float>(threshold);
  reader.read(json, "accuracy_sensitive", 0, 1, measure.accuracy_sensitive);
  reader.read(json, "accuracy_other", 0, 1, measure.accuracy_other);
  const Json& bounds = reader.field(json, "bounds");
  for (std::size_t b = 0; b < kBounds.size(); ++b) {
    const Json& norms = reader.field(bounds, kBounds[b]);
    for (std::size_t n = 0; n < kStudyNorms.size(); ++n) {
      const Json& one = reader.field(norms, kStudyNorms[n]);
      auto& bound = measure.bounds[b][n];
      reader.read(one, "radii", bound.radii);
      bound.milliseconds = std::numeric_limits<double>::quiet_NaN();
      if (!reader.field(one, "milliseconds").is_null()) reader.read(one, "milliseconds", 0, 1e12, bound.milliseconds);
    }
  }
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
  STANDFAST_CHECK(check_strict_json(text, kMaxDepth, place));
  const Json json = Json::parse(text, nullptr, /*allow_exceptions=*/false);
  Reader reader(place);
  RecipeResult result;
  std::string schema;
  reader.read(json, "schema", schema);
  if (schema != kSchema) reader.fail("schema", "another one");
  reader.read(json, "fingerprint", result.fingerprint);
  reader.read(json, "data", result.data);
  reader.read(json, "recipe", result.recipe);
  reader.read(json, "label", result.label);
  reader.read(json, "ours", result.ours);
  reader.read(json, "shortened", result.shortened);
  reader.read(json, "test_split", result.test_split);
  reader.read(json, "sensitive_count", result.sensitive_count);
  reader.read(json, "other_count", result.other_count);
  reader.read(json, "training_seconds", 0, 1e12, result.training_seconds);
  reader.read(json, "model_sha256", result.model_sha256);
  reader.read(json, "options", result.options);
  const Json& protocols = reader.field(json, "protocols");
  for (std::size_t p = 0; p < kProtocols.size(); ++p)
    read_protocol(reader, reader.field(protocols, kProtocols[p]), result.protocols[p]);
  STANDFAST_CHECK(reader.status());
  return result;
}

}  // namespace standfast
