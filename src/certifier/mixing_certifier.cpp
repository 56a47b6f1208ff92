// Lines take the place of |v| in (C10), so that the minorant of the features becomes linear in x and Algorithm S
// applies. A line costs the more margin the farther it has to hold (C11, C12): each input tries prices until what the
// lines certify is about what they were asked to hold for. All inputs of a tile try theirs side by side. Section
// "Learnt maps" of docs/certificates.md.
#include "certifier/mixing_certifier.hpp"

#include <algorithm>
#include <array>
#include <utility>

namespace standfast::certifier {
namespace {

using verify::ProvenMinorant;

/// The errors of the gradient as bends at 0, so that the search sees what the verifier will charge: with norms 0 and 1
/// they hold what the lines miss.
void add_slope_errors(const ProvenMinorant& minorant, std::span<const double> cost, search::PricedProblem& problem) {
  problem.resize(cost.size(), 1);
  for (std::size_t i = 0; i < cost.size(); ++i) {
    problem.bend[i] = -minorant.gradient_error[i] / cost[i];
    problem.offset[i] = 0;
  }
}

}  // namespace

void MixingCertifier::certify_rows(const Request& request, std::span<const float> x, std::span<const float> logits,
                                   CertifyWorkspace& ws, Rows rows) const {
  find_minorants(request, x, logits, ws, rows);
  ws.queue_rows(rows);
  for (const std::size_t l : ws.waiting) std::swap(ws.lanes[l].minorant, ws.lanes[l].of_features);
  const std::vector<std::size_t> lanes = ws.waiting;
  for (std::size_t k = 0; k < request.norm_count(); ++k) {
    std::array<double*, kLanes> radii{};
    for (const std::size_t l : lanes) radii[l] = &rows[l].radii[k];
    ws.waiting = lanes;
    certify_norm(request, k, ws, radii);
  }
}

void MixingCertifier::certify_piece(const Request& request, CertifyWorkspace& ws, std::span<double> radii,
                                    std::span<minorant::PieceProposal> proposals) const {
  std::swap(ws.lanes.front().minorant, ws.lanes.front().of_features);
  for (std::size_t k = 0; k < radii.size(); ++k) {
    double* const one[] = {&radii[k]};
    ws.waiting = {0};
    certify_norm(request, k, ws, one);
    proposals[k] = ws.lanes.front().proposal;
  }
}

void MixingCertifier::certify_norm(const Request& request, std::size_t norm_index, CertifyWorkspace& ws,
                                   std::span<double* const> radii) const {
  const Norm norm = request.norm(norm_index);
  const bool once = !pull_back_.has_abs() || norm == Norm::l0();
  for (const std::size_t l : ws.waiting) {
    CertifyLane& lane = ws.lanes[l];
    // what bends may also be left as it is: the closed form needs no line
    *radii[l] = norm == Norm::l0() ? 0 : closed_form_radius_of(request, lane, lane.of_features, norm_index);
    lane.valid_price.start_at(once ? kInfinity : *radii[l]);
    lane.best_problem.margin = 0;
    lane.proposal = {true, {}};
  }
  while (true) {
    std::erase_if(ws.waiting, [&](std::size_t l) { return !ws.lanes[l].valid_price.wants_trial(); });
    if (ws.waiting.empty()) return;
    draw_lines(request, norm_index, ws);
    for (const std::size_t l : ws.waiting) {
      CertifyLane& lane = ws.lanes[l];
      price_minorant(request, lane);
      if (norm == Norm::l0() || norm == Norm::l1()) add_slope_errors(lane.minorant, request.search.cost, lane.problem);
      const search::SeparableRadius found = search::separable_radius(lane.problem, norm);
      const ProvenRadius proven = separable_radius_of(request, lane, norm_index, found);
      const double radius = proven.radius;
      lane.valid_price.add_trial(found.radius);
      if (radius >= *radii[l] || lane.best_problem.margin == 0) lane.best_problem = lane.problem;
      if (radius >= *radii[l]) lane.proposal = proven.as_proposal();
      *radii[l] = std::max(*radii[l], radius);
    }
  }
}

void MixingCertifier::draw_lines(const Request& request, std::size_t norm_index, CertifyWorkspace& ws) const {
  std::array<const ProvenMinorant*, kLanes> from;
  std::array<ProvenMinorant*, kLanes> to;
  std::array<minorant::BendProposal, kLanes> proposals;
  const Norm norm = request.norm(norm_index);
  const bool joint = norm == Norm::l2() || norm == Norm::linf();
  const std::size_t count = ws.waiting.size();
  for (std::size_t slot = 0; slot < count; ++slot) {
    CertifyLane& lane = ws.lanes[ws.waiting[slot]];
    from[slot] = &lane.of_features;
    to[slot] = &lane.minorant;
    const double limit = lane.valid_price.price();
    const bool searches = joint && pull_back_.has_abs() && limit < kInfinity;
    const model::MapReach& reach = request.search.map_reach[norm_index];
    proposals[slot] = {limit, searches ? best_multiplier(lane.of_features, reach, limit) : 0.0};
  }
  pull_back_.run(std::span(from).first(count), request.map_reach[norm_index], norm, std::span(proposals).first(count),
                 ws.pull_back, std::span(to).first(count));
}

}  // namespace standfast::certifier
