// The minorant at x is seen from the input without loss, (C4) and (C5), so that Algorithm S applies as it stands. What
// refined and exact add is in several_minorants.cpp.
#include "certifier/separable_certifier.hpp"

#include <algorithm>

#include "verify/kinks.hpp"

namespace standfast::certifier {
namespace {

bool has_maxima(const model::Graph& graph) {
  return std::ranges::any_of(graph.nodes, [](const model::Node& node) {
    return node.kind == model::NodeKind::kMax || node.kind == model::NodeKind::kMaxPool;
  });
}

}  // namespace

SeparableCertifier::SeparableCertifier(const ModelParts& parts)
    : Certifier(parts),
      kinked_(parts.core->map().view() == model::MapView::kKinked),
      merges_choices_(!has_maxima(parts.model->graph)) {}

void SeparableCertifier::see_from_input(std::span<const float> x, verify::ProvenMinorant& minorant) const {
  if (kinked_) minorant = verify::seen_from_input(parts_.core->map().unit_map(), x, minorant);
}

void SeparableCertifier::certify_rows(const Request& request, std::span<const float> x, std::span<const float> logits,
                                      CertifyWorkspace& ws, Rows rows) const {
  const std::size_t dim = parts_.model->dim();
  const auto searched = [&](Norm norm) { return request.searches(norm); };
  if (!std::ranges::all_of(request.options.norms, searched)) {
    find_minorants(request, x, logits, ws, rows);
    ws.queue_rows(rows);
    for (const std::size_t l : ws.waiting) {
      CertifyLane& lane = ws.lanes[l];
      if (kinked_) lane.of_features = lane.minorant;
      see_from_input(x.subspan(l * dim, dim), lane.minorant);
      price_minorant(request, lane);
      lane.hint = {};
      for (std::size_t k = 0; k < request.norm_count(); ++k) {
        if (searched(request.norm(k))) continue;
        certify_lane(request, x.subspan(l * dim, dim), lane, k, rows[l]);
        // the closed form of a kinked map is smaller but for rounding; a proof that is kept is one of Algorithm S
        if (!kinked_ || request.norm(k) == Norm::l0() || !rows[l].proofs.empty() || !lane.moves.empty()) continue;
        rows[l].radii[k] = std::max(rows[l].radii[k], closed_form_radius_of(request, lane, lane.of_features, k));
      }
    }
  }
  if (request.searches_any()) parts_.plan->backward_tile(ws.infer);
  for (std::size_t k = 0; k < request.norm_count(); ++k) {
    if (!searched(request.norm(k))) continue;
    search_weights(request, x, logits, k, ws, rows);
    ws.queue_rows(rows);
    for (const std::size_t l : ws.waiting) {
      certify_lane(request, x.subspan(l * dim, dim), ws.lanes[l], k, rows[l]);
      retry_at_input(request, x.subspan(l * dim, dim), k, ws, ws.lanes[l], rows[l]);
    }
  }
}

double SeparableCertifier::core_radius(const Request& request, std::span<const float> x,
                                       const Certificate& certificate) const {
  const auto proposal = proposal_of(certificate, parts_.model->graph);
  const auto proven = parts_.core->prove(request.options.threat, x, proposal.value());
  return proven.ok() ? std::min(*proven, certificate.radius) : 0;
}

void SeparableCertifier::certify_lane(const Request& request, std::span<const float> x, const CertifyLane& lane,
                                      std::size_t norm_index, const CertifiedRow& row) const {
  const ProvenRadius proven = separable_radius_of(request, lane, norm_index);
  row.radii[norm_index] = proven.radius;
  if (row.proofs.empty() || !(proven.radius > 0)) return;
  const Norm norm = request.norm(norm_index);
  RadiusProof& proof = row.proofs[norm_index];
  proof.cuts = lane.proof_choices;
  if (norm == Norm::l1()) proof.reach = proven.proposal.price_limit;
  if (norm == Norm::l1() || norm == Norm::l2()) proof.multiplier = proven.proposal.multiplier;
  // a proof that others read says what the core makes of it, which float32 may have seen otherwise
  if (request.options.precision == Precision::kFloat32) {
    row.radii[norm_index] = core_radius(request, x, {norm, proven.radius, proof});
  }
}

void SeparableCertifier::certify_piece(const Request& request, CertifyWorkspace& ws, std::span<double> radii,
                                       std::span<minorant::PieceProposal> proposals) const {
  CertifyLane& lane = ws.lanes.front();
  price_minorant(request, lane);
  for (std::size_t k = 0; k < radii.size(); ++k) {
    const ProvenRadius proven = separable_radius_of(request, lane, k);
    radii[k] = proven.radius;
    proposals[k] = proven.as_proposal();
  }
}

}  // namespace standfast::certifier
