// The form (C39), seen from the kinds alone: no weight is looked at, so a network whose ReLUs happen to be always
// active does not count.
#include "model/max_affine.hpp"

#include <algorithm>

#include "model/geometry.hpp"

namespace standfast::model {
namespace {

bool is_affine(const Node& node) {
  return node.kind == NodeKind::kLinear || node.kind == NodeKind::kConv2d || node.kind == NodeKind::kAdd ||
         node.kind == NodeKind::kFlatten;
}

}  // namespace

bool is_max_affine(const Model& model) {
  const auto& nodes = model.graph.nodes;
  return !has_knots(model.feature_map) &&
         std::ranges::all_of(model.feature_map, [](const MapStep& step) { return step.kind != MapKind::kAbs; }) &&
         std::all_of(nodes.begin(), nodes.end() - 1, is_affine) &&
         (is_affine(nodes.back()) || nodes.back().kind == NodeKind::kMax);
}

std::size_t piece_count(const Model& model) {
  const Node& last = model.graph.nodes.back();
  if (last.kind != NodeKind::kMax) return 1;
  const std::vector<Shape> shapes = infer_shapes(model.graph).value();
  return element_count(source_shape(model.graph, shapes, last.inputs[0]));
}

}  // namespace standfast::model
