// The structural proof that g is convex in u, node by node in their order: a node is affine if it reads affine arrays
// and keeps them so; any other array is convex, and what reads it must have weights >= 0, or it would turn the array
// over. A minimum of convex functions is not convex, so nothing may read one. Source: input-convex networks, Amos, Xu,
// Kolter, ICML 2017. The lemma on slopes (C2) rests on these signs.
#include <algorithm>

#include <fmt/format.h>

#include "base/try.hpp"
#include "model/graph.hpp"

namespace standfast::model {
namespace {

bool keeps_affine(NodeKind kind) {
  return kind == NodeKind::kLinear || kind == NodeKind::kConv2d || kind == NodeKind::kAdd || kind == NodeKind::kFlatten;
}

bool reads_only_affine(const Node& node, const std::vector<bool>& affine) {
  return std::ranges::all_of(
      node.inputs, [&](std::int32_t input) { return input == kGraphInput || affine[static_cast<std::size_t>(input)]; });
}

// -0.0 is not below 0 and counts as 0; NaN fails the comparison and is refused.
Status check_non_negative(const Graph& graph, std::size_t index) {
  const std::vector<float>& weight = graph.nodes[index].weight.values;
  const auto bad = std::ranges::find_if(weight, [](float value) { return !(value >= 0); });
  if (bad == weight.end()) return {};
  return Error{ErrorCode::kNotConvex,
               fmt::format("{}: weight {} is {}, expected at least 0 because it reads a convex node",
                           node_place(graph, index), bad - weight.begin(), *bad)};
}

}  // namespace

Status check_input_convex(const Graph& graph) {
  std::vector<bool> affine;
  for (std::size_t i = 0; i < graph.nodes.size(); ++i) {
    const Node& node = graph.nodes[i];
    STANDFAST_CHECK(check_node_inputs(graph, i));
    const bool affine_inputs = reads_only_affine(node, affine);
    if (!affine_inputs) STANDFAST_CHECK(check_non_negative(graph, i));
    if (node.kind == NodeKind::kMin && i + 1 < graph.nodes.size()) {
      return Error{ErrorCode::kNotConvex,
                   fmt::format("{}: is not the last node, expected a minimum of heads there", node_place(graph, i))};
    }
    affine.push_back(affine_inputs && keeps_affine(node.kind));
  }
  return {};
}

}  // namespace standfast::model
