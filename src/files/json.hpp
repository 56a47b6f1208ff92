// Strict JSON: documents from files, read field by field, every error a sentence with place, found and expected.
//
//   STANDFAST_TRY(const JsonDocument document, JsonDocument::parse(text, 3, "line 1"));
//   STANDFAST_TRY(const JsonObject line, document.root().object({"index"}, {"note"}));
//   STANDFAST_TRY(const std::uint64_t index, line.count("index"));   // or: line 1: "index": is not a whole number ...
//
// A document has no key twice in an object and nests to a limited depth. An object has the fields that it must have and
// no field that its reader does not know. Values are views: they live as long as their document.
#pragma once

#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "standfast/result.hpp"

namespace standfast::files {

struct JsonNode;  // a node of the parser's tree
class JsonArray;
class JsonObject;

using JsonKeys = std::initializer_list<std::string_view>;

/// One value and its place in a file, which opens each message.
class JsonValue {
 public:
  JsonValue(const JsonNode& node, std::string place) : node_(&node), place_(std::move(place)) {}

  [[nodiscard]] const std::string& place() const { return place_; }
  [[nodiscard]] const JsonNode& node() const { return *node_; }
  /// This value under another place, for messages that say more.
  [[nodiscard]] JsonValue at_place(std::string place) const { return {*node_, std::move(place)}; }
  /// "null", "boolean", "number", "string", "array" or "object".
  [[nodiscard]] const char* type_name() const;
  /// Its JSON text, fit for a message.
  [[nodiscard]] std::string excerpt() const;

  // Nothing for a value of another type.
  [[nodiscard]] bool is_null() const;
  [[nodiscard]] std::optional<bool> if_truth() const;
  [[nodiscard]] std::optional<double> if_number() const;
  [[nodiscard]] std::optional<std::int64_t> if_integer() const;  ///< A whole number that fits; 2.0 is none.
  [[nodiscard]] std::optional<std::uint64_t> if_count() const;   ///< A whole number >= 0 that fits.
  [[nodiscard]] std::optional<std::string_view> if_text() const;
  [[nodiscard]] std::optional<JsonArray> if_array() const;

  // Fails: kBadFormat for a value of another type, naming the place.
  [[nodiscard]] Result<bool> truth() const;
  [[nodiscard]] Result<double> number() const;
  /// JSON has no infinity: the strings "inf" and "-inf" stand for them. -0 becomes 0: one number, one text.
  [[nodiscard]] Result<double> number_or_infinity() const;
  [[nodiscard]] Result<std::int64_t> integer() const;
  [[nodiscard]] Result<std::uint64_t> count() const;
  [[nodiscard]] Result<std::string> text() const;
  [[nodiscard]] Result<JsonArray> array() const;
  [[nodiscard]] Result<std::vector<std::string>> texts() const;

  /// An object that has all `needed` fields, perhaps some of the `optional` ones, and no others.
  [[nodiscard]] Result<JsonObject> object(JsonKeys needed, JsonKeys optional = {}) const;
  /// An object whose keys the reader does not know beforehand.
  [[nodiscard]] Result<JsonObject> object_of_any_keys() const;

 private:
  const JsonNode* node_;
  std::string place_;
};

/// A list; its elements have the list's place.
class JsonArray {
 public:
  explicit JsonArray(JsonValue value) : value_(std::move(value)) {}

  [[nodiscard]] std::size_t size() const;
  [[nodiscard]] const std::string& place() const { return value_.place(); }
  /// Requires: index < size().
  [[nodiscard]] JsonValue operator[](std::size_t index) const;
  /// Each number; nothing if an element is none. Cost: no place is made per element.
  [[nodiscard]] std::optional<std::vector<double>> if_numbers() const;

 private:
  JsonValue value_;
};

class JsonObject {
 public:
  explicit JsonObject(JsonValue value) : value_(std::move(value)) {}

  [[nodiscard]] const std::string& place() const { return value_.place(); }
  /// `place: "key"`.
  [[nodiscard]] std::string place_of(std::string_view key) const;
  [[nodiscard]] std::vector<std::string> keys() const;
  [[nodiscard]] bool has(std::string_view key) const;

  [[nodiscard]] std::optional<JsonValue> find(std::string_view key) const;
  /// Fails: kBadFormat for a field that is not there.
  [[nodiscard]] Result<JsonValue> at(std::string_view key) const;

  // Fails: kBadFormat for a field that is not there or has another type.
  [[nodiscard]] Result<bool> truth(std::string_view key) const;
  [[nodiscard]] Result<double> number(std::string_view key) const;
  [[nodiscard]] Result<double> number_or_infinity(std::string_view key) const;
  [[nodiscard]] Result<std::int64_t> integer(std::string_view key) const;
  [[nodiscard]] Result<std::uint64_t> count(std::string_view key) const;
  [[nodiscard]] Result<std::string> text(std::string_view key) const;
  [[nodiscard]] Result<JsonArray> array(std::string_view key) const;
  [[nodiscard]] Result<std::vector<std::string>> texts(std::string_view key) const;

 private:
  JsonValue value_;
};

class JsonDocument {
 public:
  /// One well-formed JSON value with no key twice in an object, nested at most `max_depth` deep.
  /// Fails: kBadFormat, with the byte at which it went wrong, before a document is built.
  static Result<JsonDocument> parse(std::string_view text, std::size_t max_depth, std::string place);

  [[nodiscard]] JsonValue root() const { return {*root_, place_}; }

 private:
  JsonDocument(std::shared_ptr<const JsonNode> root, std::string place)
      : root_(std::move(root)), place_(std::move(place)) {}

  std::shared_ptr<const JsonNode> root_;
  std::string place_;
};

}  // namespace standfast::files
