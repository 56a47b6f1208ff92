// Writes the JSON document: fields in one fixed order, so that equal models give equal bytes.
#include <cmath>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "format/model_document.hpp"

namespace standfast::format {
namespace {

using Json = nlohmann::ordered_json;

// The shortest decimal that reads back as the same double; JSON has no infinity, so null is "no bound".
Json bounds_json(const std::vector<double>& bounds) {
  Json array = Json::array();
  for (const double bound : bounds) array.push_back(std::isfinite(bound) ? Json(bound) : Json(nullptr));
  return array;
}

void put_tensor(Json& object, const char* field, const std::string& name, const model::Tensor& tensor,
                TensorMap& tensors) {
  if (tensor.empty()) return;
  object[field] = name;
  tensors[name] = tensor;
}

Json step_json(const model::MapStep& step, std::size_t index, TensorMap& tensors) {
  Json object;
  object["kind"] = model::map_kind_name(step.kind);
  put_tensor(object, "values", fmt::format("map.{}.values", index), step.values, tensors);
  put_tensor(object, "bias", fmt::format("map.{}.bias", index), step.bias, tensors);
  put_tensor(object, "slopes", fmt::format("map.{}.slopes", index), step.slopes, tensors);
  const bool potential = step.kind == model::MapKind::kConvexPotential && step.values.shape.size() == 4;
  if (step.kind == model::MapKind::kConv2d || potential) {
    object["stride"] = step.stride;
    object["padding"] = step.padding;
    object["dilation"] = step.dilation;
  }
  if (step.kind == model::MapKind::kPixelUnshuffle) object["stride"] = step.stride;
  return object;
}

Json inputs_json(const model::Node& node, const model::Graph& graph) {
  Json names = Json::array();
  for (const auto input : node.inputs) {
    names.push_back(input == model::kGraphInput ? std::string(model::kGraphInputName)
                                                : graph.nodes[static_cast<std::size_t>(input)].name);
  }
  return names;
}

Json node_json(const model::Node& node, const model::Graph& graph, TensorMap& tensors) {
  Json object;
  object["name"] = node.name;
  object["kind"] = model::node_kind_name(node.kind);
  object["inputs"] = inputs_json(node, graph);
  put_tensor(object, "weight", "graph." + node.name + ".weight", node.weight, tensors);
  put_tensor(object, "bias", "graph." + node.name + ".bias", node.bias, tensors);
  if (node.kind == model::NodeKind::kMaxPool) object["kernel"] = node.kernel;
  if (node.kind == model::NodeKind::kMaxPool || node.kind == model::NodeKind::kConv2d) object["stride"] = node.stride;
  if (node.kind == model::NodeKind::kConv2d) {
    object["padding"] = node.padding;
    object["dilation"] = node.dilation;
  }
  return object;
}

Json graph_json(const model::Graph& graph, TensorMap& tensors) {
  Json object;
  object["input_shape"] = graph.input_shape;
  object["nodes"] = Json::array();
  for (const model::Node& node : graph.nodes) object["nodes"].push_back(node_json(node, graph, tensors));
  return object;
}

Json column_json(const Column& column) {
  Json object;
  object["name"] = column.name;
  object["kind"] = column_kind_name(column.kind);
  if (!column.values.empty()) object["values"] = column.values;
  if (column.filled) object["filled"] = static_cast<double>(*column.filled);
  if (column.marks_missing) object["marks_missing"] = true;
  return object;
}

}  // namespace

ModelDocument write_document(const model::Model& model) {
  TensorMap tensors;
  Json document;
  document["input_shape"] = model.input_shape;
  document["features"] = {{"names", model.feature_names}, {"units", model.feature_units}};
  if (!model.tokenizer.empty()) document["features"]["tokenizer"] = model.tokenizer;
  for (const Column& column : model.columns) document["features"]["columns"].push_back(column_json(column));
  document["feature_map"] = Json::array();
  for (std::size_t i = 0; i < model.feature_map.size(); ++i) {
    document["feature_map"].push_back(step_json(model.feature_map[i], i, tensors));
  }
  document["graph"] = graph_json(model.graph, tensors);
  document["threshold"] = static_cast<double>(model.threshold);
  document["classes"] = {{"sensitive", model.sensitive_class}, {"other", model.other_class}};
  if (model.domain) {
    document["domain"] = {{"lower", bounds_json(model.domain->lower)}, {"upper", bounds_json(model.domain->upper)}};
  }
  document["provenance"] = model.provenance;
  return {document.dump(), std::move(tensors)};
}

}  // namespace standfast::format
