// Shapes and strides as the model file states them; no arithmetic on weights.
#include "model/geometry.hpp"

#include "model/shape.hpp"

namespace standfast::model {

Affine affine_of(const MapStep& step, const Shape& in, const Shape& out) {
  return {&step.values, step.kind == MapKind::kConv2d, in, out, step.stride, step.padding, step.dilation};
}

Affine affine_of(const MapStep& step, const Shape& in) {
  const Shape& w = step.values.shape;
  const bool is_conv = w.size() == 4;
  const Shape out =
      is_conv ? conv2d_output_shape(in, w, {step.stride, step.padding, step.dilation}, {}).value() : Shape{w[0]};
  return {&step.values, is_conv, in, out, step.stride, step.padding, step.dilation};
}

Affine affine_of(const Graph& graph, const std::vector<Shape>& node_shapes, std::size_t k) {
  const Node& node = graph.nodes[k];
  const Shape& in = source_shape(graph, node_shapes, node.inputs[0]);
  return {&node.weight, node.kind == NodeKind::kConv2d, in, node_shapes[k], node.stride, node.padding, node.dilation};
}

const Shape& source_shape(const Graph& graph, const std::vector<Shape>& node_shapes, std::int32_t source) {
  return source == kGraphInput ? graph.input_shape : node_shapes[static_cast<std::size_t>(source)];
}

std::size_t terms_of_product(const Affine& op) {
  const Shape& w = op.weight->shape;
  return static_cast<std::size_t>(op.is_conv ? w[1] * w[2] * w[3] : w[1]);
}

std::size_t terms_of_transposed(const Affine& op) {
  const Shape& w = op.weight->shape;
  return static_cast<std::size_t>(op.is_conv ? w[0] * w[2] * w[3] : w[0]);
}

double bias_of(const Tensor& bias, std::size_t output, std::size_t outputs) {
  return bias.empty() ? 0.0 : bias.values[output / (outputs / bias.values.size())];
}

bool Window::holds(std::int64_t at) const {
  std::int64_t in_row = at - first;
  for (std::int64_t row = 0; row < rows; ++row, in_row -= width) {
    if (in_row >= 0 && in_row < columns) return true;
  }
  return false;
}

Window window_of(const Node& node, const Shape& in, const Shape& out, std::size_t output) {
  const auto all = static_cast<std::int64_t>(element_count(in));
  if (node.kind == NodeKind::kMax) return {0, 1, all, all};
  const auto position = static_cast<std::int64_t>(output);
  const std::int64_t channel = position / (out[1] * out[2]);
  const std::int64_t top = position / out[2] % out[1] * node.stride, left = position % out[2] * node.stride;
  return {(channel * in[1] + top) * in[2] + left, node.kernel, node.kernel, in[2]};
}

}  // namespace standfast::model
