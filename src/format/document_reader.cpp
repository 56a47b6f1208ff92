// Reads the JSON document: every field is known, typed and used once, or the file is refused.
#include <cmath>
#include <cstdint>
#include <limits>
#include <utility>

#include <fmt/format.h>

#include "base/try.hpp"
#include "columns/columns.hpp"
#include "files/json.hpp"
#include "files/message.hpp"
#include "format/model_document.hpp"
#include "model/shape.hpp"

namespace standfast::format {
namespace {

constexpr std::size_t kDocumentDepth = 5;  // document, graph, nodes, node, its inputs

Result<model::Shape> read_shape(const files::JsonObject& fields, std::string_view key) {
  STANDFAST_TRY(const files::JsonArray extents, fields.array(key));
  if (extents.size() > model::kMaxRank) {
    return files::bad_format(extents.place(),
                             fmt::format("has {} extents, expected at most {}", extents.size(), model::kMaxRank));
  }
  model::Shape shape;
  for (std::size_t i = 0; i < extents.size(); ++i) {
    STANDFAST_TRY(const std::int64_t extent, extents[i].integer());
    shape.push_back(extent);
  }
  return shape;
}

/// A field that may be absent: `value` stays as it is then.
Status read_integer_if_there(const files::JsonObject& fields, std::string_view key, std::int64_t& value) {
  if (!fields.has(key)) return {};
  STANDFAST_TRY(value, fields.integer(key));
  return {};
}

// A tensor leaves the map when it is used: twice is an error, and so is one that stays.
Result<model::Tensor> take_tensor(const files::JsonObject& fields, const char* key, TensorMap& tensors) {
  if (!fields.has(key)) return model::Tensor{};
  STANDFAST_TRY(const std::string name, fields.text(key));
  auto found = tensors.extract(name);
  if (found.empty()) {
    return files::bad_format(
        fields.place_of(key),
        fmt::format("names tensor {}, expected one in the file not used before", files::quote_for_message(name)));
  }
  return std::move(found.mapped());
}

Result<model::MapStep> read_step(const files::JsonValue& value, TensorMap& tensors) {
  STANDFAST_TRY(const files::JsonObject fields,
                value.object({"kind"}, {"values", "bias", "slopes", "stride", "padding", "dilation"}));
  STANDFAST_TRY(const std::string name, fields.text("kind"));
  const Result<model::MapKind> kind = model::parse_map_kind(name);
  if (!kind.ok()) {
    return files::bad_format(fields.place_of("kind"),
                             fmt::format("is {}, expected a map kind of format 1", files::quote_for_message(name)));
  }
  model::MapStep step;
  step.kind = *kind;
  STANDFAST_TRY(step.values, take_tensor(fields, "values", tensors));
  STANDFAST_TRY(step.bias, take_tensor(fields, "bias", tensors));
  STANDFAST_TRY(step.slopes, take_tensor(fields, "slopes", tensors));
  STANDFAST_CHECK(read_integer_if_there(fields, "stride", step.stride));
  STANDFAST_CHECK(read_integer_if_there(fields, "padding", step.padding));
  STANDFAST_CHECK(read_integer_if_there(fields, "dilation", step.dilation));
  return step;
}

Result<model::NodeKind> read_kind(const files::JsonObject& fields) {
  STANDFAST_TRY(const std::string name, fields.text("kind"));
  Result<model::NodeKind> kind = model::parse_node_kind(name);
  if (kind.ok()) return kind;
  return files::bad_format(fields.place_of("kind"),
                           fmt::format("is {}, expected a node kind of format 1", files::quote_for_message(name)));
}

using NodeIndex = std::map<std::string, std::int32_t, std::less<>>;

Result<std::vector<std::int32_t>> read_inputs(const files::JsonObject& fields, const NodeIndex& earlier) {
  STANDFAST_TRY(const std::vector<std::string> names, fields.texts("inputs"));
  std::vector<std::int32_t> inputs;
  for (const std::string& name : names) {
    const auto found = earlier.find(name);
    if (found == earlier.end()) {
      return files::bad_format(fields.place_of("inputs"),
                               fmt::format("names {}, expected \"{}\" or an earlier node",
                                           files::quote_for_message(name), model::kGraphInputName));
    }
    inputs.push_back(found->second);
  }
  return inputs;
}

Result<model::Node> read_node(const files::JsonValue& value, const NodeIndex& earlier, TensorMap& tensors) {
  STANDFAST_TRY(
      const files::JsonObject fields,
      value.object({"name", "kind", "inputs"}, {"weight", "bias", "stride", "padding", "dilation", "kernel"}));
  model::Node node;
  STANDFAST_TRY(node.name, fields.text("name"));
  STANDFAST_TRY(node.kind, read_kind(fields));
  STANDFAST_TRY(node.inputs, read_inputs(fields, earlier));
  STANDFAST_TRY(node.weight, take_tensor(fields, "weight", tensors));
  STANDFAST_TRY(node.bias, take_tensor(fields, "bias", tensors));
  STANDFAST_CHECK(read_integer_if_there(fields, "stride", node.stride));
  STANDFAST_CHECK(read_integer_if_there(fields, "padding", node.padding));
  STANDFAST_CHECK(read_integer_if_there(fields, "dilation", node.dilation));
  STANDFAST_CHECK(read_integer_if_there(fields, "kernel", node.kernel));
  return node;
}

Result<model::Graph> read_graph(const files::JsonValue& value, TensorMap& tensors) {
  STANDFAST_TRY(const files::JsonObject fields, value.object({"input_shape", "nodes"}));
  const std::string& place = fields.place();
  model::Graph graph;
  STANDFAST_TRY(graph.input_shape, read_shape(fields, "input_shape"));
  STANDFAST_TRY(const files::JsonArray nodes, fields.array("nodes"));
  NodeIndex index = {{std::string(model::kGraphInputName), model::kGraphInput}};
  for (std::size_t i = 0; i < nodes.size(); ++i) {
    STANDFAST_TRY(model::Node node, read_node(nodes[i].at_place(fmt::format("{}: node {}", place, i)), index, tensors));
    if (!index.emplace(node.name, static_cast<std::int32_t>(i)).second) {
      return files::bad_format(place, fmt::format("node {} is called {}, expected a name of its own", i,
                                                  files::quote_for_message(node.name)));
    }
    graph.nodes.push_back(std::move(node));
  }
  return graph;
}

Result<std::vector<double>> read_bounds(const files::JsonObject& fields, std::string_view key, double when_null) {
  std::vector<double> bounds;
  STANDFAST_TRY(const files::JsonArray values, fields.array(key));
  for (std::size_t i = 0; i < values.size(); ++i) {
    const files::JsonValue value = values[i];
    const auto number = value.if_number();
    if (!value.is_null() && !number)
      return files::bad_format(values.place(), fmt::format("holds {}, expected numbers or null", value.excerpt()));
    bounds.push_back(number.value_or(when_null));
  }
  return bounds;
}

Result<model::Domain> read_domain(const files::JsonValue& value) {
  STANDFAST_TRY(const files::JsonObject fields, value.object({"lower", "upper"}));
  model::Domain domain;
  STANDFAST_TRY(domain.lower, read_bounds(fields, "lower", -kInfinity));
  STANDFAST_TRY(domain.upper, read_bounds(fields, "upper", kInfinity));
  return domain;
}

Result<Column> read_column(const files::JsonValue& value) {
  STANDFAST_TRY(const files::JsonObject fields, value.object({"name", "kind"}, {"values", "filled", "marks_missing"}));
  Column column;
  STANDFAST_TRY(column.name, fields.text("name"));
  STANDFAST_TRY(const std::string kind, fields.text("kind"));
  const auto known = columns::parse_column_kind(kind);
  if (!known)
    return files::bad_format(fields.place_of("kind"),
                             fmt::format("is {}, expected a column kind of format 1", files::quote_for_message(kind)));
  column.kind = *known;
  if (fields.has("values")) {
    STANDFAST_TRY(column.values, fields.texts("values"));
  }
  if (fields.has("filled")) {
    STANDFAST_TRY(const double filled, fields.number("filled"));
    if (std::abs(filled) > std::numeric_limits<float>::max())
      return files::bad_format(fields.place_of("filled"),
                               fmt::format("is {}, expected a number that fits float32", filled));
    column.filled = static_cast<float>(filled);
  }
  if (fields.has("marks_missing")) {
    STANDFAST_TRY(column.marks_missing, fields.truth("marks_missing"));
  }
  return column;
}

Status read_columns(const files::JsonObject& features, model::Model& model) {
  if (!features.has("columns")) return {};
  STANDFAST_TRY(const files::JsonArray columns, features.array("columns"));
  for (std::size_t i = 0; i < columns.size(); ++i) {
    const files::JsonValue value = columns[i].at_place(fmt::format("{}: column {}", features.place(), i));
    STANDFAST_TRY(Column column, read_column(value));
    model.columns.push_back(std::move(column));
  }
  return {};
}

Status read_features(const files::JsonValue& value, model::Model& model) {
  STANDFAST_TRY(const files::JsonObject fields, value.object({}, {"names", "units", "tokenizer", "columns"}));
  if (fields.has("names")) {
    STANDFAST_TRY(model.feature_names, fields.texts("names"));
  }
  if (fields.has("units")) {
    STANDFAST_TRY(model.feature_units, fields.texts("units"));
  }
  if (fields.has("tokenizer")) {
    STANDFAST_TRY(model.tokenizer, fields.text("tokenizer"));
  }
  return read_columns(fields, model);
}

Status read_classes(const files::JsonValue& value, model::Model& model) {
  STANDFAST_TRY(const files::JsonObject fields, value.object({"sensitive", "other"}));
  STANDFAST_TRY(model.sensitive_class, fields.text("sensitive"));
  STANDFAST_TRY(model.other_class, fields.text("other"));
  return {};
}

Status read_provenance(const files::JsonValue& value, model::Model& model) {
  STANDFAST_TRY(const files::JsonObject fields, value.object_of_any_keys());
  for (const std::string& key : fields.keys()) {
    const auto text = fields.find(key)->if_text();
    if (!text)
      return files::bad_format(fields.place(),
                               fmt::format("{} is not a string, expected one", files::quote_for_message(key)));
    model.provenance[key] = *text;
  }
  return {};
}

Status read_feature_map(const files::JsonObject& fields, model::Model& model, TensorMap& tensors) {
  STANDFAST_TRY(const files::JsonArray steps, fields.array("feature_map"));
  for (std::size_t i = 0; i < steps.size(); ++i) {
    const files::JsonValue value = steps[i].at_place(fmt::format("{}: feature map step {}", fields.place(), i));
    STANDFAST_TRY(model::MapStep step, read_step(value, tensors));
    model.feature_map.push_back(std::move(step));
  }
  return {};
}

Status read_description(const files::JsonObject& fields, model::Model& model) {
  STANDFAST_TRY(model.input_shape, read_shape(fields, "input_shape"));
  if (const auto features = fields.find("features")) STANDFAST_CHECK(read_features(*features, model));
  STANDFAST_TRY(const double threshold, fields.number("threshold"));
  if (std::abs(threshold) > std::numeric_limits<float>::max()) {
    return files::bad_format(fields.place_of("threshold"),
                             fmt::format("is {}, expected a number that fits float32", threshold));
  }
  model.threshold = static_cast<float>(threshold);
  STANDFAST_CHECK(read_classes(*fields.find("classes"), model));
  if (const auto domain = fields.find("domain")) {
    STANDFAST_TRY(model.domain, read_domain(*domain));
  }
  if (const auto provenance = fields.find("provenance")) STANDFAST_CHECK(read_provenance(*provenance, model));
  return {};
}

}  // namespace

Result<model::Model> read_document(std::string_view text, TensorMap tensors, const std::string& place) {
  STANDFAST_TRY(const files::JsonDocument document, files::JsonDocument::parse(text, kDocumentDepth, place));
  STANDFAST_TRY(const files::JsonObject fields,
                document.root().object({"input_shape", "feature_map", "graph", "threshold", "classes"},
                                       {"features", "domain", "provenance"}));
  model::Model model;
  STANDFAST_CHECK(read_description(fields, model));
  STANDFAST_CHECK(read_feature_map(fields, model, tensors));
  STANDFAST_TRY(model.graph, read_graph(*fields.find("graph"), tensors));
  if (tensors.empty()) return model;
  return files::bad_format(place, fmt::format("never uses tensor {}, expected every tensor once",
                                              files::quote_for_message(tensors.begin()->first)));
}

}  // namespace standfast::format
