#include "separate/fitted_model.hpp"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <utility>

namespace standfast::separate {
namespace {

// wide enough that the rounding is far below the margins, short enough that sums of bytes stay in 62 bits
constexpr int kWeightPlaces = 40;
// of a network: its first layer is long, and is summed in integers of 64 bits where 31 more stand for a float32 input
constexpr int kInputPlaces = 20;
// and multiplies it by two more: the product of all layers has to fit 126 bits
constexpr int kHiddenPlaces = 16;

Node linear(std::string name, std::int32_t input, std::size_t outputs, std::span<const double> weights, int places) {
  Node node;
  node.kind = NodeKind::kLinear;
  node.name = std::move(name);
  node.inputs = {input};
  const auto rows = static_cast<std::int64_t>(outputs);
  node.weight = {{rows, static_cast<std::int64_t>(weights.size()) / rows}, to_grid(weights, places)};
  return node;
}

Node combine(NodeKind kind, std::string name, std::vector<std::int32_t> inputs) {
  Node node;
  node.kind = kind;
  node.name = std::move(name);
  node.inputs = std::move(inputs);
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

Model blank_model(const Dataset& data, const std::string& sensitive, const std::string& other) {
  Model model;
  model.input_shape = data.input_shape;
  model.feature_names = data.feature_names;
  model.feature_units = data.feature_units;
  model.graph.input_shape = data.input_shape;
  model.sensitive_class = sensitive;
  model.other_class = other;
  if (data.is_image) model.domain = Domain{{0.0}, {1.0}};
  return model;
}

Model max_affine_model(const Dataset& data, const Planes& planes, const std::string& sensitive,
                       const std::string& other) {
  const auto pieces = static_cast<std::int64_t>(planes.count());
  Model model = blank_model(data, sensitive, other);
  Node affine = linear("pieces", kGraphInput, planes.count(), planes.weights, kWeightPlaces);
  affine.bias = {{pieces}, to_grid(planes.offsets, kWeightPlaces)};
  const Node largest = combine(NodeKind::kMax, "score", {0});
  model.graph.nodes = {affine, largest};
  return model;
}

Model icnn_model(const Dataset& data, const Icnn& icnn, const std::string& sensitive, const std::string& other) {
  Model model = blank_model(data, sensitive, other);
  const std::size_t dim = data.dim();
  const auto from_input = [&](std::string name, std::size_t begin, std::size_t count) {
    const auto weights = std::span(icnn.affine.weights).subspan(begin * dim, count * dim);
    Node node = linear(std::move(name), kGraphInput, count, weights, kInputPlaces);
    node.bias = {{static_cast<std::int64_t>(count)},
                 to_grid(std::span(icnn.affine.offsets).subspan(begin, count), kWeightPlaces)};
    return node;
  };
  model.graph.nodes = {
      from_input("s1", 0, icnn.first),
      combine(NodeKind::kRelu, "z1", {0}),
      from_input("s2", icnn.first, icnn.second),
      linear("w2", 1, icnn.second, icnn.hidden, kHiddenPlaces),
      combine(NodeKind::kAdd, "p2", {2, 3}),
      combine(NodeKind::kRelu, "z2", {4}),
      from_input("s3", icnn.first + icnn.second, 1),
      linear("w3", 5, 1, icnn.last, kHiddenPlaces),
      combine(NodeKind::kAdd, "score", {6, 7}),
  };
  return model;
}

Model cone_model(const Dataset& data, const Planes& affine, const std::string& sensitive, const std::string& other) {
  Model model = blank_model(data, sensitive, other);
  const std::size_t units = affine.count() - 1;
  const auto from_input = [&](std::string name, std::size_t begin, std::size_t count) {
    const auto weights = std::span(affine.weights).subspan(begin * data.dim(), count * data.dim());
    Node node = linear(std::move(name), kGraphInput, count, weights, kInputPlaces);
    node.bias = {{static_cast<std::int64_t>(count)},
                 to_grid(std::span(affine.offsets).subspan(begin, count), kWeightPlaces)};
    return node;
  };
  model.graph.nodes = {
      from_input("s1", 0, units),
      combine(NodeKind::kRelu, "z1", {0}),
      from_input("s2", units, 1),
      linear("sum", 1, 1, std::vector<double>(units, 1.0), 1),
      combine(NodeKind::kAdd, "score", {2, 3}),
  };
  return model;
}

}  // namespace standfast::separate
