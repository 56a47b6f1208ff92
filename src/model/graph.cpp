// Node names, and the shapes of a graph that nobody has checked yet, node by node: arity, inputs, fields that the kind
// does not use, then the shape. Nothing is indexed or multiplied before it is known to fit.
#include "model/graph.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include <fmt/format.h>

#include "base/try.hpp"
#include "model/shape.hpp"

namespace standfast::model {
namespace {

constexpr std::array<std::pair<NodeKind, std::string_view>, 8> kNodeKinds = {{{NodeKind::kLinear, "linear"},
                                                                              {NodeKind::kConv2d, "conv2d"},
                                                                              {NodeKind::kAdd, "add"},
                                                                              {NodeKind::kRelu, "relu"},
                                                                              {NodeKind::kMaxPool, "maxpool"},
                                                                              {NodeKind::kFlatten, "flatten"},
                                                                              {NodeKind::kMax, "max"},
                                                                              {NodeKind::kMin, "min"}}};

using Inputs = std::vector<const Shape*>;

Status check_arity(const Node& node, const std::string& place) {
  const bool has_several = node.kind == NodeKind::kAdd || node.kind == NodeKind::kMin;
  if (has_several ? node.inputs.size() >= 2 : node.inputs.size() == 1) return {};
  return Error{ErrorCode::kBadShape, fmt::format("{}: has {} inputs, expected {}", place, node.inputs.size(),
                                                 has_several ? "at least 2" : "1")};
}

Status check_absent(bool absent, const char* what, const std::string& place) {
  if (absent) return {};
  return Error{ErrorCode::kBadValue, fmt::format("{}: has a {}, expected none", place, what)};
}

// A field that the kind does not read would be lost in the file, or lie about the network.
Status check_unused_fields(const Node& node, const std::string& place) {
  const bool weighted = node.kind == NodeKind::kLinear || node.kind == NodeKind::kConv2d;
  const bool conv = node.kind == NodeKind::kConv2d;
  const bool pool = node.kind == NodeKind::kMaxPool;
  STANDFAST_CHECK(check_absent(weighted || (node.weight.empty() && node.weight.shape.empty()), "weight", place));
  STANDFAST_CHECK(check_absent(weighted || (node.bias.empty() && node.bias.shape.empty()), "bias", place));
  STANDFAST_CHECK(check_absent(conv || pool || node.stride == 1, "stride", place));
  STANDFAST_CHECK(check_absent(conv || node.padding == 0, "padding", place));
  STANDFAST_CHECK(check_absent(conv || node.dilation == 1, "dilation", place));
  return check_absent(pool || node.kernel == 0, "kernel", place);
}

Status check_bias(const Tensor& bias, const Shape& output, const std::string& place) {
  if (bias.empty() && bias.shape.empty()) return {};
  STANDFAST_CHECK(check_size(bias, place + " bias"));
  if (bias.shape == Shape{output[0]} || bias.shape == output) return {};
  return Error{ErrorCode::kBadShape,
               fmt::format("{}: bias is {}, expected {}{}", place, shape_text(bias.shape), shape_text({output[0]}),
                           output.size() == 1 ? "" : " or " + shape_text(output))};
}

Result<Shape> linear_shape(const Node& node, const Shape& input, const std::string& place) {
  const auto fan_in = static_cast<std::int64_t>(element_count(input));
  STANDFAST_CHECK(check_size(node.weight, place + " weight"));
  if (node.weight.shape.size() != 2 || node.weight.shape[1] != fan_in) {
    return Error{ErrorCode::kBadShape,
                 fmt::format("{}: weight is {}, expected (out, {})", place, shape_text(node.weight.shape), fan_in)};
  }
  Shape output = {node.weight.shape[0]};
  STANDFAST_CHECK(check_bias(node.bias, output, place));
  return output;
}

Result<Shape> conv2d_shape(const Node& node, const Shape& input, const std::string& place) {
  STANDFAST_CHECK(check_size(node.weight, place + " weight"));
  STANDFAST_TRY(Shape output,
                conv2d_output_shape(input, node.weight.shape, {node.stride, node.padding, node.dilation}, place));
  STANDFAST_CHECK(check_bias(node.bias, output, place));
  return output;
}

Result<Shape> add_shape(const Inputs& inputs, const std::string& place) {
  for (const Shape* input : inputs) {
    if (*input != *inputs[0]) {
      return Error{ErrorCode::kBadShape, fmt::format("{}: input is {}, expected {} as the first input", place,
                                                     shape_text(*input), shape_text(*inputs[0]))};
    }
  }
  return *inputs[0];
}

Result<Shape> min_shape(const Inputs& heads, const std::string& place) {
  for (const Shape* head : heads) {
    if (element_count(*head) == 1) continue;
    return Error{ErrorCode::kBadShape,
                 fmt::format("{}: input is {}, expected one element, the score of a head", place, shape_text(*head))};
  }
  return Shape{1};
}

Result<Shape> max_pool_shape(const Node& node, const Shape& input, const std::string& place) {
  if (input.size() != 3) {
    return Error{ErrorCode::kBadShape,
                 fmt::format("{}: input is {}, expected (channels, height, width)", place, shape_text(input))};
  }
  if (node.kernel < 1 || node.kernel > std::min(input[1], input[2])) {
    return Error{ErrorCode::kBadShape,
                 fmt::format("{}: kernel is {}, expected 1 to {}", place, node.kernel, std::min(input[1], input[2]))};
  }
  if (node.stride < 1 || node.stride > kMaxElements) {
    return Error{ErrorCode::kBadValue, fmt::format("{}: stride is {}, expected 1 to 2^31", place, node.stride)};
  }
  return Shape{input[0], (input[1] - node.kernel) / node.stride + 1, (input[2] - node.kernel) / node.stride + 1};
}

Result<Shape> node_shape(const Node& node, const Inputs& inputs, const std::string& place) {
  switch (node.kind) {
    case NodeKind::kLinear:
      return linear_shape(node, *inputs[0], place);
    case NodeKind::kConv2d:
      return conv2d_shape(node, *inputs[0], place);
    case NodeKind::kAdd:
      return add_shape(inputs, place);
    case NodeKind::kRelu:
      return *inputs[0];
    case NodeKind::kMaxPool:
      return max_pool_shape(node, *inputs[0], place);
    case NodeKind::kFlatten:
      return Shape{static_cast<std::int64_t>(element_count(*inputs[0]))};
    case NodeKind::kMax:
      return Shape{1};
    case NodeKind::kMin:
      return min_shape(inputs, place);
  }
  return Error{ErrorCode::kBadFormat,
               fmt::format("{}: kind is {}, expected a known one", place, static_cast<int>(node.kind))};
}

Status check_one_output(const Graph& graph, const Shape& last) {
  if (element_count(last) == 1) return {};
  return Error{ErrorCode::kBadShape, fmt::format("{}: output is {}, expected one element, the score",
                                                 node_place(graph, graph.nodes.size() - 1), shape_text(last))};
}

}  // namespace

std::string_view node_kind_name(NodeKind kind) {
  const auto* const found = std::ranges::find(kNodeKinds, kind, &std::pair<NodeKind, std::string_view>::first);
  return found == kNodeKinds.end() ? "unknown" : found->second;
}

Result<NodeKind> parse_node_kind(std::string_view name) {
  const auto* const found = std::ranges::find(kNodeKinds, name, &std::pair<NodeKind, std::string_view>::second);
  if (found != kNodeKinds.end()) return found->first;
  return Error{
      ErrorCode::kBadFormat,
      fmt::format("node kind is \"{}\", expected linear, conv2d, add, relu, maxpool, flatten, max or min", name)};
}

std::string node_place(const Graph& graph, std::size_t index) {
  const Node& node = graph.nodes[index];
  return fmt::format("node {} \"{}\" ({})", index, node.name, node_kind_name(node.kind));
}

Status check_node_inputs(const Graph& graph, std::size_t index) {
  for (const auto input : graph.nodes[index].inputs) {
    if (input >= kGraphInput && input < static_cast<std::int64_t>(index)) continue;
    return Error{ErrorCode::kBadFormat, fmt::format("{}: reads node {}, expected the graph's input or an earlier node",
                                                    node_place(graph, index), input)};
  }
  return {};
}

Status check_finite(const Graph& graph) {
  for (std::size_t i = 0; i < graph.nodes.size(); ++i) {
    STANDFAST_CHECK(check_finite(graph.nodes[i].weight, node_place(graph, i) + " weight"));
    STANDFAST_CHECK(check_finite(graph.nodes[i].bias, node_place(graph, i) + " bias"));
  }
  return {};
}

Result<std::vector<Shape>> infer_shapes(const Graph& graph) {
  STANDFAST_CHECK(checked_element_count(graph.input_shape, "graph input"));
  if (graph.nodes.empty()) return Error{ErrorCode::kBadShape, "graph: has no nodes, expected at least one"};
  std::vector<Shape> shapes;
  ComputedElements computed;
  STANDFAST_CHECK(computed.add(graph.input_shape, "graph input"));
  for (std::size_t i = 0; i < graph.nodes.size(); ++i) {
    const Node& node = graph.nodes[i];
    const std::string place = node_place(graph, i);
    STANDFAST_CHECK(check_arity(node, place));
    STANDFAST_CHECK(check_node_inputs(graph, i));
    STANDFAST_CHECK(check_unused_fields(node, place));
    Inputs inputs;
    for (const auto input : node.inputs) {
      inputs.push_back(input == kGraphInput ? &graph.input_shape : &shapes[static_cast<std::size_t>(input)]);
    }
    STANDFAST_TRY(Shape shape, node_shape(node, inputs, place));
    STANDFAST_CHECK(computed.add(shape, place));
    shapes.push_back(std::move(shape));
  }
  STANDFAST_CHECK(check_one_output(graph, shapes.back()));
  return shapes;
}

}  // namespace standfast::model
