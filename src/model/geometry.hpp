// How the nodes of a graph and the steps of a feature map join the elements of their input to those of their output.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "model/feature_map.hpp"
#include "model/graph.hpp"
#include "model/tensor.hpp"

namespace standfast::model {

/// Linear maps and convolutions: nodes and steps that sum products.
[[nodiscard]] inline bool has_weights(const Node& node) {
  return node.kind == NodeKind::kLinear || node.kind == NodeKind::kConv2d;
}
[[nodiscard]] inline bool has_weights(const MapStep& step) {
  return step.kind == MapKind::kLinear || step.kind == MapKind::kConv2d;
}

/// The geometry of an affine operation: a matrix, or a zero-padded convolution.
struct Affine {
  const Tensor* weight = nullptr;
  bool is_conv = false;
  Shape in;   ///< The shape of the input, (channels, height, width) for a convolution.
  Shape out;  ///< The shape of the output, likewise.
  std::int64_t stride = 1, padding = 0, dilation = 1;
};

/// The geometry of a step of a feature map. Requires: it is a linear map or a convolution of these shapes.
Affine affine_of(const MapStep& step, const Shape& in, const Shape& out);
/// The geometry of a node. Shape: node_shapes is (nodes), as infer_shapes gives it. Requires: it is an affine node.
Affine affine_of(const Graph& graph, const std::vector<Shape>& node_shapes, std::size_t node);

/// The shape of what a node reads from `source`, an earlier node or kGraphInput.
const Shape& source_shape(const Graph& graph, const std::vector<Shape>& node_shapes, std::int32_t source);

/// The most terms that one element of W x is summed from.
std::size_t terms_of_product(const Affine& op);
/// The most terms that one element of W^T dual is summed from.
std::size_t terms_of_transposed(const Affine& op);

/// The bias of an output: one value per output, one per channel, or 0 if there is none.
double bias_of(const Tensor& bias, std::size_t output, std::size_t outputs);

/// The elements that an output of a maximum may pick: rows x columns of them from `first` on, in rows of `width`.
struct Window {
  std::int64_t first, rows, columns, width;
  [[nodiscard]] bool holds(std::int64_t at) const;
};
/// Requires: node is a kMax or a kMaxPool with these shapes.
Window window_of(const Node& node, const Shape& in, const Shape& out, std::size_t output);

}  // namespace standfast::model
