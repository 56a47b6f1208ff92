// From the last node of the head backward: what it reads is needed. Kept nodes keep their order, so that the list stays
// topological.
#include "model/heads.hpp"

#include <cstdint>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "model/graph_builder.hpp"

namespace standfast::model {
namespace {

/// Whether the node `last`, or a node that it needs, reads each node.
std::vector<bool> needed_for(const Graph& graph, std::int32_t last) {
  std::vector<bool> needed(graph.nodes.size(), false);
  if (last != kGraphInput) needed[static_cast<std::size_t>(last)] = true;
  for (std::size_t k = graph.nodes.size(); k-- > 0;) {
    if (!needed[k]) continue;
    for (const std::int32_t source : graph.nodes[k].inputs) {
      if (source != kGraphInput) needed[static_cast<std::size_t>(source)] = true;
    }
  }
  return needed;
}

/// The nodes up to `last` that it needs.
Graph graph_up_to(const Graph& graph, std::int32_t last) {
  Graph result{graph.input_shape, {}};
  const std::vector<bool> needed = needed_for(graph, last);
  std::vector<std::int32_t> place(graph.nodes.size(), kGraphInput);
  for (std::size_t k = 0; k < graph.nodes.size(); ++k) {
    if (!needed[k]) continue;
    place[k] = static_cast<std::int32_t>(result.nodes.size());
    Node node = graph.nodes[k];
    for (std::int32_t& source : node.inputs) {
      if (source != kGraphInput) source = place[static_cast<std::size_t>(source)];
    }
    result.nodes.push_back(std::move(node));
  }
  return result;
}

/// What a proof needs; names and where the model comes from stay with the whole.
Model without_graph(const Model& model) {
  return {.input_shape = model.input_shape,
          .feature_names = {},
          .feature_units = {},
          .tokenizer = {},
          .feature_map = model.feature_map,
          .graph = {},
          .threshold = model.threshold,
          .sensitive_class = model.sensitive_class,
          .other_class = model.other_class,
          .domain = model.domain,
          .provenance = {}};
}

std::size_t values_of(const Model& model, const std::vector<Shape>& node_shapes, std::int32_t head) {
  std::size_t count = model.dim() + element_count(model.graph.input_shape);
  for (const MapStep& step : model.feature_map) count += step.values.values.size() + step.bias.values.size();
  const std::vector<bool> needed = needed_for(model.graph, head);
  for (std::size_t k = 0; k < needed.size(); ++k) {
    const Node& node = model.graph.nodes[k];
    if (needed[k]) count += element_count(node_shapes[k]) + node.weight.values.size() + node.bias.values.size();
  }
  return count;
}

}  // namespace

Status check_heads(const Model& model, const std::vector<Shape>& node_shapes) {
  const std::size_t heads = head_count(model);
  if (heads == 1) return {};
  const std::string place = node_place(model.graph, model.graph.nodes.size() - 1);
  if (heads > kMostHeads) {
    return Error{ErrorCode::kUnsupported,
                 fmt::format("{}: has {} heads, expected at most {}", place, heads, kMostHeads)};
  }
  std::size_t count = 0;
  for (const std::int32_t head : model.graph.nodes.back().inputs) {
    count += values_of(model, node_shapes, head);
    if (count <= kMaxHeadValues) continue;
    return Error{ErrorCode::kUnsupported,
                 fmt::format("{}: its heads have more than {} values and weights, each with all that it shares", place,
                             kMaxHeadValues)};
  }
  return {};
}

std::size_t head_count(const Model& model) {
  const Node& last = model.graph.nodes.back();
  return last.kind == NodeKind::kMin ? last.inputs.size() : 1;
}

Model head_of(const Model& model, std::size_t head) {
  const Node& last = model.graph.nodes.back();
  if (last.kind != NodeKind::kMin) return model;
  Model result = without_graph(model);
  result.graph = graph_up_to(model.graph, last.inputs[head]);
  // the head is the graph's input itself
  if (result.graph.nodes.empty()) result.graph.nodes = {node_of(NodeKind::kFlatten, last.name, {kGraphInput})};
  return result;
}

}  // namespace standfast::model
