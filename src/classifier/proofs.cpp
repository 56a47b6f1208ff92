#include "classifier/proofs.hpp"

#include <string>

#include "base/lanes.hpp"

namespace standfast {
namespace {

bool has_slopes(NodeKind kind) { return kind == NodeKind::kRelu; }
bool has_winners(NodeKind kind) { return kind == NodeKind::kMaxPool || kind == NodeKind::kMax; }

Status check_count(const char* what, std::size_t found, std::size_t expected) {
  if (found == expected) return {};
  return Error{ErrorCode::kBadShape, std::string("certificate: found ") + std::to_string(found) + " " + what +
                                         " in a cut, the model expects " + std::to_string(expected)};
}

}  // namespace

RadiusProof::Cut flatten(const Slopes& tile, std::size_t lane) {
  RadiusProof::Cut cut;
  for (const NodeSlopes& node : tile) {
    for (std::size_t at = lane; at < node.relu.size(); at += kLanes) cut.slopes.push_back(node.relu[at]);
    for (std::size_t at = lane; at < node.winner.size(); at += kLanes) cut.winners.push_back(node.winner[at]);
  }
  return cut;
}

Result<Slopes> unflatten(const RadiusProof::Cut& cut, const Graph& graph, const std::vector<Shape>& node_shapes) {
  std::size_t slopes = 0, winners = 0;
  for (std::size_t k = 0; k < graph.nodes.size(); ++k) {
    const std::size_t size = element_count(node_shapes[k]);
    if (has_slopes(graph.nodes[k].kind)) slopes += size;
    if (has_winners(graph.nodes[k].kind)) winners += size;
  }
  if (const Status status = check_count("slopes", cut.slopes.size(), slopes); !status.ok()) return status.error();
  if (const Status status = check_count("winners", cut.winners.size(), winners); !status.ok()) return status.error();

  Slopes result(graph.nodes.size());
  auto slope = cut.slopes.begin();
  auto winner = cut.winners.begin();
  for (std::size_t k = 0; k < graph.nodes.size(); ++k) {
    const auto size = static_cast<std::ptrdiff_t>(element_count(node_shapes[k]));
    if (has_slopes(graph.nodes[k].kind)) {
      result[k].relu.assign(slope, slope + size);
      slope += size;
    }
    if (has_winners(graph.nodes[k].kind)) {
      result[k].winner.assign(winner, winner + size);
      winner += size;
    }
  }
  return result;
}

}  // namespace standfast
