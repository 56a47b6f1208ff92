// Small steps of building a network and its graph, shared by all of them.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "model/fold.hpp"
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

/// Numbers that one output of a convolution with this weight reads.
inline std::int64_t fan_in(const Shape& weight) { return weight[1] * weight[2] * weight[3]; }

inline std::vector<double> wide(const std::vector<float>& values) { return {values.begin(), values.end()}; }

}  // namespace standfast
