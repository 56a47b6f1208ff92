// Graphs put together node by node.
//
//   GraphBuilder graph({4});
//   const auto hidden = graph.relu("hidden.relu", graph.linear("hidden", kGraphInput, {{3, 4}, weights}));
//   graph.linear("score", hidden, {{1, 3}, positive_weights});
//   model.graph = std::move(graph).take();
//
// Every call appends one node and returns its index, which later nodes name as their input. Nothing is checked here:
// validate(model) does that for the whole.
#pragma once

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "model/graph.hpp"
#include "model/shape.hpp"

namespace standfast::model {

/// A node that has no weights, or gets them later.
Node node_of(NodeKind kind, std::string name, std::vector<std::int32_t> inputs);
Node linear_node(std::string name, std::int32_t input, Tensor weight, Tensor bias = {});
Node conv2d_node(std::string name, std::int32_t input, Tensor weight, Tensor bias = {},
                 const ConvGeometry& geometry = {});

class GraphBuilder {
 public:
  explicit GraphBuilder(Shape input_shape) { graph_.input_shape = std::move(input_shape); }
  /// Goes on behind the nodes of a graph.
  explicit GraphBuilder(Graph start) : graph_(std::move(start)) {}

  std::int32_t append(Node node);
  std::int32_t linear(std::string name, std::int32_t input, Tensor weight, Tensor bias = {});
  std::int32_t conv2d(std::string name, std::int32_t input, Tensor weight, Tensor bias = {},
                      const ConvGeometry& geometry = {});
  std::int32_t relu(std::string name, std::int32_t input);
  std::int32_t add(std::string name, std::vector<std::int32_t> inputs);
  std::int32_t flatten(std::string name, std::int32_t input);
  std::int32_t max_pool(std::string name, std::int32_t input, std::int64_t kernel, std::int64_t stride);
  std::int32_t max(std::string name, std::int32_t input);
  std::int32_t min(std::string name, std::vector<std::int32_t> heads);

  /// The number of nodes, which is the index of the next one.
  [[nodiscard]] std::int32_t size() const { return static_cast<std::int32_t>(graph_.nodes.size()); }
  [[nodiscard]] const Graph& graph() const { return graph_; }
  Graph take() && { return std::move(graph_); }

 private:
  Graph graph_;
};

}  // namespace standfast::model
