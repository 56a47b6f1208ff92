// Small steps of building a graph, shared by the exports of both networks.
#pragma once

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "model/graph.hpp"

namespace standfast {

inline Node make_node(NodeKind kind, std::string name, std::vector<std::int32_t> inputs) {
  Node node;
  node.kind = kind;
  node.name = std::move(name);
  node.inputs = std::move(inputs);
  return node;
}

/// The index of the node in the graph.
inline std::int32_t append(Graph& graph, Node node) {
  graph.nodes.push_back(std::move(node));
  return static_cast<std::int32_t>(graph.nodes.size() - 1);
}

}  // namespace standfast
