// Reads the JSON document: every field is known, typed and used once, or the file is refused.
#include <algorithm>
#include <cmath>
#include <cstdint>
#include <initializer_list>
#include <limits>
#include <utility>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "base/try.hpp"
#include "format/model_document.hpp"
#include "format/strict_json.hpp"
#include "model/shape.hpp"

namespace standfast {
namespace {

using nlohmann::json;

constexpr std::size_t kDocumentDepth = 5;  // document, graph, nodes, node, its inputs

/// One JSON object with its place in the file; `at` fields must be there, others may.
class Fields {
 public:
  static Result<Fields> of(const json& object, std::string place, std::initializer_list<std::string_view> known) {
    if (!object.is_object()) return bad_format(place, "is not an object, expected one");
    for (const auto& [key, value] : object.items()) {
      if (std::ranges::find(known, key) == known.end()) {
        return bad_format(place,
                          fmt::format("has the field {}, expected {}", quote_for_message(key), fmt::join(known, ", ")));
      }
    }
    return Fields(object, std::move(place));
  }

  [[nodiscard]] const std::string& place() const { return place_; }
  [[nodiscard]] bool has(const char* key) const { return object_->contains(key); }
  [[nodiscard]] std::string place_of(const char* key) const { return fmt::format("{}: \"{}\"", place_, key); }

  Result<const json*> at(const char* key) const {
    if (!has(key)) return bad_format(place_, fmt::format("has no field \"{}\", expected one", key));
    return &(*object_)[key];
  }

  Result<std::string> text(const char* key) const {
    STANDFAST_TRY(const json* value, at(key));
    if (!value->is_string()) return bad_format(place_of(key), "is not a string, expected one");
    return value->get<std::string>();
  }

  Result<double> number(const char* key) const {
    STANDFAST_TRY(const json* value, at(key));
    if (!value->is_number()) return bad_format(place_of(key), "is not a number, expected one");
    return value->get<double>();
  }

  Result<const json*> array(const char* key) const {
    STANDFAST_TRY(const json* value, at(key));
    if (!value->is_array()) return bad_format(place_of(key), "is not an array, expected one");
    return value;
  }

  Result<std::int64_t> integer(const char* key) const {
    STANDFAST_TRY(const json* value, at(key));
    return as_integer(*value, place_of(key));
  }

  Result<std::vector<std::string>> texts(const char* key) const {
    STANDFAST_TRY(const json* values, array(key));
    std::vector<std::string> result;
    for (const json& value : *values) {
      if (!value.is_string()) return bad_format(place_of(key), "holds something else than strings, expected strings");
      result.push_back(value.get<std::string>());
    }
    return result;
  }

  Result<Shape> shape(const char* key) const {
    STANDFAST_TRY(const json* values, array(key));
    if (values->size() > kMaxRank) {
      return bad_format(place_of(key), fmt::format("has {} extents, expected at most {}", values->size(), kMaxRank));
    }
    Shape result;
    for (const json& value : *values) {
      STANDFAST_TRY(const std::int64_t extent, as_integer(value, place_of(key)));
      result.push_back(extent);
    }
    return result;
  }

 private:
  Fields(const json& object, std::string place) : object_(&object), place_(std::move(place)) {}

  static Result<std::int64_t> as_integer(const json& value, const std::string& place) {
    if (value.is_number_integer() && (!value.is_number_unsigned() || value.get<std::uint64_t>() <= INT64_MAX)) {
      return value.get<std::int64_t>();
    }
    return bad_format(place,
                      fmt::format("holds {}, expected a whole number below 2^63", quote_for_message(value.dump())));
  }

  const json* object_;
  std::string place_;
};

// A tensor leaves the map when it is used: twice is an error, and so is one that stays.
Result<Tensor> take_tensor(const Fields& fields, const char* key, TensorMap& tensors) {
  if (!fields.has(key)) return Tensor{};
  STANDFAST_TRY(const std::string name, fields.text(key));
  auto found = tensors.extract(name);
  if (found.empty()) {
    return bad_format(fields.place_of(key), fmt::format("names tensor {}, expected one in the file not used before",
                                                        quote_for_message(name)));
  }
  return std::move(found.mapped());
}

Result<MapStep> read_step(const json& value, std::string place, TensorMap& tensors) {
  STANDFAST_TRY(const Fields fields,
                Fields::of(value, std::move(place), {"kind", "values", "bias", "stride", "padding", "dilation"}));
  STANDFAST_TRY(const std::string name, fields.text("kind"));
  const Result<MapKind> kind = parse_map_kind(name);
  if (!kind.ok()) {
    return bad_format(fields.place_of("kind"),
                      fmt::format("is {}, expected a map kind of format 1", quote_for_message(name)));
  }
  MapStep step;
  step.kind = *kind;
  STANDFAST_TRY(step.values, take_tensor(fields, "values", tensors));
  STANDFAST_TRY(step.bias, take_tensor(fields, "bias", tensors));
  if (fields.has("stride")) {
    STANDFAST_TRY(step.stride, fields.integer("stride"));
  }
  if (fields.has("padding")) {
    STANDFAST_TRY(step.padding, fields.integer("padding"));
  }
  if (fields.has("dilation")) {
    STANDFAST_TRY(step.dilation, fields.integer("dilation"));
  }
  return step;
}

Result<NodeKind> read_kind(const Fields& fields) {
  STANDFAST_TRY(const std::string name, fields.text("kind"));
  Result<NodeKind> kind = parse_node_kind(name);
  if (kind.ok()) return kind;
  return bad_format(fields.place_of("kind"),
                    fmt::format("is {}, expected a node kind of format 1", quote_for_message(name)));
}

using NodeIndex = std::map<std::string, std::int32_t, std::less<>>;

Result<std::vector<std::int32_t>> read_inputs(const Fields& fields, const NodeIndex& earlier) {
  STANDFAST_TRY(const std::vector<std::string> names, fields.texts("inputs"));
  std::vector<std::int32_t> inputs;
  for (const std::string& name : names) {
    const auto found = earlier.find(name);
    if (found == earlier.end()) {
      return bad_format(fields.place_of("inputs"), fmt::format("names {}, expected \"{}\" or an earlier node",
                                                               quote_for_message(name), kGraphInputName));
    }
    inputs.push_back(found->second);
  }
  return inputs;
}

Result<Node> read_node(const json& value, std::string place, const NodeIndex& earlier, TensorMap& tensors) {
  STANDFAST_TRY(const Fields fields,
                Fields::of(value, std::move(place),
                           {"name", "kind", "inputs", "weight", "bias", "stride", "padding", "dilation", "kernel"}));
  Node node;
  STANDFAST_TRY(node.name, fields.text("name"));
  STANDFAST_TRY(node.kind, read_kind(fields));
  STANDFAST_TRY(node.inputs, read_inputs(fields, earlier));
  STANDFAST_TRY(node.weight, take_tensor(fields, "weight", tensors));
  STANDFAST_TRY(node.bias, take_tensor(fields, "bias", tensors));
  if (fields.has("stride")) {
    STANDFAST_TRY(node.stride, fields.integer("stride"));
  }
  if (fields.has("padding")) {
    STANDFAST_TRY(node.padding, fields.integer("padding"));
  }
  if (fields.has("dilation")) {
    STANDFAST_TRY(node.dilation, fields.integer("dilation"));
  }
  if (fields.has("kernel")) {
    STANDFAST_TRY(node.kernel, fields.integer("kernel"));
  }
  return node;
}

Result<Graph> read_graph(const json& value, const std::string& place, TensorMap& tensors) {
  STANDFAST_TRY(const Fields fields, Fields::of(value, place, {"input_shape", "nodes"}));
  Graph graph;
  STANDFAST_TRY(graph.input_shape, fields.shape("input_shape"));
  STANDFAST_TRY(const json* nodes, fields.array("nodes"));
  NodeIndex index = {{std::string(kGraphInputName), kGraphInput}};
  for (std::size_t i = 0; i < nodes->size(); ++i) {
    STANDFAST_TRY(Node node, read_node((*nodes)[i], fmt::format("{}: node {}", place, i), index, tensors));
    if (!index.emplace(node.name, static_cast<std::int32_t>(i)).second) {
      return bad_format(
          place, fmt::format("node {} is called {}, expected a name of its own", i, quote_for_message(node.name)));
    }
    graph.nodes.push_back(std::move(node));
  }
  return graph;
}

Result<std::vector<double>> read_bounds(const Fields& fields, const char* key, double when_null) {
  STANDFAST_TRY(const json* values, fields.array(key));
  std::vector<double> bounds;
  for (const json& value : *values) {
    if (!value.is_null() && !value.is_number()) {
      return bad_format(fields.place_of(key),
                        fmt::format("holds {}, expected numbers or null", quote_for_message(value.dump())));
    }
    bounds.push_back(value.is_null() ? when_null : value.get<double>());
  }
  return bounds;
}

Result<Domain> read_domain(const json& value, const std::string& place) {
  STANDFAST_TRY(const Fields fields, Fields::of(value, place, {"lower", "upper"}));
  Domain domain;
  STANDFAST_TRY(domain.lower, read_bounds(fields, "lower", -kInfinity));
  STANDFAST_TRY(domain.upper, read_bounds(fields, "upper", kInfinity));
  return domain;
}

Status read_features(const json& value, const std::string& place, Model& model) {
  STANDFAST_TRY(const Fields fields, Fields::of(value, place, {"names", "units"}));
  if (fields.has("names")) {
    STANDFAST_TRY(model.feature_names, fields.texts("names"));
  }
  if (fields.has("units")) {
    STANDFAST_TRY(model.feature_units, fields.texts("units"));
  }
  return {};
}

Status read_classes(const json& value, const std::string& place, Model& model) {
  STANDFAST_TRY(const Fields fields, Fields::of(value, place, {"sensitive", "other"}));
  STANDFAST_TRY(model.sensitive_class, fields.text("sensitive"));
  STANDFAST_TRY(model.other_class, fields.text("other"));
  return {};
}

Status read_provenance(const json& value, const std::string& place, Model& model) {
  if (!value.is_object()) return bad_format(place, "is not an object, expected one of strings");
  for (const auto& [key, text] : value.items()) {
    if (!text.is_string())
      return bad_format(place, fmt::format("{} is not a string, expected one", quote_for_message(key)));
    model.provenance[key] = text.get<std::string>();
  }
  return {};
}

Status read_feature_map(const Fields& fields, Model& model, TensorMap& tensors) {
  STANDFAST_TRY(const json* steps, fields.array("feature_map"));
  for (std::size_t i = 0; i < steps->size(); ++i) {
    STANDFAST_TRY(MapStep step,
                  read_step((*steps)[i], fmt::format("{}: feature map step {}", fields.place(), i), tensors));
    model.feature_map.push_back(std::move(step));
  }
  return {};
}

Status read_description(const Fields& fields, Model& model) {
  STANDFAST_TRY(model.input_shape, fields.shape("input_shape"));
  if (fields.has("features")) {
    STANDFAST_CHECK(read_features(**fields.at("features"), fields.place_of("features"), model));
  }
  STANDFAST_TRY(const double threshold, fields.number("threshold"));
  if (std::abs(threshold) > std::numeric_limits<float>::max()) {
    return bad_format(fields.place_of("threshold"),
                      fmt::format("is {}, expected a number that fits float32", threshold));
  }
  model.threshold = static_cast<float>(threshold);
  STANDFAST_TRY(const json* classes, fields.at("classes"));
  STANDFAST_CHECK(read_classes(*classes, fields.place_of("classes"), model));
  if (fields.has("domain")) {
    STANDFAST_TRY(model.domain, read_domain(**fields.at("domain"), fields.place_of("domain")));
  }
  if (fields.has("provenance")) {
    STANDFAST_CHECK(read_provenance(**fields.at("provenance"), fields.place_of("provenance"), model));
  }
  return {};
}

}  // namespace

Result<Model> read_document(std::string_view text, TensorMap tensors, const std::string& place) {
  STANDFAST_CHECK(check_strict_json(text, kDocumentDepth, place));
  const json document = json::parse(text, nullptr, false);
  STANDFAST_TRY(const Fields fields, Fields::of(document, place,
                                                {"input_shape", "features", "feature_map", "graph", "threshold",
                                                 "classes", "domain", "provenance"}));
  Model model;
  STANDFAST_CHECK(read_description(fields, model));
  STANDFAST_CHECK(read_feature_map(fields, model, tensors));
  STANDFAST_TRY(const json* graph, fields.at("graph"));
  STANDFAST_TRY(model.graph, read_graph(*graph, fields.place_of("graph"), tensors));
  if (tensors.empty()) return model;
  return bad_format(place, fmt::format("never uses tensor {}, expected every tensor once",
                                       quote_for_message(tensors.begin()->first)));
}

}  // namespace standfast
