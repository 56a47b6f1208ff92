#include "classifier/certifier.hpp"

#include <algorithm>
#include <cassert>
#include <cmath>
#include <utility>

#include "base/try.hpp"
#include "classifier/certify_options.hpp"
#include "classifier/proofs.hpp"
#include "search/closed_form.hpp"
#include "verify_wide/combine.hpp"

namespace standfast {
namespace {

// Values of a tile's inputs: beyond this scratch memory would be gigabytes. A search keeps many tangents of each input.
constexpr std::size_t kLargestTile = 1U << 22U, kLargestSearchTile = 1U << 20U;

/// p = inf: what the verifier should confirm at once. It rounds sums up that the search rounds to nearest, and a radius
/// that fails costs it another sweep.
double less_than_found(double radius, std::size_t dim) {
  return radius * (1 - static_cast<double>(dim + 64) * 0x1p-51);
}

double map_lipschitz(const Model& model, Norm norm) {
  if (norm == Norm::l0()) return 1;
  if (!is_separable(model.feature_map)) return lipschitz_upper(model.feature_map, model.input_shape, norm);
  // centres and scales are folded into the slopes, feature by feature; only abs is left
  FeatureMap rest;
  std::copy_if(model.feature_map.begin(), model.feature_map.end(), std::back_inserter(rest),
               [](const MapStep& step) { return step.kind == MapKind::kAbs; });
  return lipschitz_upper(rest, model.input_shape, norm);
}

bool has_maxima(const Graph& graph) {
  return std::ranges::any_of(
      graph.nodes, [](const Node& node) { return node.kind == NodeKind::kMax || node.kind == NodeKind::kMaxPool; });
}

}  // namespace

Result<Certifier> Certifier::create(const Model& model, const Plan& plan, const Verifier& verifier,
                                    const CertifyOptions& options) {
  STANDFAST_CHECK(check_options(model, options));
  return Certifier(model, plan, verifier, options);
}

Certifier::Certifier(const Model& model, const Plan& plan, const Verifier& verifier, const CertifyOptions& options)
    : model_(&model),
      plan_(&plan),
      verifier_(&verifier),
      reader_(model),
      norms_(options.norms),
      method_(options.method),
      guarantee_(options.guarantee),
      precision_(options.precision),
      passes_(passes_of(options)),
      gap_(options.gap),
      keep_proofs_(options.keep_proofs),
      mixes_(!has_maxima(model.graph)),
      threat_(options.threat) {
  for (std::size_t i = 0; i < model.dim(); ++i) cost_.push_back(threat_.cost_of(i));
  for (const Norm norm : norms_) lipschitz_.push_back(map_lipschitz(model, norm));
  if (is_separable(model.feature_map) || method_ == Method::kClosedForm) return;
  kinked_map_ = KinkedMap::of(model);
  if (kinked_map_) return;
  pull_back_.emplace(model);
  for (const Norm norm : norms_) map_reach_.push_back(map_reach_upper(model, cost_, norm));
}

std::size_t Certifier::tile() const {
  const bool search = std::ranges::any_of(norms_, [&](Norm norm) { return searches(norm); });
  return std::clamp<std::size_t>((search ? kLargestSearchTile : kLargestTile) / model_->dim(), 1, kLanes);
}

bool Certifier::needs_tiles() const {
  return keep_proofs_ || std::ranges::any_of(norms_, [&](Norm norm) { return searches(norm); });
}

void Certifier::read_minorant(Lane features, float logit, Lane slope, ProvenMinorant& out) const {
  out.is_separable = reader_.separable();
  if (out.is_separable) {
    reader_.read(features, logit, slope, out.separable);
    out.slope_error.assign(model_->dim(), 0.0);
  } else {
    MinorantReader::read(logit, slope, element_count(model_->graph.input_shape), out.feature);
  }
}

void Certifier::find_minorant_of_one(std::span<const float> x, float logit, CertifyWorkspace& ws) const {
  ProvenMinorant& out = ws.lanes.front().minorant;
  InferWorkspace& one = ws.infer.one;
  if (proves()) return verifier_->prove(x, one.slopes, ws.verify, out, precision_);
  const float* const features = one.map_values.empty() ? x.data() : one.map_values.back().data();
  read_minorant({features, 1}, logit, {plan_->backward(one).data(), 1}, out);
}

void Certifier::find_minorants(std::span<const float> x, std::span<const float> logits, CertifyWorkspace& ws,
                               Rows rows) const {
  if (rows.size() == 1 && !needs_tiles()) return find_minorant_of_one(x, logits[0], ws);
  if (!proves()) plan_->backward_tile(ws.infer);
  for (std::size_t l = 0; l < rows.size(); ++l) {
    ws.wanted[l] = rows[l].radii.empty() ? nullptr : &ws.lanes[l].minorant;
    if (ws.wanted[l] == nullptr) continue;
    if (keep_proofs_) {
      ws.lanes[l].cuts = {flatten(ws.infer.slopes, l)};
      ws.lanes[l].cuts.front().weight = 1;
    }
    if (proves()) continue;
    read_minorant(lane_of(ws.infer.features, l), logits[l], lane_of(ws.infer.feature_dual, l), *ws.wanted[l]);
  }
  if (!proves()) return;
  const std::span<ProvenMinorant* const> wanted = std::span(ws.wanted).first(rows.size());
  verifier_->prove_tile(x, rows.size(), ws.infer.slopes, ws.verify, wanted, precision_);
}

void Certifier::price(std::span<const float> x, CertifyLane& lane) const {
  lane.interval.resize(x.size());
  for (std::size_t i = 0; i < x.size(); ++i) lane.interval[i] = threat_.interval_rounded_out(i, x[i]);
}

double Certifier::closed_form(const ProvenMinorant& m, std::size_t norm) const {
  if (guarantee_ != Guarantee::kNone) return confirm_closed_form(m, cost_, norms_[norm], lipschitz_[norm]);
  if (m.is_separable) return closed_form_radius(m.separable, cost_, norms_[norm], lipschitz_[norm]);
  const double cheapest = *std::min_element(cost_.begin(), cost_.end());
  return closed_form_radius(m.feature, cheapest, norms_[norm], lipschitz_[norm]);
}

bool Certifier::searches(Norm norm) const {
  return (method_ == Method::kRefined || method_ == Method::kExact) && norm != Norm::l0();
}

double Certifier::separable(const CertifyLane& lane, std::size_t norm, Proposal& proposal) const {
  return separable(lane, norm, separable_radius(lane.problem, norms_[norm], lane.hint), proposal);
}

double Certifier::separable(const CertifyLane& lane, std::size_t norm, const SeparableRadius& found,
                            Proposal& proposal) const {
  if (guarantee_ == Guarantee::kNone) return pull_back_ ? std::min(found.radius, lane.minorant.reach) : found.radius;
  const Norm p = norms_[norm];
  proposal = {p == Norm::l1()     ? found.reach
              : p == Norm::linf() ? less_than_found(found.radius, model_->dim())
                                  : found.radius,
              found.multiplier};
  const double confirmed = confirm_separable(lane.minorant, {cost_, lane.interval}, norms_[norm], proposal);
  if (confirmed == 0 && found.radius > 0 && norms_[norm] != Norm::l0()) return without_proposal(lane, norm, proposal);
  return confirmed;
}

double Certifier::without_proposal(const CertifyLane& lane, std::size_t norm, Proposal& proposal) const {
  const double closed = closed_form(lane.minorant, norm);
  // where only a rounding error keeps an infinite radius from its proof, a huge one can be proven; else the dual norm
  // alone, whose multiplier is known as well
  for (const double factor : {0x1p30, 0x1p20, 0x1p10, 1.0}) {
    const double radius = closed * factor;
    if (!(radius > 0 && radius < 0x1p500)) continue;
    const bool l1 = norms_[norm] == Norm::l1();
    const double margin = lane.problem.margin;
    // a little above the steepest slope, so that no rounding makes a change pay without end
    const double dual = l1 ? (factor == 1 ? margin / radius * (1 + 1e-9) : 0.0) : margin / (radius * radius);
    proposal = {l1 && factor == 1 ? kInfinity : radius, dual};
    const double confirmed = confirm_separable(lane.minorant, {cost_, lane.interval}, norms_[norm], proposal);
    if (confirmed > 0) return confirmed;
  }
  return 0;
}

void Certifier::certify(std::span<const float> x, std::span<const float> logits, CertifyWorkspace& ws,
                        Rows rows) const {
  const std::size_t dim = model_->dim();
  const auto searched = [&](Norm norm) { return searches(norm); };
  for (std::size_t l = 0; l < rows.size() && method_ != Method::kClosedForm; ++l) {
    if (!rows[l].radii.empty()) price(x.subspan(l * dim, dim), ws.lanes[l]);
  }
  if (!std::ranges::all_of(norms_, searched)) {
    find_minorants(x, logits, ws, rows);
    ws.wait_for(rows);
    if (pull_back_) return certify_learnt(ws, rows);
    if (kinked_map_) {
      for (const std::size_t l : ws.waiting) certify_kinked(ws.lanes[l], rows[l].radii);
      return;
    }
    for (const std::size_t l : ws.waiting) {
      CertifyLane& lane = ws.lanes[l];
      if (method_ != Method::kClosedForm) lane.problem.assign(lane.minorant.separable, cost_, lane.interval);
      lane.hint = {};
      for (std::size_t k = 0; k < norms_.size(); ++k) {
        if (!searched(norms_[k])) certify_lane(lane, k, rows[l]);
      }
    }
  }
  if (std::ranges::any_of(norms_, searched)) plan_->backward_tile(ws.infer);
  for (std::size_t k = 0; k < norms_.size(); ++k) {
    if (!searched(norms_[k])) continue;
    search(x, logits, k, ws, rows);
    ws.wait_for(rows);
    for (const std::size_t l : ws.waiting) {
      certify_lane(ws.lanes[l], k, rows[l]);
      retry_at_input(x.subspan(l * dim, dim), k, ws, ws.lanes[l], rows[l]);
    }
  }
}

void Certifier::certify_lane(const CertifyLane& lane, std::size_t norm, const CertifiedRow& row) const {
  double& radius = row.radii[norm];
  if (method_ == Method::kClosedForm) {
    radius = closed_form(lane.minorant, norm);
    return;
  }
  Proposal proposal;
  radius = separable(lane, norm, proposal);
  if (row.proofs.empty() || !(radius > 0)) return;
  RadiusProof& proof = row.proofs[norm];
  proof.cuts = lane.cuts;
  if (norms_[norm] == Norm::l1()) proof.reach = proposal.radius;
  if (norms_[norm] == Norm::l1() || norms_[norm] == Norm::l2()) proof.multiplier = proposal.multiplier;
}

void Certifier::certify_other(std::span<const float> x, CertifyWorkspace& ws, std::span<double> radii) const {
  std::fill(radii.begin(), radii.end(), kInfinity);
  CertifyLane& lane = ws.lanes.front();
  if (method_ != Method::kClosedForm) price(x, lane);
  lane.hint = {};
  for (std::size_t piece = 0; piece < verifier_->pieces(); ++piece) {
    verifier_->prove_below(x, static_cast<std::int32_t>(piece), ws.verify, lane.minorant);
    if (pull_back_) {
      certify_learnt_piece(ws, radii);
      continue;
    }
    assert(!kinked_map_ && "a maximum of affine pieces has no abs");
    if (method_ != Method::kClosedForm) lane.problem.assign(lane.minorant.separable, cost_, lane.interval);
    for (std::size_t k = 0; k < norms_.size(); ++k) {
      Proposal proposal;
      const bool closed = method_ == Method::kClosedForm;
      radii[k] = std::min(radii[k], closed ? closed_form(lane.minorant, k) : separable(lane, k, proposal));
    }
  }
}

Result<double> Certifier::confirm(std::span<const float> x, const Certificate& certificate,
                                  CertifyWorkspace& ws) const {
  if (!is_separable(model_->feature_map)) {
    return Error{ErrorCode::kUnsupported,
                 "certificate: the model's feature map has a linear map or a convolution, expected centres, scales and "
                 "a last abs"};
  }
  const Norm norm = certificate.norm;
  const RadiusProof& proof = certificate.proof;
  if (proof.cuts.empty()) return 0.0;
  STANDFAST_TRY(const auto shapes, infer_shapes(model_->graph));
  CertifyLane& lane = ws.lanes.front();
  lane.parts.resize(std::max(lane.parts.size(), proof.cuts.size()));
  for (std::size_t j = 0; j < proof.cuts.size(); ++j) {
    STANDFAST_TRY(const Slopes slopes, unflatten(proof.cuts[j], model_->graph, shapes));
    verifier_->prove(x, slopes, ws.verify, lane.parts[j]);
  }
  combine(std::span(lane.parts).first(proof.cuts.size()), weights_of(proof.cuts), lane.minorant);
  price(x, lane);
  const Proposal proposal{norm == Norm::l1() ? proof.reach : certificate.radius, proof.multiplier};
  return confirm_separable(lane.minorant, {cost_, lane.interval}, norm, proposal);
}

WeakestDirection Certifier::weakest_direction(std::span<const float> x, Norm norm, CertifyWorkspace& ws) const {
  WeakestDirection weakest;
  weakest.change.assign(x.size(), 0.0);
  float logit = 0;
  plan_->forward_tile(x, 1, ws.infer, std::span(&logit, 1));
  if (!(logit > 0)) return weakest;
  std::vector<double> radii(norms_.size());
  const CertifiedRow row{radii, {}};
  certify(x, std::span(&logit, 1), ws, std::span(&row, 1));
  const auto position = static_cast<std::size_t>(std::find(norms_.begin(), norms_.end(), norm) - norms_.begin());
  weakest.radius = radii[position];
  const PricedProblem& problem = pull_back_ ? ws.lanes.front().best_problem : ws.lanes.front().problem;
  if (!(problem.margin > 0)) return weakest;
  weakest.change = worst_change(problem, norm, separable_radius(problem, norm));
  for (std::size_t i = 0; i < x.size(); ++i) weakest.change[i] /= cost_[i];
  return weakest;
}

}  // namespace standfast
