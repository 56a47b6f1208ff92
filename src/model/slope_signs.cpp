// Backward through the graph and the map: a node's signs are those of the slope of f with respect to its elements, over
// all inputs at once. relu, max, min and maxpool pass on a share between 0 and 1 of a slope, an increasing map a
// positive multiple, a weight its own sign times. Nothing is added up, so nothing rounds.
#include "model/slope_signs.hpp"

#include <cstddef>
#include <cstdint>

#include "model/geometry.hpp"

namespace standfast::model {
namespace {

using Signs = std::vector<SlopeSigns>;

void add_signs(SlopeSigns& to, SlopeSigns from) {
  to.positive |= from.positive;
  to.negative |= from.negative;
}

SlopeSigns signs_of_all(const Signs& signs, std::size_t first, std::size_t count) {
  SlopeSigns all;
  for (std::size_t i = first; i < first + count; ++i) add_signs(all, signs[i]);
  return all;
}

/// W^T of the signs. A matrix is a convolution of images of one pixel.
void pull_through_weights(const Tensor& weight, const Signs& out, Signs& in) {
  const auto outputs = static_cast<std::size_t>(weight.shape[0]), inputs = static_cast<std::size_t>(weight.shape[1]);
  const std::size_t of_output = weight.values.size() / outputs, kernel = of_output / inputs;
  const std::size_t out_size = out.size() / outputs, in_size = in.size() / inputs;
  std::vector<unsigned char> positive(of_output), negative(of_output);
  for (std::size_t o = 0; o < outputs; ++o) {
    const SlopeSigns signs = signs_of_all(out, o * out_size, out_size);
    const auto rises = static_cast<unsigned char>(signs.positive), falls = static_cast<unsigned char>(signs.negative);
    const float* const row = weight.values.data() + o * of_output;
    // without branches: a model of text has millions of weights, and a filter loads it for each message
    for (std::size_t j = 0; j < of_output; ++j) {
      const auto plus = static_cast<unsigned char>(row[j] > 0), minus = static_cast<unsigned char>(row[j] < 0);
      positive[j] |= static_cast<unsigned char>((plus & rises) | (minus & falls));
      negative[j] |= static_cast<unsigned char>((plus & falls) | (minus & rises));
    }
  }
  for (std::size_t i = 0; i < in.size(); ++i) {
    for (std::size_t j = i / in_size * kernel; j < (i / in_size + 1) * kernel; ++j)
      add_signs(in[i], {positive[j] != 0, negative[j] != 0});
  }
}

/// What a node passes on to one of its inputs.
void pull_through_node(const Node& node, const Shape& in_shape, const Signs& out, Signs& in) {
  switch (node.kind) {
    case NodeKind::kLinear:
    case NodeKind::kConv2d:
      return pull_through_weights(node.weight, out, in);
    case NodeKind::kMaxPool: {
      const auto channels = static_cast<std::size_t>(in_shape[0]);
      const std::size_t in_size = in.size() / channels, out_size = out.size() / channels;
      for (std::size_t i = 0; i < in.size(); ++i) add_signs(in[i], signs_of_all(out, i / in_size * out_size, out_size));
      return;
    }
    case NodeKind::kMax:
      for (SlopeSigns& signs : in) add_signs(signs, out.front());
      return;
    case NodeKind::kMin:
    case NodeKind::kAdd:
    case NodeKind::kRelu:
    case NodeKind::kFlatten:
      for (std::size_t i = 0; i < in.size(); ++i) add_signs(in[i], out[i]);
      return;
  }
}

Signs signs_of_features(const Graph& graph) {
  const std::vector<Shape> shapes = *infer_shapes(graph);
  std::vector<Signs> signs;
  signs.reserve(shapes.size());
  for (const Shape& shape : shapes) signs.emplace_back(element_count(shape));
  Signs input(element_count(graph.input_shape));
  signs.back().front().positive = true;
  for (std::size_t n = graph.nodes.size(); n-- > 0;) {
    for (const std::int32_t source : graph.nodes[n].inputs) {
      Signs& in = source == kGraphInput ? input : signs[static_cast<std::size_t>(source)];
      pull_through_node(graph.nodes[n], source_shape(graph, shapes, source), signs[n], in);
    }
  }
  return input;
}

/// Neither falls if an element rises.
Signs pulled_through_moves(const MapStep& step, const Signs& out, const Shape& shape) {
  Signs in(out.size());
  if (step.kind == MapKind::kPixelUnshuffle) {
    run_unshuffle(shape, step.stride, [&](std::size_t from, std::size_t to) { in[from] = out[to]; });
    return in;
  }
  const std::size_t size = out.size() / static_cast<std::size_t>(shape[0]);
  for (std::size_t i = 0; i < out.size(); ++i) {
    const SlopeSigns& partner = out[i / size % 2 == 0 ? i + size : i - size];
    in[i] = {out[i].positive || partner.positive, out[i].negative || partner.negative};
  }
  return in;
}

Signs pulled_through_step(const MapStep& step, const Signs& out, const Shape& shape) {
  const std::size_t inputs = element_count(shape);
  Signs in(inputs);
  switch (step.kind) {
    case MapKind::kCenter:
    case MapKind::kScale:
    case MapKind::kKnots:  // slopes > 0
      return out;
    case MapKind::kLinear:
    case MapKind::kConv2d:
      pull_through_weights(step.values, out, in);
      return in;
    case MapKind::kConvexPotential:  // nothing is known of I - W^T D W without looking at every product
      return Signs(inputs, {true, true});
    case MapKind::kMaxMin:
    case MapKind::kPixelUnshuffle:
      return pulled_through_moves(step, out, shape);
    case MapKind::kAbs:
      break;
  }
  // |u| falls on one side of 0 and rises on the other
  for (std::size_t i = 0; i < inputs; ++i) {
    in[i] = out[i];
    if (out[inputs + i] != SlopeSigns{}) in[i] = {true, true};
  }
  return in;
}

}  // namespace

std::vector<SlopeSigns> slope_signs(const Model& model) {
  Signs signs = signs_of_features(model.graph);
  const std::vector<Shape> shapes = *infer_map_shapes(model.feature_map, model.input_shape);
  for (std::size_t k = model.feature_map.size(); k-- > 0;) {
    signs = pulled_through_step(model.feature_map[k], signs, k == 0 ? model.input_shape : shapes[k - 1]);
  }
  return signs;
}

}  // namespace standfast::model
