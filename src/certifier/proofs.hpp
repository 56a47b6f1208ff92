// Proofs as they travel in files, and slopes as the passes use them.
#pragma once

#include <cstddef>
#include <span>
#include <vector>

#include "minorant/proposal.hpp"
#include "model/graph.hpp"
#include "standfast/certificate.hpp"
#include "verify/heads_verifier.hpp"

namespace standfast::certifier {

using minorant::Slopes;

/// All slopes and all winners of one lane of a tile, node after node; its weight is 0.
RadiusProof::Cut choice_of_lane(const Slopes& tile, std::size_t lane);

/// Writes the slopes and winners to one lane of a tile. Requires: their numbers are those of the tile.
void write_to_lane(const RadiusProof::Cut& choice, std::size_t lane, Slopes& tile);

/// The choice of one minorant, and the dual of each ReLU unit's output that it leads to.
struct ChoiceWithDuals {
  RadiusProof::Cut choice;
  std::vector<float> duals;
};

/// One choice of slopes whose minorant is the weighted sum of the choices' minorants, but for float32.
///
/// Duals are sums over paths, so the sum's duals are the weighted sums of the choices'; each unit's slope is what its
/// summed dual keeps. Shape: weights is (choices), >= 0. Requires: no winners, which cannot be mixed.
RadiusProof::Cut merged_choice(std::span<const ChoiceWithDuals> choices, std::span<const double> weights);

std::vector<double> weights_of(std::span<const RadiusProof::Cut> choices);

/// The inverse of choice_of_lane, for one input. Fails: kBadShape if the numbers of slopes and winners are not those
/// of the graph. Shape: node_shapes is (nodes), as infer_shapes gives it.
Result<Slopes> slopes_of(const RadiusProof::Cut& choice, const model::Graph& graph,
                         const std::vector<model::Shape>& node_shapes);

/// What a certificate asks the core to prove, of a model of one head. Fails: kBadShape for a proof of another model;
/// kBadValue for a winner outside of its window.
Result<minorant::Proposal> proposal_of(const Certificate& certificate, const model::Graph& graph);
/// The same for each head. Fails: as proposal_of; kBadShape for another number of heads.
Result<std::vector<minorant::Proposal>> proposals_of(const Certificate& certificate,
                                                     const verify::HeadsVerifier& heads);

}  // namespace standfast::certifier
