// One transposed pass with |W| in the place of W. A ReLU and an abs change by no more than what they read, a maximum by
// no more than the changes of all that it reads, so nothing else has to be known. All numbers are >= 0: a sum's
// relative error is that of as many roundings, which the end charges at once. Source: (C48) in docs/certificates.md.
#include "model/steepness.hpp"

#include <algorithm>
#include <cmath>

#include "base/rounding.hpp"
#include "model/geometry.hpp"
#include "model/knots.hpp"

namespace standfast::model {
namespace {

/// Raised so far that no product with a weight, at least 2^-149, underflows.
void raise_tiny(std::vector<double>& dual) {
  for (double& value : dual) value = value > 0 ? std::max(value, kTinyFactor) : 0;
}

void add_to(std::vector<double>& sum, std::span<const double> terms) {
  for (std::size_t i = 0; i < sum.size(); ++i) sum[i] += terms[i];
}

void add_magnitudes(const Affine& op, const std::vector<double>& from, std::vector<double>& to) {
  for_each_term(
      op, [&](std::size_t output, std::size_t input, double weight) { to[input] += std::fabs(weight) * from[output]; });
}

void add_window(const Window& window, double value, std::vector<double>& to) {
  for (std::int64_t row = 0; row < window.rows; ++row) {
    for (std::int64_t column = 0; column < window.columns; ++column) {
      to[static_cast<std::size_t>(window.first + row * window.width + column)] += value;
    }
  }
}

/// What the outputs of node k hand to one of its inputs.
void pull_node(const Graph& graph, const std::vector<Shape>& shapes, std::size_t k, const std::vector<double>& from,
               const Shape& in, std::vector<double>& to) {
  const Node& node = graph.nodes[k];
  switch (node.kind) {
    case NodeKind::kLinear:
    case NodeKind::kConv2d:
      return add_magnitudes(affine_of(graph, shapes, k), from, to);
    case NodeKind::kMax:
    case NodeKind::kMaxPool:
      for (std::size_t i = 0; i < from.size(); ++i) add_window(window_of(node, in, shapes[k], i), from[i], to);
      return;
    case NodeKind::kAdd:
    case NodeKind::kRelu:
    case NodeKind::kFlatten:
    case NodeKind::kMin:
      return add_to(to, from);
  }
}

std::vector<double> pull_step(const MapStep& step, const Shape& in, const Shape& out, std::vector<double> dual) {
  std::vector<double> result(element_count(in), 0.0);
  switch (step.kind) {
    case MapKind::kCenter:
      return dual;
    case MapKind::kScale:
      for (std::size_t i = 0; i < dual.size(); ++i) dual[i] *= broadcast(step.values, i);
      return dual;
    case MapKind::kKnots:
      for (std::size_t i = 0; i < dual.size(); ++i) dual[i] *= *std::ranges::max_element(slopes_of(step, i));
      return dual;
    case MapKind::kAbs:
      add_to(result, std::span(dual).first(result.size()));
      add_to(result, std::span(dual).last(result.size()));
      return result;
    case MapKind::kLinear:
    case MapKind::kConv2d:
      add_magnitudes(affine_of(step, in, out), dual, result);
      return result;
    case MapKind::kConvexPotential: {
      const Affine op = affine_of(step, in);
      std::vector<double> hidden(element_count(op.out), 0.0);
      for_each_term(op, [&](std::size_t o, std::size_t i, double w) { hidden[o] += std::fabs(w) * dual[i]; });
      add_magnitudes(op, hidden, dual);
      return dual;
    }
    case MapKind::kMaxMin: {
      const std::size_t size = dual.size() / static_cast<std::size_t>(in[0]);
      for (std::size_t i = 0; i < dual.size(); ++i) {
        const std::size_t partner = i / size % 2 == 0 ? i + size : i - size;
        result[i] = dual[i] + dual[partner];
      }
      return result;
    }
    case MapKind::kPixelUnshuffle:
      run_unshuffle(in, step.stride, [&](std::size_t from, std::size_t to) { result[from] = dual[to]; });
      return result;
  }
  return result;
}

/// At least the number of roundings between the score and a feature.
std::size_t count_roundings(const Model& model, const std::vector<Shape>& maps, const std::vector<Shape>& nodes) {
  std::size_t count = 8;
  for (std::size_t k = 0; k < nodes.size(); ++k) {
    const Node& node = model.graph.nodes[k];
    count += 2 + node.inputs.size() + static_cast<std::size_t>(node.kernel * node.kernel);
    if (has_weights(node)) count += terms_of_transposed(affine_of(model.graph, nodes, k));
  }
  for (std::size_t k = 0; k < maps.size(); ++k) {
    const MapStep& step = model.feature_map[k];
    count += 2;
    const Shape& in = k == 0 ? model.input_shape : maps[k - 1];
    if (has_weights(step)) count += terms_of_transposed(affine_of(step, in, maps[k]));
    if (step.kind == MapKind::kConvexPotential) {
      const Affine op = affine_of(step, in);
      count += terms_of_product(op) + terms_of_transposed(op);
    }
  }
  // what several nodes read is added up once for each
  return count + nodes.size();
}

}  // namespace

std::vector<double> steepness_upper(const Model& model) {
  const Graph& graph = model.graph;
  const std::vector<Shape> maps = infer_map_shapes(model.feature_map, model.input_shape).value();
  const std::vector<Shape> nodes = infer_shapes(graph).value();
  std::vector<std::vector<double>> duals;
  duals.reserve(nodes.size());
  for (const Shape& shape : nodes) duals.emplace_back(element_count(shape), 0.0);
  std::vector<double> dual(element_count(graph.input_shape), 0.0);
  duals.back()[0] = 1;
  for (std::size_t k = nodes.size(); k-- > 0;) {
    raise_tiny(duals[k]);
    for (const std::int32_t source : graph.nodes[k].inputs) {
      std::vector<double>& to = source == kGraphInput ? dual : duals[static_cast<std::size_t>(source)];
      pull_node(graph, nodes, k, duals[k], source_shape(graph, nodes, source), to);
    }
  }
  for (std::size_t k = maps.size(); k-- > 0;) {
    raise_tiny(dual);
    dual = pull_step(model.feature_map[k], k == 0 ? model.input_shape : maps[k - 1], maps[k], std::move(dual));
  }
  raise_tiny(dual);
  const double factor = 1 + 2 * gamma_n(count_roundings(model, maps, nodes));
  for (double& slope : dual) {
    slope *= factor;
    if (std::isnan(slope)) slope = kInfinity;  // an overflow that met a weight of 0
  }
  return dual;
}

}  // namespace standfast::model
