// Where the values of a network lie and in which order they are made: the part of a plan that knows no arithmetic.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "model/graph.hpp"

namespace standfast::infer {

/// Linear nodes that read the same value: one product forward, one transposed product backward. Their outputs lie one
/// after the other.
struct Stack {
  std::int32_t source;             ///< The value that they read, or kGraphInput.
  std::vector<std::size_t> nodes;  ///< The nodes, in the order of the graph.
  std::size_t rows = 0;            ///< The number of outputs of all nodes together.
};

struct Layout {
  std::vector<model::Shape> shapes;  ///< The output shape of each node.
  std::vector<std::int32_t> root;    ///< The value that a node's output is: its own, or for kFlatten the one it reads.
  std::vector<std::size_t> offset;   ///< The place of each node's own value among all of them, in units.
  std::size_t units = 0;             ///< The number of units of all values together.
  std::vector<Stack> stacks;
  std::vector<std::size_t> stack_of;  ///< The stack of each kLinear node; 0 for others.

  /// adds[node][j]: its dual is added to that of its j-th input; otherwise it is the first of that input's readers to
  /// send one (the last of the graph), and sets it. A stack's is that of its first node.
  std::vector<std::vector<bool>> adds;
  std::vector<std::size_t> unread;  ///< Nodes whose value nobody reads, but for the last: their dual is 0.

  [[nodiscard]] std::int32_t root_of(std::int32_t source) const {
    return source == model::kGraphInput ? model::kGraphInput : root[static_cast<std::size_t>(source)];
  }
  [[nodiscard]] std::size_t size(std::size_t node) const { return model::element_count(shapes[node]); }
};

/// Requires: infer_shapes(graph) succeeded.
Layout lay_out_values(const model::Graph& graph);

}  // namespace standfast::infer
