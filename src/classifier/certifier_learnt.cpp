// Maps with a linear step: the minorant of the features is brought back to the input space, where it is linear, or
// bends at several kinks per feature, and Algorithm S applies. All inputs of a tile try their prices side by side.
#include <algorithm>
#include <array>
#include <utility>

#include "classifier/certifier.hpp"

namespace standfast {
namespace {

/// The errors of the slopes as folds at 0, so that the search sees what the verifier will charge: with norms 0 and 1
/// they hold what the lines miss.
void add_spread(const ProvenMinorant& minorant, std::span<const double> cost, PricedProblem& problem) {
  problem.resize(cost.size(), 1);
  for (std::size_t i = 0; i < cost.size(); ++i) {
    problem.fold[i] = -minorant.slope_error[i] / cost[i];
    problem.offset[i] = 0;
  }
}

}  // namespace

void Certifier::certify_kinked(CertifyLane& lane, std::span<double> radii) const {
  std::swap(lane.minorant, lane.of_features);
  kinked_map_->bring_back(lane.of_features, lane.minorant);
  lane.problem.assign(lane.minorant.separable, cost_, lane.interval);
  for (std::size_t k = 0; k < norms_.size(); ++k) {
    Proposal proposal;
    const double closed = norms_[k] == Norm::l0() ? 0 : closed_form(lane.of_features, k);
    // never smaller but for rounding
    radii[k] = std::max(closed, separable(lane, k, proposal));
  }
}

void Certifier::certify_learnt(CertifyWorkspace& ws, Rows rows) const {
  for (const std::size_t l : ws.waiting) std::swap(ws.lanes[l].minorant, ws.lanes[l].of_features);
  const std::vector<std::size_t> lanes = ws.waiting;
  for (std::size_t k = 0; k < norms_.size(); ++k) {
    std::array<double*, kLanes> radii{};
    for (const std::size_t l : lanes) radii[l] = &rows[l].radii[k];
    ws.waiting = lanes;
    bring_back(k, ws, radii);
  }
}

void Certifier::bring_back(std::size_t norm, CertifyWorkspace& ws, std::span<double* const> radii) const {
  const bool once = !pull_back_->folded() || norms_[norm] == Norm::l0();
  for (const std::size_t l : ws.waiting) {
    CertifyLane& lane = ws.lanes[l];
    // what bends may also be left where it is: the closed form needs no line
    *radii[l] = norms_[norm] == Norm::l0() ? 0 : closed_form(lane.of_features, norm);
    lane.bend.start(once ? kInfinity : *radii[l]);
    lane.best_problem.margin = 0;
  }
  while (true) {
    std::erase_if(ws.waiting, [&](std::size_t l) { return !ws.lanes[l].bend.wants_trial(); });
    if (ws.waiting.empty()) return;
    try_reach(norm, ws);
    for (const std::size_t l : ws.waiting) {
      CertifyLane& lane = ws.lanes[l];
      lane.problem.assign(lane.minorant.separable, cost_, lane.interval);
      if (norms_[norm] == Norm::l0() || norms_[norm] == Norm::l1()) add_spread(lane.minorant, cost_, lane.problem);
      Proposal proposal;
      const SeparableRadius found = separable_radius(lane.problem, norms_[norm]);
      const double radius = separable(lane, norm, found, proposal);
      lane.bend.take(found.radius);
      if (radius >= *radii[l] || lane.best_problem.margin == 0) lane.best_problem = lane.problem;
      *radii[l] = std::max(*radii[l], radius);
    }
  }
}

void Certifier::try_reach(std::size_t norm, CertifyWorkspace& ws) const {
  std::array<const ProvenMinorant*, kLanes> from;
  std::array<ProvenMinorant*, kLanes> to;
  std::array<BendProposal, kLanes> proposals;
  const std::size_t count = ws.waiting.size();
  for (std::size_t slot = 0; slot < count; ++slot) {
    CertifyLane& lane = ws.lanes[ws.waiting[slot]];
    from[slot] = &lane.of_features;
    to[slot] = &lane.minorant;
    const double reach = lane.bend.reach();
    const bool joint = norms_[norm] == Norm::l2() || norms_[norm] == Norm::linf();
    const bool searches = joint && pull_back_->folded() && reach < kInfinity;
    proposals[slot] = {reach, searches ? best_multiplier(lane.of_features, map_reach_[norm], reach) : 0.0};
  }
  pull_back_->run(std::span(from).first(count), map_reach_[norm], norms_[norm], std::span(proposals).first(count),
                  ws.pull_back, std::span(to).first(count));
}

void Certifier::certify_learnt_piece(CertifyWorkspace& ws, std::span<double> radii) const {
  std::swap(ws.lanes.front().minorant, ws.lanes.front().of_features);
  for (std::size_t k = 0; k < norms_.size(); ++k) {
    double radius = 0;
    double* const one[] = {&radius};
    ws.waiting = {0};
    bring_back(k, ws, one);
    radii[k] = std::min(radii[k], radius);
  }
}

}  // namespace standfast
