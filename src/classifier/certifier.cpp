#include "classifier/certifier.hpp"

#include <algorithm>
#include <string>

#include "base/try.hpp"
#include "certify/closed_form.hpp"
#include "certify/plan_tangents.hpp"
#include "classifier/proofs.hpp"
#include "model/max_affine.hpp"
#include "verify/combine.hpp"

namespace standfast {
namespace {

Status check_norms(const CertifyOptions& options) {
  if (options.norms.empty()) return Error{ErrorCode::kBadOption, "norms: found none, expected at least one"};
  for (const Norm norm : options.norms) {
    const bool counts = norm == Norm::l0();
    if (options.method == Method::kClosedForm && counts) {
      return Error{ErrorCode::kBadOption,
                   "norm l0: the closed form needs a norm p >= 1; use the separable method with bounds"};
    }
    const bool known = counts || norm == Norm::l1() || norm == Norm::l2() || norm == Norm::linf();
    if (options.method != Method::kClosedForm && !known) {
      return Error{ErrorCode::kBadOption, "norm " + norm.name() + ": the " + std::string(method_name(options.method)) +
                                              " method knows l0, l1, l2 and linf; use the closed form"};
    }
  }
  return {};
}

Status check_map(const Model& model, const CertifyOptions& options) {
  if (options.method == Method::kClosedForm || is_separable(model.feature_map)) return {};
  return Error{ErrorCode::kUnsupported,
               "feature map: the " + std::string(method_name(options.method)) +
                   " method needs centres, scales and a last abs, found a linear map or a convolution; use the closed "
                   "form"};
}

constexpr std::size_t kRefinedPasses = 5;
constexpr std::size_t kExactPasses = 60;
constexpr std::size_t kMaxPasses = 1000;

Status check_search(const CertifyOptions& options) {
  if (options.passes > kMaxPasses) {
    return Error{ErrorCode::kBadOption,
                 "passes: found " + std::to_string(options.passes) + ", expected 1 to " + std::to_string(kMaxPasses)};
  }
  if (!(options.gap > 0 && options.gap < 1)) {
    return Error{ErrorCode::kBadOption,
                 "gap: found " + std::to_string(options.gap) + ", expected a share above 0 and below 1"};
  }
  if (options.keep_proofs && (options.method == Method::kClosedForm || options.guarantee == Guarantee::kNone)) {
    return Error{ErrorCode::kBadOption,
                 "proofs: the closed form and guarantee none have none; use the separable, refined or exact method and "
                 "guarantee real or deployed"};
  }
  return {};
}

Status check_both(const Model& model, const CertifyOptions& options) {
  if (!options.both_classes) return {};
  if (!is_max_affine(model)) {
    return Error{ErrorCode::kUnsupported,
                 "both classes: found a network that is not a maximum of affine pieces over a map without abs, so that "
                 "only the sensitive class can be certified"};
  }
  if (options.guarantee == Guarantee::kDeployed) {
    return Error{ErrorCode::kBadOption,
                 "both classes: the deployed verdict leans towards the sensitive class; use guarantee real"};
  }
  return {};
}

std::size_t passes_of(const CertifyOptions& options) {
  if (options.passes > 0) return options.passes;
  return options.method == Method::kExact ? kExactPasses : kRefinedPasses;
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

}  // namespace

/// The float32 tangents, or what the verifier proves of their slopes; all are kept, with the slopes, for the proof.
class KeptTangents : public PlanTangents {
 public:
  KeptTangents(const Certifier& certifier, std::span<const float> x, CertifyWorkspace& workspace)
      : PlanTangents(*certifier.plan_, certifier.reader_, x, features_of(workspace.infer, x), workspace.probe),
        certifier_(certifier),
        x_(x),
        ws_(workspace) {}

  const SeparableMinorant& tangent(std::span<const double> change, std::span<const double> fold_change) override {
    ProvenMinorant& out = ws_.next_tangent();
    if (certifier_.guarantee_ == Guarantee::kNone) {
      out.is_separable = true;
      out.separable = PlanTangents::tangent(change, fold_change);
      out.slope_error.assign(out.separable.dim(), 0.0);
    } else {
      run_moved(change, fold_change);
      certifier_.verifier_->prove(x_, ws_.probe.slopes, ws_.verify, out);
    }
    ws_.slopes[ws_.used - 1] = ws_.probe.slopes;
    return out.separable;
  }

 private:
  const Certifier& certifier_;
  std::span<const float> x_;
  CertifyWorkspace& ws_;
};

ProvenMinorant& CertifyWorkspace::next_tangent() {
  if (used == tangents.size()) {
    tangents.emplace_back();
    slopes.emplace_back();
  }
  return tangents[used++];
}

Result<Certifier> Certifier::create(const Model& model, const Plan& plan, const Verifier& verifier,
                                    const CertifyOptions& options) {
  STANDFAST_CHECK(check_norms(options));
  STANDFAST_CHECK(check_map(model, options));
  STANDFAST_CHECK(check_search(options));
  STANDFAST_CHECK(check_both(model, options));
  STANDFAST_CHECK(options.threat.validate(model.dim()));
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
      threat_(options.threat) {
  for (std::size_t i = 0; i < model.dim(); ++i) cost_.push_back(threat_.cost_of(i));
  for (const Norm norm : norms_) lipschitz_.push_back(map_lipschitz(model, norm));
}

void Certifier::find_minorant(std::span<const float> x, float logit, CertifyWorkspace& ws) const {
  ws.used = 0;
  ProvenMinorant& out = ws.next_tangent();
  ws.slopes.front() = ws.infer.slopes;
  if (guarantee_ != Guarantee::kNone) {
    verifier_->prove(x, ws.infer.slopes, ws.verify, out);
    return;
  }
  plan_->backward(ws.infer);
  out.is_separable = reader_.separable();
  if (reader_.separable()) {
    reader_.read(features_of(ws.infer, x), logit, ws.infer.feature_dual, out.separable);
    out.slope_error.assign(x.size(), 0.0);
  } else {
    reader_.read(logit, ws.infer.feature_dual, out.feature);
  }
}

void Certifier::price(std::span<const float> x, CertifyWorkspace& ws) const {
  ws.interval.resize(x.size());
  for (std::size_t i = 0; i < x.size(); ++i) ws.interval[i] = threat_.interval_rounded_out(i, x[i]);
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

std::vector<double> Certifier::weigh_tangents(std::span<const float> x, std::size_t norm, CertifyWorkspace& ws) const {
  ws.used = 1;
  ws.problem.assign(ws.tangents.front().separable, cost_, ws.interval);
  std::vector<double> weights = {1.0};
  if (searches(norms_[norm]) && ws.problem.margin > 0) {
    KeptTangents source(*this, x, ws);
    const CutSearchOptions options{norms_[norm], passes_, method_ == Method::kExact, gap_};
    ws.first_problem = ws.problem;
    weights = ws.search.run(ws.first_problem, cost_, options, source).weights;
    weights.resize(ws.used, 0.0);  // those tried after the best ones were found
  }
  combine(ws.used_tangents(), weights, ws.minorant);
  ws.problem.assign(ws.minorant.separable, cost_, ws.interval);
  return weights;
}

double Certifier::separable(CertifyWorkspace& ws, std::size_t norm, Proposal& proposal) const {
  const SeparableRadius found = separable_radius(ws.problem, norms_[norm]);
  if (guarantee_ == Guarantee::kNone) return found.radius;
  proposal = {norms_[norm] == Norm::l1() ? found.reach : found.radius, found.multiplier};
  const double confirmed = confirm_separable(ws.minorant, {cost_, ws.interval}, norms_[norm], proposal);
  if (confirmed == 0 && found.radius > 0 && norms_[norm] != Norm::l0()) return without_proposal(ws, norm, proposal);
  return confirmed;
}

double Certifier::without_proposal(const CertifyWorkspace& ws, std::size_t norm, Proposal& proposal) const {
  const double closed = closed_form(ws.minorant, norm);
  // where only a rounding error keeps an infinite radius from its proof, a huge one can be proven; else the dual norm
  // alone, whose multiplier is known as well
  for (const double factor : {0x1p30, 0x1p20, 0x1p10, 1.0}) {
    const double radius = closed * factor;
    if (!(radius > 0 && radius < 0x1p500)) continue;
    const bool l1 = norms_[norm] == Norm::l1();
    const double margin = ws.problem.margin;
    // a little above the steepest slope, so that no rounding makes a change pay without end
    const double dual = l1 ? (factor == 1 ? margin / radius * (1 + 1e-9) : 0.0) : margin / (radius * radius);
    proposal = {l1 && factor == 1 ? kInfinity : radius, dual};
    const double confirmed = confirm_separable(ws.minorant, {cost_, ws.interval}, norms_[norm], proposal);
    if (confirmed > 0) return confirmed;
  }
  return 0;
}

void Certifier::certify(std::span<const float> x, float logit, CertifyWorkspace& ws, const CertifiedRow& out) const {
  std::fill(out.radii.begin(), out.radii.end(), 0.0);
  find_minorant(x, logit, ws);
  if (method_ != Method::kClosedForm) price(x, ws);
  for (std::size_t k = 0; k < norms_.size(); ++k) {
    if (method_ == Method::kClosedForm) {
      out.radii[k] = closed_form(ws.tangents.front(), k);
      continue;
    }
    const std::vector<double> weights = weigh_tangents(x, k, ws);
    Proposal proposal;
    out.radii[k] = separable(ws, k, proposal);
    if (!out.proofs.empty() && out.radii[k] > 0) out.proofs[k] = keep_proof(ws, weights, norms_[k], proposal);
  }
}

void Certifier::certify_other(std::span<const float> x, CertifyWorkspace& ws, std::span<double> radii) const {
  std::fill(radii.begin(), radii.end(), kInfinity);
  ws.used = 0;
  ProvenMinorant& below = ws.next_tangent();
  if (method_ != Method::kClosedForm) price(x, ws);
  for (std::size_t piece = 0; piece < verifier_->pieces(); ++piece) {
    verifier_->prove_below(x, static_cast<std::int32_t>(piece), ws.verify, below);
    if (method_ != Method::kClosedForm) {
      ws.minorant = below;
      ws.problem.assign(ws.minorant.separable, cost_, ws.interval);
    }
    for (std::size_t k = 0; k < norms_.size(); ++k) {
      Proposal proposal;
      const bool closed = method_ == Method::kClosedForm;
      radii[k] = std::min(radii[k], closed ? closed_form(below, k) : separable(ws, k, proposal));
    }
  }
}

RadiusProof Certifier::keep_proof(const CertifyWorkspace& ws, const std::vector<double>& weights, Norm norm,
                                  const Proposal& proposal) const {
  RadiusProof proof;
  for (std::size_t j = 0; j < weights.size(); ++j) {
    if (weights[j] > 0) proof.cuts.push_back(flatten(ws.slopes[j], weights[j]));
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
  ws.used = 0;
  std::vector<double> weights;
  for (std::size_t j = 0; j < proof.cuts.size(); ++j) {
    STANDFAST_TRY(const Slopes slopes, unflatten(proof.cuts[j], model_->graph, shapes));
    verifier_->prove(x, slopes, ws.verify, ws.next_tangent());
    weights.push_back(proof.cuts[j].weight);
  }
  combine(ws.used_tangents(), weights, ws.minorant);
  price(x, ws);
  const Proposal proposal{norm == Norm::l1() ? proof.reach : certificate.radius, proof.multiplier};
  return confirm_separable(ws.minorant, {cost_, ws.interval}, norm, proposal);
}

WeakestDirection Certifier::weakest_direction(std::span<const float> x, Norm norm, CertifyWorkspace& ws) const {
  WeakestDirection weakest;
  weakest.change.assign(x.size(), 0.0);
  const float logit = plan_->forward(x, ws.infer);
  if (!(logit > 0)) return weakest;
  find_minorant(x, logit, ws);
  price(x, ws);
  const auto position = static_cast<std::size_t>(std::find(norms_.begin(), norms_.end(), norm) - norms_.begin());
  weigh_tangents(x, position, ws);
  Proposal proposal;
  weakest.radius = separable(ws, position, proposal);
  if (!(ws.problem.margin > 0)) return weakest;
  weakest.change = worst_change(ws.problem, norm, separable_radius(ws.problem, norm));
  for (std::size_t i = 0; i < x.size(); ++i) weakest.change[i] /= cost_[i];
  return weakest;
}

}  // namespace standfast
