// One unit after the other becomes a line, then the lines go back through the steps of the map, their errors beside
// them.
#include "verify_wide/pull_back.hpp"

#include <algorithm>
#include <cassert>
#include <cmath>

#include "base/rounding.hpp"
#include "verify/lines.hpp"
#include "verify_wide/affine_ops.hpp"

namespace standfast::verify_wide {

using verify::ProvenMinorant;

PullBack::PullBack(const verify::Verifier& core, const Products& products)
    : core_(&core), products_(&products), has_abs_(core.model().feature_map.back().kind == model::MapKind::kAbs) {
  assert(core.map().view() == model::MapView::kMixing || core.map().view() == model::MapView::kKinked);
  units_ = model::element_count(core.model().graph.input_shape) / (has_abs_ ? 2 : 1);
}

void PullBack::run(std::span<const ProvenMinorant* const> from, const model::MapReach& reach, Norm norm,
                   std::span<const minorant::BendProposal> proposals, PullBackWorkspace& ws,
                   std::span<ProvenMinorant* const> out) const {
  assert(from.size() <= kProofLanes && proposals.size() == from.size() && out.size() == from.size());
  const std::size_t lanes = proof_lanes(from.size());
  const model::Model& model = core_->model();
  ws.dual.assign(units_ * lanes, 0.0);
  ws.error.assign(units_ * lanes, 0.0);
  for (std::size_t lane = 0; lane < from.size(); ++lane) {
    const verify::LinearInUnits lines = verify::through_lines(*from[lane], has_abs_, reach, norm, proposals[lane]);
    for (std::size_t i = 0; i < units_; ++i) {
      ws.dual[i * lanes + lane] = lines.coefficient.value[i];
      ws.error[i * lanes + lane] = lines.coefficient.error[i];
    }
    out[lane]->is_separable = true;
    out[lane]->valid_up_to = lines.valid_up_to;
    out[lane]->separable.margin = lines.margin;
  }
  for (std::size_t k = model.feature_map.size(); k-- > 0;) pull_step(k, lanes, ws);
  for (std::size_t lane = 0; lane < from.size(); ++lane) {
    ProvenMinorant& m = *out[lane];
    m.separable.coefficient.resize(model.dim());
    m.separable.bend.clear();
    m.separable.offset.clear();
    m.gradient_error.resize(model.dim());
    double zero = 0;  // NaN where a value is not finite
    for (std::size_t i = 0; i < model.dim(); ++i) {
      m.separable.coefficient[i] = ws.dual[i * lanes + lane];
      m.gradient_error[i] = ws.error[i * lanes + lane];
      zero += (m.separable.coefficient[i] - m.separable.coefficient[i]) + (m.gradient_error[i] - m.gradient_error[i]);
    }
    if (!(zero == 0)) m.separable.margin = -kInfinity;
  }
}

void PullBack::pull_step(std::size_t k, std::size_t lanes, PullBackWorkspace& ws) const {
  const model::Model& model = core_->model();
  const model::MapStep& step = model.feature_map[k];
  if (step.kind == model::MapKind::kCenter || step.kind == model::MapKind::kAbs) return;
  const model::Shape& in = k == 0 ? model.input_shape : core_->map().shapes()[k - 1];
  if (step.kind == model::MapKind::kScale) {
    for (std::size_t at = 0; at < ws.dual.size(); ++at) {
      const double s = model::broadcast(step.values, at / lanes);
      ws.dual[at] *= s;
      ws.error[at] = ws.error[at] * s * (1 + gamma_n(8)) + kBoundSlack * gamma_n(2) * std::fabs(ws.dual[at]);
    }
  } else {
    const Affine op = model::affine_of(step, in, core_->map().shapes()[k]);
    const double gamma = gamma_n(model::terms_of_transposed(op) + 2);
    for (std::size_t at = 0; at < ws.dual.size(); ++at) {
      ws.error[at] = ws.error[at] * (1 + gamma_n(8)) + kBoundSlack * gamma * std::fabs(ws.dual[at]);
    }
    ws.next.assign(model::element_count(in) * lanes, 0.0);
    ws.next_error.assign(ws.next.size(), 0.0);
    add_transposed(*products_, op, Weights::kSigned, lanes, ws.dual, ws.next);
    add_transposed(*products_, op, Weights::kMagnitudes, lanes, ws.error, ws.next_error);
    for (double& error : ws.next_error) error *= 1 + 2 * gamma;
    ws.dual.swap(ws.next);
    ws.error.swap(ws.next_error);
  }
  for (std::size_t at = 0; at < ws.dual.size(); ++at) verify::avoid_underflow(ws.dual[at], ws.error[at]);
}

}  // namespace standfast::verify_wide
