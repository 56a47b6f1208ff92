// Certificate files list slopes and winners node after node; the passes hold them element by element with one lane per
// input. The merged choice is (C23): by the lemma on slopes it is a choice like any other, so that rounding its slopes
// to float32 can cost radius and nothing else.
#include "certifier/proofs.hpp"

#include <algorithm>
#include <string>

#include "base/lanes.hpp"
#include "base/try.hpp"
#include "verify/backward.hpp"

namespace standfast::certifier {
namespace {

bool has_slopes(model::NodeKind kind) { return kind == model::NodeKind::kRelu; }
bool has_winners(model::NodeKind kind) { return kind == model::NodeKind::kMaxPool || kind == model::NodeKind::kMax; }

Status check_count(const char* what, std::size_t found, std::size_t expected) {
  if (found == expected) return {};
  return Error{ErrorCode::kBadShape, std::string("certificate: found ") + std::to_string(found) + " " + what +
                                         " in a cut, the model expects " + std::to_string(expected)};
}

/// The core would take another winner for one outside of its window. A file that names such a one is wrong all the
/// same.
Status check_winners(const model::Graph& graph, const std::vector<model::Shape>& node_shapes, std::size_t k,
                     const std::vector<std::int32_t>& winners) {
  const model::Node& node = graph.nodes[k];
  const std::int32_t source = node.inputs[0];
  const auto& in = source == model::kGraphInput ? graph.input_shape : node_shapes[static_cast<std::size_t>(source)];
  for (std::size_t output = 0; output < winners.size(); ++output) {
    if (model::window_of(node, in, node_shapes[k], output).holds(winners[output])) continue;
    return Error{ErrorCode::kBadValue, "certificate: " + model::node_place(graph, k) + ": the winner of output " +
                                           std::to_string(output) + " is element " + std::to_string(winners[output]) +
                                           ", expected one in its window"};
  }
  return {};
}

}  // namespace

RadiusProof::Cut choice_of_lane(const Slopes& tile, std::size_t lane) {
  RadiusProof::Cut choice;
  for (const minorant::NodeSlopes& node : tile) {
    for (std::size_t at = lane; at < node.relu.size(); at += kLanes) choice.slopes.push_back(node.relu[at]);
    for (std::size_t at = lane; at < node.winner.size(); at += kLanes) choice.winners.push_back(node.winner[at]);
  }
  return choice;
}

void write_to_lane(const RadiusProof::Cut& choice, std::size_t lane, Slopes& tile) {
  auto slope = choice.slopes.begin();
  auto winner = choice.winners.begin();
  for (minorant::NodeSlopes& node : tile) {
    for (std::size_t at = lane; at < node.relu.size(); at += kLanes) node.relu[at] = *slope++;
    for (std::size_t at = lane; at < node.winner.size(); at += kLanes) node.winner[at] = *winner++;
  }
}

RadiusProof::Cut merged_choice(std::span<const ChoiceWithDuals> choices, std::span<const double> weights) {
  const std::size_t units = choices.front().duals.size();
  std::vector<double> given(units, 0.0), kept(units, 0.0);
  for (std::size_t j = 0; j < choices.size(); ++j) {
    if (!(weights[j] > 0)) continue;
    const std::vector<float>&duals = choices[j].duals, &slopes = choices[j].choice.slopes;
    for (std::size_t unit = 0; unit < units; ++unit) {
      const double dual = weights[j] * duals[unit];
      given[unit] += dual;
      kept[unit] += dual * slopes[unit];
    }
  }
  RadiusProof::Cut choice;
  choice.weight = 1;
  choice.slopes.resize(units);
  for (std::size_t unit = 0; unit < units; ++unit) {
    choice.slopes[unit] = given[unit] > 0 ? static_cast<float>(std::clamp(kept[unit] / given[unit], 0.0, 1.0)) : 0.0F;
  }
  return choice;
}

std::vector<double> weights_of(std::span<const RadiusProof::Cut> choices) {
  std::vector<double> weights;
  for (const RadiusProof::Cut& choice : choices) weights.push_back(choice.weight);
  return weights;
}

Result<Slopes> slopes_of(const RadiusProof::Cut& choice, const model::Graph& graph,
                         const std::vector<model::Shape>& node_shapes) {
  std::size_t slopes = 0, winners = 0;
  for (std::size_t k = 0; k < graph.nodes.size(); ++k) {
    const std::size_t size = model::element_count(node_shapes[k]);
    if (has_slopes(graph.nodes[k].kind)) slopes += size;
    if (has_winners(graph.nodes[k].kind)) winners += size;
  }
  if (const Status status = check_count("slopes", choice.slopes.size(), slopes); !status.ok()) return status.error();
  if (const Status status = check_count("winners", choice.winners.size(), winners); !status.ok()) return status.error();

  Slopes result(graph.nodes.size());
  auto slope = choice.slopes.begin();
  auto winner = choice.winners.begin();
  for (std::size_t k = 0; k < graph.nodes.size(); ++k) {
    const auto size = static_cast<std::ptrdiff_t>(model::element_count(node_shapes[k]));
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

Result<minorant::Proposal> proposal_of(const Certificate& certificate, const model::Graph& graph) {
  STANDFAST_TRY(const auto shapes, model::infer_shapes(graph));
  const RadiusProof& proof = certificate.proof;
  minorant::Proposal proposal;
  proposal.norm = certificate.norm;
  proposal.radius = {certificate.radius, proof.reach, proof.multiplier};
  for (const RadiusProof::Cut& choice : proof.cuts) {
    STANDFAST_TRY(Slopes slopes, slopes_of(choice, graph, shapes));
    for (std::size_t k = 0; k < slopes.size(); ++k) STANDFAST_CHECK(check_winners(graph, shapes, k, slopes[k].winner));
    proposal.choices.push_back({choice.weight, std::move(slopes)});
  }
  return proposal;
}

Result<std::vector<minorant::Proposal>> proposals_of(const Certificate& certificate,
                                                     const verify::HeadsVerifier& heads) {
  const RadiusProof& proof = certificate.proof;
  // nothing is claimed, of no head
  if (proof.empty()) {
    minorant::Proposal nothing;
    nothing.norm = certificate.norm;
    return std::vector<minorant::Proposal>(heads.count(), nothing);
  }
  const std::size_t found = std::max<std::size_t>(proof.heads.size(), 1);
  if (found != heads.count() || (heads.count() == 1 && !proof.heads.empty())) {
    return Error{ErrorCode::kBadShape, "certificate: found proofs of " + std::to_string(found) +
                                           " heads, the model has " + std::to_string(heads.count())};
  }
  std::vector<minorant::Proposal> proposals;
  for (std::size_t k = 0; k < heads.count(); ++k) {
    const Certificate of_head{certificate.norm, certificate.radius, proof.heads.empty() ? proof : proof.heads[k]};
    STANDFAST_TRY(minorant::Proposal proposal, proposal_of(of_head, heads.head(k).model().graph));
    proposal.closed_form = model::is_deep(heads.head(k).model().feature_map);
    if (proposal.closed_form && (of_head.proof.multiplier != 0 || of_head.proof.reach != 0)) {
      return Error{ErrorCode::kBadValue,
                   "certificate: found a multiplier or a reach, expected 0: the proof of a deep map has none"};
    }
    proposals.push_back(std::move(proposal));
  }
  return proposals;
}

}  // namespace standfast::certifier
