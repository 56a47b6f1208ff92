#include "classifier/certifier.hpp"

#include <algorithm>
#include <string>

#include "base/try.hpp"
#include "certify/closed_form.hpp"

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
    if (options.method == Method::kSeparable && !known) {
      return Error{ErrorCode::kBadOption,
                   "norm " + norm.name() + ": the separable method knows l0, l1, l2 and linf; use the closed form"};
    }
  }
  return {};
}

Status check_map(const Model& model, const CertifyOptions& options) {
  if (options.method == Method::kClosedForm || is_separable(model.feature_map)) return {};
  return Error{ErrorCode::kUnsupported,
               "feature map: the separable method needs centres, scales and a last abs, found a linear map or a "
               "convolution; use the closed form"};
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

Result<Certifier> Certifier::create(const Model& model, const Plan& plan, const Verifier& verifier,
                                    const CertifyOptions& options) {
  STANDFAST_CHECK(check_norms(options));
  STANDFAST_CHECK(check_map(model, options));
  STANDFAST_CHECK(options.threat.validate(model.dim()));
  return Certifier(model, plan, verifier, options);
}

Certifier::Certifier(const Model& model, const Plan& plan, const Verifier& verifier, const CertifyOptions& options)
    : plan_(&plan),
      verifier_(&verifier),
      reader_(model),
      norms_(options.norms),
      method_(options.method),
      guarantee_(options.guarantee),
      threat_(options.threat) {
  for (std::size_t i = 0; i < model.dim(); ++i) cost_.push_back(threat_.cost_of(i));
  for (const Norm norm : norms_) lipschitz_.push_back(map_lipschitz(model, norm));
}

void Certifier::find_minorant(std::span<const float> x, float logit, CertifyWorkspace& ws) const {
  if (guarantee_ == Guarantee::kReal) {
    verifier_->prove(x, ws.infer.slopes, ws.verify, ws.minorant);
    return;
  }
  plan_->backward(ws.infer);
  ws.minorant.is_separable = reader_.separable();
  if (reader_.separable()) {
    reader_.read(x, logit, ws.infer, ws.minorant.separable);
  } else {
    reader_.read(logit, ws.infer, ws.minorant.feature);
  }
}

void Certifier::price(std::span<const float> x, CertifyWorkspace& ws) const {
  ws.interval.resize(x.size());
  for (std::size_t i = 0; i < x.size(); ++i) ws.interval[i] = threat_.interval_rounded_out(i, x[i]);
  ws.problem.assign(ws.minorant.separable, cost_, ws.interval);
}

double Certifier::closed_form(const ProvenMinorant& m, std::size_t norm) const {
  if (guarantee_ == Guarantee::kReal) return confirm_closed_form(m, cost_, norms_[norm], lipschitz_[norm]);
  if (m.is_separable) return closed_form_radius(m.separable, cost_, norms_[norm], lipschitz_[norm]);
  const double cheapest = *std::min_element(cost_.begin(), cost_.end());
  return closed_form_radius(m.feature, cheapest, norms_[norm], lipschitz_[norm]);
}

double Certifier::separable(CertifyWorkspace& ws, std::size_t norm) const {
  const SeparableRadius found = separable_radius(ws.problem, norms_[norm]);
  if (guarantee_ == Guarantee::kNone) return found.radius;
  const bool l1 = norms_[norm] == Norm::l1();
  const Proposal proposal{l1 ? found.reach : found.radius, found.multiplier};
  const double confirmed = confirm_separable(ws.minorant, {cost_, ws.interval}, norms_[norm], proposal);
  if (confirmed == 0 && found.radius > 0 && norms_[norm] != Norm::l0()) return without_proposal(ws, norm);
  return confirmed;
}

double Certifier::without_proposal(const CertifyWorkspace& ws, std::size_t norm) const {
  const double closed = closed_form(ws.minorant, norm);
  // where only a rounding error keeps an infinite radius from its proof, a huge one can be proven
  for (const double factor : {0x1p30, 0x1p20, 0x1p10}) {
    const double huge = closed * factor;
    if (!(huge > 0 && huge < 0x1p500)) break;
    const double multiplier = norms_[norm] == Norm::l2() ? ws.problem.margin / (huge * huge) : 0;
    const double confirmed = confirm_separable(ws.minorant, {cost_, ws.interval}, norms_[norm], {huge, multiplier});
    if (confirmed > closed) return confirmed;
  }
  return closed;
}

float Certifier::certify(std::span<const float> x, CertifyWorkspace& ws, std::span<double> radii) const {
  std::fill(radii.begin(), radii.end(), 0.0);
  const float logit = plan_->forward(x, ws.infer);
  if (!(logit > 0)) return logit;
  find_minorant(x, logit, ws);
  if (method_ == Method::kSeparable) price(x, ws);
  for (std::size_t k = 0; k < norms_.size(); ++k) {
    radii[k] = method_ == Method::kSeparable ? separable(ws, k) : closed_form(ws.minorant, k);
  }
  return logit;
}

WeakestDirection Certifier::weakest_direction(std::span<const float> x, Norm norm, CertifyWorkspace& ws) const {
  WeakestDirection weakest;
  weakest.change.assign(x.size(), 0.0);
  const float logit = plan_->forward(x, ws.infer);
  if (!(logit > 0)) return weakest;
  find_minorant(x, logit, ws);
  price(x, ws);
  const auto position = static_cast<std::size_t>(std::find(norms_.begin(), norms_.end(), norm) - norms_.begin());
  weakest.radius = separable(ws, position);
  if (!(ws.problem.margin > 0)) return weakest;
  weakest.change = worst_change(ws.problem, norm, separable_radius(ws.problem, norm));
  for (std::size_t i = 0; i < x.size(); ++i) weakest.change[i] /= cost_[i];
  return weakest;
}

}  // namespace standfast
