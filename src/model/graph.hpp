// The network g as plain data: nodes in topological order, the last one is the score.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "model/tensor.hpp"
#include "standfast/result.hpp"

namespace standfast::model {

enum class NodeKind {
  kLinear,   ///< y = W x + b; the input is read as a flat vector. weight (out, in), bias (out) or absent.
  kConv2d,   ///< weight (out, in, kh, kw), bias (out), the folded border map (out, oh, ow), or absent. Zero padding.
  kAdd,      ///< Sum of two or more inputs of one shape.
  kRelu,     ///< max(x, 0).
  kMaxPool,  ///< The largest of each window, channel by channel: `kernel` wide, `stride` apart, without padding.
  kFlatten,  ///< (c, h, w) -> (c*h*w).
  kMax,      ///< The largest element of its one input -> (1): the head of a max-affine classifier.
  kMin,      ///< The smallest of two or more inputs of one element each: the heads of a classifier. The last node only.
};

/// "linear", "conv2d", "add", "relu", "maxpool", "flatten", "max", "min": the names in the model file.
std::string_view node_kind_name(NodeKind kind);
Result<NodeKind> parse_node_kind(std::string_view name);

/// Names the network's input u = phi(x) in Node::inputs.
inline constexpr std::int32_t kGraphInput = -1;
/// Its name in the model file; no node may be called so.
inline constexpr std::string_view kGraphInputName = "input";

struct Node {
  NodeKind kind = NodeKind::kLinear;
  std::string name;
  std::vector<std::int32_t> inputs;  ///< Earlier nodes by index, or kGraphInput.
  Tensor weight;
  Tensor bias;
  std::int64_t stride = 1;    ///< Used by kConv2d and kMaxPool.
  std::int64_t padding = 0;   ///< Used by kConv2d.
  std::int64_t dilation = 1;  ///< Used by kConv2d.
  std::int64_t kernel = 0;    ///< Used by kMaxPool: the side of its windows.

  friend bool operator==(const Node&, const Node&) = default;
};

struct Graph {
  Shape input_shape;        ///< The shape of u = phi(x).
  std::vector<Node> nodes;  ///< In topological order; the last one is the score.

  friend bool operator==(const Graph&, const Graph&) = default;
};

/// `node 3 "z2" (linear)`: how messages name a node.
std::string node_place(const Graph& graph, std::size_t index);

/// Fails: kBadFormat for an input that is neither kGraphInput nor an earlier node.
Status check_node_inputs(const Graph& graph, std::size_t index);

/// The output shape of every node.
///
/// Fails: kBadShape, naming the node, what was found and what was expected; kBadFormat for an input that is not an
/// earlier node (a cycle cannot be written down otherwise); kUnsupported for more than kMaxComputedElements in all. The
/// last node must have one element. The values of weights are not looked at.
Result<std::vector<Shape>> infer_shapes(const Graph& graph);

/// No weight and no bias is infinite or a NaN. Fails: kBadValue, naming the node.
Status check_finite(const Graph& graph);

/// Structural proof that g is convex in u, or a minimum of such functions: affine nodes may have any weights; whatever
/// reads a node that is convex but not affine has weights >= 0; only the last node may be a minimum.
///
/// Fails: kNotConvex, naming the node and the offending weight.
Status check_input_convex(const Graph& graph);

}  // namespace standfast::model
