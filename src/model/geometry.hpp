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
/// That of W in W u + b or in u - W^T relu(W u + b). Requires: a linear map, a convolution or a convex potential.
Affine affine_of(const MapStep& step, const Shape& in);
/// The geometry of a node. Shape: node_shapes is (nodes), as infer_shapes gives it. Requires: it is an affine node.
Affine affine_of(const Graph& graph, const std::vector<Shape>& node_shapes, std::size_t node);

/// The shape of what a node reads from `source`, an earlier node or kGraphInput.
const Shape& source_shape(const Graph& graph, const std::vector<Shape>& node_shapes, std::int32_t source);

/// The most terms that one element of W x is summed from.
std::size_t terms_of_product(const Affine& op);
/// The most terms that one element of W^T dual is summed from.
std::size_t terms_of_transposed(const Affine& op);

/// visit(output, input, weight) for each term of W x. Those of one output, and those of one input, come in one order:
/// rows of a matrix, or channels, then rows and columns of a kernel.
template <class Visit>
void for_each_term(const Affine& op, const Visit& visit) {
  const auto index = [](std::int64_t at) { return static_cast<std::size_t>(at); };
  const Shape& w = op.weight->shape;
  const float* weight = op.weight->values.data();
  if (!op.is_conv) {
    for (std::size_t o = 0; o < index(w[0]); ++o) {
      for (std::size_t i = 0; i < index(w[1]); ++i) visit(o, i, static_cast<double>(*weight++));
    }
    return;
  }
  for (std::int64_t o = 0; o < w[0]; ++o) {
    for (std::int64_t c = 0; c < w[1]; ++c) {
      for (std::int64_t ky = 0; ky < w[2]; ++ky) {
        for (std::int64_t kx = 0; kx < w[3]; ++kx, ++weight) {
          for (std::int64_t y = 0; y < op.out[1]; ++y) {
            const std::int64_t row = y * op.stride + ky * op.dilation - op.padding;
            if (row < 0 || row >= op.in[1]) continue;
            for (std::int64_t x = 0; x < op.out[2]; ++x) {
              const std::int64_t column = x * op.stride + kx * op.dilation - op.padding;
              if (column < 0 || column >= op.in[2]) continue;
              const std::int64_t output = (o * op.out[1] + y) * op.out[2] + x;
              visit(index(output), index((c * op.in[1] + row) * op.in[2] + column), static_cast<double>(*weight));
            }
          }
        }
      }
    }
  }
}

/// move(from, to) for each element of an image and its place after a pixel_unshuffle.
template <class Move>
void run_unshuffle(const Shape& in, std::int64_t stride, const Move& move) {
  const std::int64_t height = in[1] / stride, width = in[2] / stride;
  std::size_t from = 0;
  for (std::int64_t c = 0; c < in[0]; ++c) {
    for (std::int64_t y = 0; y < in[1]; ++y) {
      for (std::int64_t x = 0; x < in[2]; ++x, ++from) {
        const std::int64_t channel = (c * stride + y % stride) * stride + x % stride;
        move(from, static_cast<std::size_t>((channel * height + y / stride) * width + x / stride));
      }
    }
  }
}

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
