// Each call fills in one Node and appends it; what it leaves out keeps the default of its kind.
#include "model/graph_builder.hpp"

namespace standfast::model {

Node node_of(NodeKind kind, std::string name, std::vector<std::int32_t> inputs) {
  Node node;
  node.kind = kind;
  node.name = std::move(name);
  node.inputs = std::move(inputs);
  return node;
}

Node linear_node(std::string name, std::int32_t input, Tensor weight, Tensor bias) {
  Node node = node_of(NodeKind::kLinear, std::move(name), {input});
  node.weight = std::move(weight);
  node.bias = std::move(bias);
  return node;
}

Node conv2d_node(std::string name, std::int32_t input, Tensor weight, Tensor bias, const ConvGeometry& geometry) {
  Node node = linear_node(std::move(name), input, std::move(weight), std::move(bias));
  node.kind = NodeKind::kConv2d;
  node.stride = geometry.stride;
  node.padding = geometry.padding;
  node.dilation = geometry.dilation;
  return node;
}

std::int32_t GraphBuilder::append(Node node) {
  graph_.nodes.push_back(std::move(node));
  return size() - 1;
}

std::int32_t GraphBuilder::linear(std::string name, std::int32_t input, Tensor weight, Tensor bias) {
  return append(linear_node(std::move(name), input, std::move(weight), std::move(bias)));
}

std::int32_t GraphBuilder::conv2d(std::string name, std::int32_t input, Tensor weight, Tensor bias,
                                  const ConvGeometry& geometry) {
  return append(conv2d_node(std::move(name), input, std::move(weight), std::move(bias), geometry));
}

std::int32_t GraphBuilder::relu(std::string name, std::int32_t input) {
  return append(node_of(NodeKind::kRelu, std::move(name), {input}));
}

std::int32_t GraphBuilder::add(std::string name, std::vector<std::int32_t> inputs) {
  return append(node_of(NodeKind::kAdd, std::move(name), std::move(inputs)));
}

std::int32_t GraphBuilder::flatten(std::string name, std::int32_t input) {
  return append(node_of(NodeKind::kFlatten, std::move(name), {input}));
}

std::int32_t GraphBuilder::max_pool(std::string name, std::int32_t input, std::int64_t kernel, std::int64_t stride) {
  Node node = node_of(NodeKind::kMaxPool, std::move(name), {input});
  node.kernel = kernel;
  node.stride = stride;
  return append(std::move(node));
}

std::int32_t GraphBuilder::max(std::string name, std::int32_t input) {
  return append(node_of(NodeKind::kMax, std::move(name), {input}));
}

std::int32_t GraphBuilder::min(std::string name, std::vector<std::int32_t> heads) {
  return append(node_of(NodeKind::kMin, std::move(name), std::move(heads)));
}

}  // namespace standfast::model
