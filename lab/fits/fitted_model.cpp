// Builds the graphs node by node and rounds every weight to a grid of few binary places, so that exact_score.cpp can
// sum them exactly. The maximum of planes is (C39) of docs/certificates.md. Takes for granted that the planes are those
// of the inputs, not of whitened ones.
#include "lab/fits/fitted_model.hpp"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <utility>

#include "model/graph_builder.hpp"

namespace standfast::lab {
namespace {

// wide enough that the rounding is far below the margins, short enough that sums of bytes stay in 62 bits
constexpr int kWeightPlaces = 40;
// of a network: its first layer is long, and is summed in integers of 64 bits where 31 more stand for a float32 input
constexpr int kInputPlaces = 20;
// and multiplies it by two more: the product of all layers has to fit 126 bits
constexpr int kHiddenPlaces = 16;

model::Node linear(std::string name, std::int32_t input, std::size_t outputs, std::span<const double> weights,
                   int places) {
  const auto rows = static_cast<std::int64_t>(outputs);
  return model::linear_node(std::move(name), input,
                            {{rows, static_cast<std::int64_t>(weights.size()) / rows}, to_grid(weights, places)});
}

/// Planes [begin, begin + count) as the first layer of a network.
model::Node input_planes(std::string name, const Planes& planes, std::size_t begin, std::size_t count) {
  const std::size_t dim = planes.weights.size() / planes.count();
  const auto weights = std::span(planes.weights).subspan(begin * dim, count * dim);
  model::Node node = linear(std::move(name), model::kGraphInput, count, weights, kInputPlaces);
  node.bias = {{static_cast<std::int64_t>(count)},
               to_grid(std::span(planes.offsets).subspan(begin, count), kWeightPlaces)};
  return node;
}

}  // namespace

std::vector<float> to_grid(std::span<const double> values, int places) {
  double largest = 0;
  for (const double value : values) largest = std::max(largest, std::abs(value));
  const int exponent = largest > 0 ? std::ilogb(largest) + 1 - places : 0;
  std::vector<float> rounded;
  rounded.reserve(values.size());
  for (const double value : values)
    rounded.push_back(static_cast<float>(std::ldexp(std::nearbyint(std::ldexp(value, -exponent)), exponent)));
  return rounded;
}

model::Model blank_model(const Dataset& data, const std::string& sensitive, const std::string& other) {
  model::Model model;
  model.input_shape = data.input_shape;
  model.feature_names = data.feature_names;
  model.feature_units = data.feature_units;
  model.graph.input_shape = data.input_shape;
  model.sensitive_class = sensitive;
  model.other_class = other;
  if (data.is_image) model.domain = model::Domain{{0.0}, {1.0}};
  return model;
}

model::Model max_affine_model(const Dataset& data, const Planes& planes, const std::string& sensitive,
                              const std::string& other) {
  const auto pieces = static_cast<std::int64_t>(planes.count());
  model::Model model = blank_model(data, sensitive, other);
  model::Node affine = linear("pieces", model::kGraphInput, planes.count(), planes.weights, kWeightPlaces);
  affine.bias = {{pieces}, to_grid(planes.offsets, kWeightPlaces)};
  const model::Node largest = model::node_of(model::NodeKind::kMax, "score", {0});
  model.graph.nodes = {affine, largest};
  return model;
}

model::Model icnn_model(const Dataset& data, const Icnn& icnn, const std::string& sensitive, const std::string& other) {
  model::Model model = blank_model(data, sensitive, other);
  model.graph.nodes = {
      input_planes("s1", icnn.affine, 0, icnn.first),
      model::node_of(model::NodeKind::kRelu, "z1", {0}),
      input_planes("s2", icnn.affine, icnn.first, icnn.second),
      linear("w2", 1, icnn.second, icnn.hidden, kHiddenPlaces),
      model::node_of(model::NodeKind::kAdd, "p2", {2, 3}),
      model::node_of(model::NodeKind::kRelu, "z2", {4}),
      input_planes("s3", icnn.affine, icnn.first + icnn.second, 1),
      linear("w3", 5, 1, icnn.last, kHiddenPlaces),
      model::node_of(model::NodeKind::kAdd, "score", {6, 7}),
  };
  return model;
}

model::Model cone_model(const Dataset& data, const Planes& affine, const std::string& sensitive,
                        const std::string& other) {
  model::Model model = blank_model(data, sensitive, other);
  const std::size_t units = affine.count() - 1;
  model.graph.nodes = {
      input_planes("s1", affine, 0, units),
      model::node_of(model::NodeKind::kRelu, "z1", {0}),
      input_planes("s2", affine, units, 1),
      linear("sum", 1, 1, std::vector<double>(units, 1.0), 1),
      model::node_of(model::NodeKind::kAdd, "score", {2, 3}),
  };
  return model;
}

namespace {

/// The graph with the planes added to the sums of its head's units.
model::Graph with_units(const model::Graph& graph, const Head& head, const Planes& units) {
  model::GraphBuilder changed(graph.input_shape);
  std::vector<std::int32_t> moved;
  moved.reserve(graph.nodes.size());
  for (std::size_t index = 0; index < graph.nodes.size(); ++index) {
    model::Node node = graph.nodes[index];
    for (std::int32_t& input : node.inputs)
      if (input != model::kGraphInput) input = moved[static_cast<std::size_t>(input)];
    if (static_cast<std::int32_t>(index) == head.relu) {
      const std::int32_t flat = changed.flatten("repair.flat", node.inputs[0]);
      const std::int32_t planes = changed.append(input_planes("repair.units", units, 0, units.count()));
      node.inputs[0] = changed.add("repair.sums", {flat, planes});
    }
    moved.push_back(changed.append(std::move(node)));
  }
  return std::move(changed).take();
}

}  // namespace

model::Model repaired_model(const model::Model& start, const std::optional<Head>& head, const Repair& repair) {
  model::GraphBuilder graph(head ? with_units(start.graph, *head, repair.units) : start.graph);
  std::vector<std::int32_t> terms = {graph.size() - 1};
  terms.push_back(graph.append(input_planes("repair.lowering", repair.lowering, 0, 1)));
  if (const std::size_t lifts = repair.lifts.count(); lifts > 0) {
    const std::int32_t planes = graph.append(input_planes("repair.lifts", repair.lifts, 0, lifts));
    const std::int32_t positive = graph.relu("repair.relu", planes);
    terms.push_back(graph.append(linear("repair.sum", positive, 1, std::vector<double>(lifts, 1.0), 1)));
  }
  graph.add("repair.score", std::move(terms));
  model::Model model = start;
  model.graph = std::move(graph).take();
  return model;
}

}  // namespace standfast::lab
