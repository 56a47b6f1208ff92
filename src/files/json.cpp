// The parser is nlohmann's. A first pass over the text only looks, since a key that is there twice would make two
// readers see two documents; the second one builds the tree.
#include "files/json.hpp"

#include <algorithm>
#include <cassert>
#include <limits>
#include <set>
#include <utility>

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <nlohmann/json.hpp>

#include "base/try.hpp"
#include "files/message.hpp"

namespace standfast::files {

using nlohmann::json;

namespace {

// A JsonNode is never built: it is a json under a name that headers may know.
const json& json_of(const JsonNode& node) { return reinterpret_cast<const json&>(node); }
const JsonNode& node_of(const json& value) { return reinterpret_cast<const JsonNode&>(value); }

class StrictReader final : public nlohmann::json_sax<json> {
 public:
  explicit StrictReader(std::size_t max_depth) : max_depth_(max_depth) {}

  bool null() override { return true; }
  bool boolean(bool) override { return true; }
  bool number_integer(number_integer_t) override { return true; }
  bool number_unsigned(number_unsigned_t) override { return true; }
  bool number_float(number_float_t, const string_t&) override { return true; }
  bool string(string_t&) override { return true; }
  bool binary(binary_t&) override { return true; }

  bool start_object(std::size_t) override { return enter_level(); }
  bool end_object() override { return leave_level(); }
  bool start_array(std::size_t) override { return enter_level(); }
  bool end_array() override { return leave_level(); }

  bool key(string_t& name) override {
    if (keys_.back().insert(name).second) return true;
    message_ = fmt::format("key {} is there twice, expected once", quote_for_message(name));
    return false;
  }

  bool parse_error(std::size_t position, const std::string&, const nlohmann::detail::exception&) override {
    message_ = fmt::format("byte {} is not what JSON allows there", position);
    return false;
  }

  [[nodiscard]] const std::string& message() const { return message_; }

 private:
  bool enter_level() {
    keys_.emplace_back();
    if (keys_.size() <= max_depth_) return true;
    message_ = fmt::format("nests deeper than {} levels", max_depth_);
    return false;
  }
  bool leave_level() {
    keys_.pop_back();
    return true;
  }

  std::size_t max_depth_;
  std::vector<std::set<std::string>> keys_;
  std::string message_;
};

/// What was asked for, or that it is not there.
template <class T>
Result<T> value_or(std::optional<T> found, const std::string& place, const char* complaint) {
  if (found) return std::move(*found);
  return bad_format(place, complaint);
}

}  // namespace

Result<JsonDocument> JsonDocument::parse(std::string_view text, std::size_t max_depth, std::string place) {
  // the parser would pass over it
  if (text.starts_with("\xEF\xBB\xBF")) return bad_format(place, "begins with a byte order mark, expected none");
  StrictReader reader(max_depth);
  if (!json::sax_parse(text, &reader)) return bad_format(place, reader.message());
  const auto root = std::make_shared<const json>(json::parse(text, nullptr, /*allow_exceptions=*/false));
  return JsonDocument(std::shared_ptr<const JsonNode>(root, &node_of(*root)), std::move(place));
}

const char* JsonValue::type_name() const { return json_of(*node_).type_name(); }

std::string JsonValue::excerpt() const { return quote_for_message(json_of(*node_).dump(-1, ' ', true)); }

bool JsonValue::is_null() const { return json_of(*node_).is_null(); }

std::optional<bool> JsonValue::if_truth() const {
  const json& value = json_of(*node_);
  return value.is_boolean() ? std::optional(value.get<bool>()) : std::nullopt;
}

std::optional<double> JsonValue::if_number() const {
  const json& value = json_of(*node_);
  return value.is_number() ? std::optional(value.get<double>()) : std::nullopt;
}

std::optional<std::int64_t> JsonValue::if_integer() const {
  const json& value = json_of(*node_);
  if (!value.is_number_integer()) return std::nullopt;
  if (value.is_number_unsigned() && value.get<std::uint64_t>() > INT64_MAX) return std::nullopt;
  return value.get<std::int64_t>();
}

std::optional<std::uint64_t> JsonValue::if_count() const {
  const json& value = json_of(*node_);
  return value.is_number_unsigned() ? std::optional(value.get<std::uint64_t>()) : std::nullopt;
}

std::optional<std::string_view> JsonValue::if_text() const {
  const json& value = json_of(*node_);
  if (!value.is_string()) return std::nullopt;
  return std::string_view(value.get_ref<const std::string&>());
}

std::optional<JsonArray> JsonValue::if_array() const {
  return json_of(*node_).is_array() ? std::optional(JsonArray(*this)) : std::nullopt;
}

Result<bool> JsonValue::truth() const { return value_or(if_truth(), place_, "is not true or false, expected one"); }

Result<double> JsonValue::number() const { return value_or(if_number(), place_, "is not a number, expected one"); }

Result<double> JsonValue::number_or_infinity() const {
  if (if_text() == "inf") return std::numeric_limits<double>::infinity();
  if (if_text() == "-inf") return -std::numeric_limits<double>::infinity();
  if (const auto value = if_number()) return *value + 0.0;
  return bad_format(place_, fmt::format("is {}, expected a number, \"inf\" or \"-inf\"", excerpt()));
}

Result<std::int64_t> JsonValue::integer() const {
  if (const auto value = if_integer()) return *value;
  return bad_format(place_, fmt::format("holds {}, expected a whole number below 2^63", excerpt()));
}

Result<std::uint64_t> JsonValue::count() const {
  return value_or(if_count(), place_, "is not a whole number >= 0, expected one");
}

Result<std::string> JsonValue::text() const {
  const auto found = if_text();
  if (found) return std::string(*found);
  return bad_format(place_, "is not a string, expected one");
}

Result<JsonArray> JsonValue::array() const { return value_or(if_array(), place_, "is not an array, expected one"); }

Result<std::vector<std::string>> JsonValue::texts() const {
  STANDFAST_CHECK(array());
  std::vector<std::string> result;
  for (const json& element : json_of(*node_)) {
    if (!element.is_string()) return bad_format(place_, "holds something else than strings, expected strings");
    result.push_back(element.get<std::string>());
  }
  return result;
}

Result<JsonObject> JsonValue::object_of_any_keys() const {
  if (json_of(*node_).is_object()) return JsonObject(*this);
  return bad_format(place_, "is not an object, expected one");
}

Result<JsonObject> JsonValue::object(JsonKeys needed, JsonKeys optional) const {
  STANDFAST_TRY(JsonObject result, object_of_any_keys());
  std::vector<std::string_view> known(needed);
  known.insert(known.end(), optional.begin(), optional.end());
  for (const auto& [key, value] : json_of(*node_).items()) {
    if (std::ranges::find(known, key) != known.end()) continue;
    return bad_format(place_,
                      fmt::format("has the field {}, expected {}", quote_for_message(key), fmt::join(known, ", ")));
  }
  for (const std::string_view key : needed) STANDFAST_CHECK(result.at(key));
  return result;
}

std::size_t JsonArray::size() const { return json_of(value_.node()).size(); }

JsonValue JsonArray::operator[](std::size_t index) const {
  assert(index < size() && "the caller counts");
  return {node_of(json_of(value_.node())[index]), value_.place()};
}

std::optional<std::vector<double>> JsonArray::if_numbers() const {
  std::vector<double> numbers;
  for (const json& element : json_of(value_.node())) {
    if (!element.is_number()) return std::nullopt;
    numbers.push_back(element.get<double>());
  }
  return numbers;
}

std::string JsonObject::place_of(std::string_view key) const { return fmt::format("{}: \"{}\"", place(), key); }

std::vector<std::string> JsonObject::keys() const {
  std::vector<std::string> keys;
  for (const auto& [key, value] : json_of(value_.node()).items()) keys.push_back(key);
  return keys;
}

bool JsonObject::has(std::string_view key) const { return json_of(value_.node()).contains(key); }

std::optional<JsonValue> JsonObject::find(std::string_view key) const {
  const json& object = json_of(value_.node());
  const auto found = object.find(key);
  if (found == object.end()) return std::nullopt;
  return JsonValue(node_of(*found), place_of(key));
}

Result<JsonValue> JsonObject::at(std::string_view key) const {
  if (auto found = find(key)) return std::move(*found);
  return bad_format(place(), fmt::format("has no field \"{}\", expected one", key));
}

#define STANDFAST_TYPED_FIELD(Type, name)                     \
  Result<Type> JsonObject::name(std::string_view key) const { \
    STANDFAST_TRY(const JsonValue value, at(key));            \
    return value.name();                                      \
  }
STANDFAST_TYPED_FIELD(bool, truth)
STANDFAST_TYPED_FIELD(double, number)
STANDFAST_TYPED_FIELD(double, number_or_infinity)
STANDFAST_TYPED_FIELD(std::int64_t, integer)
STANDFAST_TYPED_FIELD(std::uint64_t, count)
STANDFAST_TYPED_FIELD(std::string, text)
STANDFAST_TYPED_FIELD(JsonArray, array)
STANDFAST_TYPED_FIELD(std::vector<std::string>, texts)
#undef STANDFAST_TYPED_FIELD

}  // namespace standfast::files
