#include "classifier/certifier.hpp"

#include <algorithm>
#include <cmath>

#include "base/try.hpp"
#include "certify/closed_form.hpp"
#include "classifier/certify_options.hpp"
#include "classifier/proofs.hpp"
#include "verify/combine.hpp"

namespace standfast {
namespace {

// Values of a tile's inputs: beyond this the scratch memory of a search would be gigabytes.
constexpr std::size_t kLargestTile = 1U << 20U;

double map_lipschitz(const Model& model, Norm norm) {
  if (norm == Norm::l0()) return 1;
  if (!is_separable(model.feature_map)) return lipschitz_upper(model.feature_map, model.input_shape, norm);
  // centres and scales are folded into the slopes, feature by feature; only abs is left
  FeatureMap rest;
  std::copy_if(model.feature_map.begin(), model.feature_map.end(), std::back_inserter(rest),
               [](const MapStep& step) { return step.kind == MapKind::kAbs; });
  return lipschitz_upper(rest, model.input_shape, norm);
}

Lane lane_of(const AlignedFloats& tile, std::size_t lane) { return {tile.data() + lane, kLanes}; }

}  // namespace

ProvenMinorant& CertifyLane::next_tangent() {
  if (used == tangents.size()) {
    tangents.emplace_back();
    cuts.emplace_back();
  }
  return tangents[used++];
}

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
      passes_(passes_of(options)),
      gap_(options.gap),
      keep_proofs_(options.keep_proofs),
      threat_(options.threat) {
  for (std::size_t i = 0; i < model.dim(); ++i) cost_.push_back(threat_.cost_of(i));
  for (const Norm norm : norms_) lipschitz_.push_back(map_lipschitz(model, norm));
}

std::size_t Certifier::tile() const { return std::clamp<std::size_t>(kLargestTile / model_->dim(), 1, kLanes); }

void Certifier::find_minorants(std::span<const float> x, std::span<const float> logits, CertifyWorkspace& ws,
                               std::span<const CertifiedRow> rows) const {
  for (std::size_t l = 0; l < rows.size(); ++l) {
    CertifyLane& lane = ws.lanes[l];
    lane.used = 0;
    ws.wanted[l] = rows[l].radii.empty() ? nullptr : &lane.next_tangent();
    if (keep_proofs_ && ws.wanted[l] != nullptr) lane.cuts.front() = flatten(ws.infer.slopes, l);
  }
  if (guarantee_ != Guarantee::kNone) {
    verifier_->prove_tile(x, rows.size(), ws.infer.slopes, ws.verify, std::span(ws.wanted).first(rows.size()));
    return;
  }
  plan_->backward_tile(ws.infer);
  for (std::size_t l = 0; l < rows.size(); ++l) {
    if (ws.wanted[l] == nullptr) continue;
    ProvenMinorant& out = *ws.wanted[l];
    const Lane slope = lane_of(ws.infer.feature_dual, l);
    out.is_separable = reader_.separable();
    if (!reader_.separable()) {
      MinorantReader::read(logits[l], slope, element_count(model_->graph.input_shape), out.feature);
      continue;
    }
    reader_.read(lane_of(ws.infer.features, l), logits[l], slope, out.separable);
    out.slope_error.assign(model_->dim(), 0.0);
  }
}

void Certifier::find_tangents(std::span<const float> x, CertifyWorkspace& ws) const {
  const std::size_t count = ws.waiting.size(), dim = model_->dim();
  plan_->prepare_tile(ws.probe);
  ws.inputs.resize(count * dim);
  for (std::size_t slot = 0; slot < count; ++slot) {
    const std::size_t l = ws.waiting[slot];
    CertifyLane& lane = ws.lanes[l];
    reader_.move(lane_of(ws.infer.features, l), lane.search.change(), lane.search.fold_change(),
                 ws.probe.features.data() + slot, kLanes);
    std::copy_n(x.begin() + static_cast<std::ptrdiff_t>(l * dim), dim,
                ws.inputs.begin() + static_cast<std::ptrdiff_t>(slot * dim));
    ws.wanted[slot] = &lane.next_tangent();
  }
  plan_->forward_features_tile(count, ws.probe, std::span(ws.logits).first(count));
  if (guarantee_ != Guarantee::kNone) {
    verifier_->prove_tile(ws.inputs, count, ws.probe.slopes, ws.verify, std::span(ws.wanted).first(count));
  } else {
    plan_->backward_tile(ws.probe);
  }
  for (std::size_t slot = 0; slot < count; ++slot) {
    CertifyLane& lane = ws.lanes[ws.waiting[slot]];
    if (keep_proofs_) lane.cuts[lane.used - 1] = flatten(ws.probe.slopes, slot);
    if (guarantee_ != Guarantee::kNone) continue;
    ProvenMinorant& out = *ws.wanted[slot];
    const Lane features = lane_of(ws.infer.features, ws.waiting[slot]), slope = lane_of(ws.probe.feature_dual, slot);
    out.is_separable = true;
    reader_.read(features, reader_.margin_at(features, ws.logits[slot], slope, lane_of(ws.probe.features, slot)), slope,
                 out.separable);
    out.slope_error.assign(dim, 0.0);
  }
}

void Certifier::search(std::span<const float> x, std::size_t norm, CertifyWorkspace& ws,
                       std::span<const CertifiedRow> rows) const {
  const CutSearchOptions options{norms_[norm], passes_, method_ == Method::kExact, gap_};
  const std::size_t dim = model_->dim();
  ws.waiting.clear();
  for (std::size_t l = 0; l < rows.size(); ++l) {
    CertifyLane& lane = ws.lanes[l];
    if (rows[l].radii.empty() || !(lane.first_problem.margin > 0)) continue;
    lane.values.emplace(*plan_, x.subspan(l * dim, dim), ws.single);
    if (lane.search.start(lane.first_problem, cost_, options, &*lane.values)) ws.waiting.push_back(l);
  }
  while (!ws.waiting.empty()) {
    find_tangents(x, ws);
    std::erase_if(ws.waiting, [&](std::size_t l) {
      CertifyLane& lane = ws.lanes[l];
      return !lane.search.take(lane.tangents[lane.used - 1].separable);
    });
  }
  for (std::size_t l = 0; l < rows.size(); ++l) {
    CertifyLane& lane = ws.lanes[l];
    if (rows[l].radii.empty() || !(lane.first_problem.margin > 0)) continue;
    lane.weights = lane.search.result().weights;
    if (lane.weights.size() == 1) continue;
    lane.weights.resize(lane.used, 0.0);  // those tried after the best ones were found
    combine(lane.used_tangents(), lane.weights, lane.sum);
    lane.sum_problem.assign(lane.sum.separable, cost_, lane.interval);
  }
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

double Certifier::separable(CertifyLane& lane, std::size_t norm, Proposal& proposal) const {
  const SeparableRadius found = separable_radius(lane.problem(), norms_[norm]);
  if (guarantee_ == Guarantee::kNone) return found.radius;
  proposal = {norms_[norm] == Norm::l1() ? found.reach : found.radius, found.multiplier};
  const double confirmed = confirm_separable(lane.minorant(), {cost_, lane.interval}, norms_[norm], proposal);
  if (confirmed == 0 && found.radius > 0 && norms_[norm] != Norm::l0()) return without_proposal(lane, norm, proposal);
  return confirmed;
}

double Certifier::without_proposal(const CertifyLane& lane, std::size_t norm, Proposal& proposal) const {
  const double closed = closed_form(lane.minorant(), norm);
  // where only a rounding error keeps an infinite radius from its proof, a huge one can be proven; else the dual norm
  // alone, whose multiplier is known as well
  for (const double factor : {0x1p30, 0x1p20, 0x1p10, 1.0}) {
    const double radius = closed * factor;
    if (!(radius > 0 && radius < 0x1p500)) continue;
    const bool l1 = norms_[norm] == Norm::l1();
    const double margin = lane.problem().margin;
    // a little above the steepest slope, so that no rounding makes a change pay without end
    const double dual = l1 ? (factor == 1 ? margin / radius * (1 + 1e-9) : 0.0) : margin / (radius * radius);
    proposal = {l1 && factor == 1 ? kInfinity : radius, dual};
    const double confirmed = confirm_separable(lane.minorant(), {cost_, lane.interval}, norms_[norm], proposal);
    if (confirmed > 0) return confirmed;
  }
  return 0;
}

void Certifier::certify(std::span<const float> x, std::span<const float> logits, CertifyWorkspace& ws,
                        std::span<const CertifiedRow> rows) const {
  find_minorants(x, logits, ws, rows);
  const std::size_t dim = model_->dim();
  for (std::size_t l = 0; l < rows.size(); ++l) {
    if (rows[l].radii.empty() || method_ == Method::kClosedForm) continue;
    CertifyLane& lane = ws.lanes[l];
    price(x.subspan(l * dim, dim), lane);
    lane.first_problem.assign(lane.tangents.front().separable, cost_, lane.interval);
  }
  for (std::size_t k = 0; k < norms_.size(); ++k) {
    for (CertifyLane& lane : ws.lanes) {
      lane.used = 1;
      lane.weights = {1.0};
    }
    if (searches(norms_[k])) search(x, k, ws, rows);
    for (std::size_t l = 0; l < rows.size(); ++l) {
      if (rows[l].radii.empty()) continue;
      CertifyLane& lane = ws.lanes[l];
      double& radius = rows[l].radii[k];
      if (method_ == Method::kClosedForm) {
        radius = closed_form(lane.tangents.front(), k);
        continue;
      }
      Proposal proposal;
      radius = separable(lane, k, proposal);
      if (!rows[l].proofs.empty() && radius > 0) rows[l].proofs[k] = keep_proof(lane, norms_[k], proposal);
    }
  }
}

void Certifier::certify_other(std::span<const float> x, CertifyWorkspace& ws, std::span<double> radii) const {
  std::fill(radii.begin(), radii.end(), kInfinity);
  CertifyLane& lane = ws.lanes.front();
  lane.used = 0;
  lane.weights = {1.0};
  ProvenMinorant& below = lane.next_tangent();
  if (method_ != Method::kClosedForm) price(x, lane);
  for (std::size_t piece = 0; piece < verifier_->pieces(); ++piece) {
    verifier_->prove_below(x, static_cast<std::int32_t>(piece), ws.verify, below);
    if (method_ != Method::kClosedForm) lane.first_problem.assign(below.separable, cost_, lane.interval);
    for (std::size_t k = 0; k < norms_.size(); ++k) {
      Proposal proposal;
      const bool closed = method_ == Method::kClosedForm;
      radii[k] = std::min(radii[k], closed ? closed_form(below, k) : separable(lane, k, proposal));
    }
  }
}

RadiusProof Certifier::keep_proof(const CertifyLane& lane, Norm norm, const Proposal& proposal) const {
  RadiusProof proof;
  for (std::size_t j = 0; j < lane.weights.size(); ++j) {
    if (!(lane.weights[j] > 0)) continue;
    proof.cuts.push_back(lane.cuts[j]);
    proof.cuts.back().weight = lane.weights[j];
  }
  if (norm == Norm::l1()) proof.reach = proposal.radius;
  if (norm == Norm::l1() || norm == Norm::l2()) proof.multiplier = proposal.multiplier;
  return proof;
}

Result<double> Certifier::confirm(std::span<const float> x, const Certificate& certificate,
                                  CertifyWorkspace& ws) const {
  const Norm norm = certificate.norm;
  const RadiusProof& proof = certificate.proof;
  if (proof.cuts.empty()) return 0.0;
  STANDFAST_TRY(const auto shapes, infer_shapes(model_->graph));
  CertifyLane& lane = ws.lanes.front();
  lane.used = 0;
  lane.weights.clear();
  for (const RadiusProof::Cut& cut : proof.cuts) {
    STANDFAST_TRY(const Slopes slopes, unflatten(cut, model_->graph, shapes));
    verifier_->prove(x, slopes, ws.verify, lane.next_tangent());
    lane.weights.push_back(cut.weight);
  }
  const bool alone = lane.weights.size() == 1 && lane.weights.front() == 1;
  if (!alone) combine(lane.used_tangents(), lane.weights, lane.sum);
  price(x, lane);
  const Proposal proposal{norm == Norm::l1() ? proof.reach : certificate.radius, proof.multiplier};
  return confirm_separable(alone ? lane.tangents.front() : lane.sum, {cost_, lane.interval}, norm, proposal);
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
  const PricedProblem& problem = ws.lanes.front().problem();
  if (!(problem.margin > 0)) return weakest;
  weakest.change = worst_change(problem, norm, separable_radius(problem, norm));
  for (std::size_t i = 0; i < x.size(); ++i) weakest.change[i] /= cost_[i];
  return weakest;
}

}  // namespace standfast
