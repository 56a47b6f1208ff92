// Linear nodes that read one value are stacked into one product, and the values of a stack are placed side by side.
//
// The order of the duals is settled here, too: the last reader of a value in the graph's order sends the first dual and
// sets it, all others add to it. So nothing needs clearing but values that nobody reads. Takes a graph that
// infer_shapes accepted.
#include "infer/layout.hpp"

#include <algorithm>
#include <utility>

namespace standfast::infer {
namespace {

void find_stacks(const model::Graph& graph, Layout& layout) {
  layout.stack_of.resize(graph.nodes.size());
  for (std::size_t k = 0; k < graph.nodes.size(); ++k) {
    if (graph.nodes[k].kind != model::NodeKind::kLinear) continue;
    const std::int32_t source = layout.root_of(graph.nodes[k].inputs[0]);
    auto found = std::find_if(layout.stacks.begin(), layout.stacks.end(),
                              [&](const Stack& stack) { return stack.source == source; });
    if (found == layout.stacks.end()) found = layout.stacks.insert(found, Stack{source, {}, 0});
    found->nodes.push_back(k);
    found->rows += layout.size(k);
    layout.stack_of[k] = static_cast<std::size_t>(found - layout.stacks.begin());
  }
}

void place_values(const model::Graph& graph, Layout& layout) {
  layout.offset.resize(graph.nodes.size());
  const auto place = [&](std::size_t node) {
    layout.offset[node] = layout.units;
    layout.units += layout.size(node);
  };
  for (const Stack& stack : layout.stacks) std::for_each(stack.nodes.begin(), stack.nodes.end(), place);
  for (std::size_t k = 0; k < graph.nodes.size(); ++k) {
    const model::NodeKind kind = graph.nodes[k].kind;
    if (kind != model::NodeKind::kLinear && kind != model::NodeKind::kFlatten) place(k);
  }
}

/// Walks backward as the plan does and notes who sends a value its first dual.
void order_duals(const model::Graph& graph, Layout& layout) {
  std::vector<bool> sent(graph.nodes.size() + 1, false);  // the last is that of the graph's input
  const auto sent_to = [&](std::int32_t source) {
    const std::int32_t root = layout.root_of(source);
    return sent[root == model::kGraphInput ? graph.nodes.size() : static_cast<std::size_t>(root)];
  };
  layout.adds.resize(graph.nodes.size());
  sent_to(static_cast<std::int32_t>(graph.nodes.size() - 1)) = true;  // the score's own, 1, is there before all others
  for (std::size_t k = graph.nodes.size(); k-- > 0;) {
    const model::Node& node = graph.nodes[k];
    if (node.kind == model::NodeKind::kFlatten) continue;
    if (!sent[k]) layout.unread.push_back(k);
    if (node.kind == model::NodeKind::kLinear && layout.stacks[layout.stack_of[k]].nodes.front() != k) continue;
    for (const std::int32_t source : node.inputs) {
      auto&& before = sent_to(source);
      layout.adds[k].push_back(before);
      before = true;
    }
  }
}

}  // namespace

Layout lay_out_values(const model::Graph& graph) {
  Layout layout;
  layout.shapes = std::move(model::infer_shapes(graph)).value();
  for (std::size_t k = 0; k < graph.nodes.size(); ++k) {
    const model::Node& node = graph.nodes[k];
    layout.root.push_back(node.kind == model::NodeKind::kFlatten ? layout.root_of(node.inputs[0])
                                                                 : static_cast<std::int32_t>(k));
  }
  find_stacks(graph, layout);
  place_values(graph, layout);
  order_duals(graph, layout);
  return layout;
}

}  // namespace standfast::infer
