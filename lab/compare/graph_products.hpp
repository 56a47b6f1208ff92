// A graph's affine nodes in float64, one row at a time: y = W x, W' y, and |W| x.
#pragma once

#include <span>
#include <vector>

#include "model/graph.hpp"

namespace standfast::lab {

/// The shapes of a graph's nodes and of what they read.
class GraphShapes {
 public:
  /// Requires: infer_shapes(graph) succeeds.
  explicit GraphShapes(const model::Graph& graph);

  [[nodiscard]] const model::Shape& of(std::int32_t node) const {
    return node == model::kGraphInput ? input_ : nodes_[static_cast<std::size_t>(node)];
  }
  [[nodiscard]] std::size_t size(std::int32_t node) const { return model::element_count(of(node)); }

 private:
  model::Shape input_;
  std::vector<model::Shape> nodes_;
};

/// out += W x, or |W| x. Shapes: x is that of the node's input, out that of the node.
void apply_weight(const model::Node& node, const GraphShapes& shapes, std::int32_t index, std::span<const double> x,
                  bool absolute, std::span<double> out);

/// out += W' y. Shapes: y is that of the node, out that of its input.
void apply_adjoint(const model::Node& node, const GraphShapes& shapes, std::int32_t index, std::span<const double> y,
                   std::span<double> out);

/// The bias of element i of the node's output: one per channel, or one per element; 0 without.
double bias_at(const model::Node& node, const model::Shape& shape, std::size_t i);

}  // namespace standfast::lab
