// The steps that every kind of feature map shares: minorants at the inputs (C2), the closed form (C3), and Algorithm S
// on one minorant with its proof (V5 in docs/certificates.md). If the proof of a proposal fails by rounding alone, a
// few proposals made from the closed form are tried. Taken for granted: the forward pass of the inputs is in the
// workspace.
#include "certifier/certifier.hpp"

#include <algorithm>
#include <cmath>
#include <utility>

#include "certifier/mixing_certifier.hpp"
#include "certifier/separable_certifier.hpp"
#include "search/closed_form.hpp"
#include "verify/moves.hpp"
#include "verify/radius.hpp"
#include "verify_wide/fast_sums.hpp"

namespace standfast::certifier {
namespace {

using minorant::RadiusProposal;
using verify::ProvenMinorant;
using verify_wide::kFastSums;

// Values of a tile's inputs: beyond this, scratch memory would be gigabytes. A search keeps many minorants per input.
constexpr std::size_t kLargestTile = 1U << 22U, kLargestSearchTile = 1U << 20U;

/// p = inf: what the verifier should prove at once, less by 2^-51 for each of its roundings. It rounds sums up that the
/// search rounds to nearest, and a radius that fails costs it another sweep.
double less_than_found(double radius, std::size_t dim) {
  return radius * (1 - static_cast<double>(dim + 64) * 0x1p-51);
}

/// Maps with an abs before the end: the closed form is all there is.
class ClosedFormCertifier : public Certifier {
 public:
  explicit ClosedFormCertifier(const ModelParts& parts) : Certifier(parts) {}

 protected:
  // check_options refuses every other method for such maps
  void certify_rows(const Request&, std::span<const float>, std::span<const float>, CertifyWorkspace&,
                    Rows) const override {}
};

}  // namespace

void CertifyWorkspace::queue_rows(std::span<const CertifiedRow> rows) {
  waiting.clear();
  for (std::size_t l = 0; l < rows.size(); ++l) {
    if (!rows[l].radii.empty()) waiting.push_back(l);
  }
}

std::unique_ptr<const Certifier> Certifier::create(const ModelParts& parts) {
  switch (parts.core->map().view()) {
    case model::MapView::kSeparable:
    case model::MapView::kKinked:
      return std::make_unique<SeparableCertifier>(parts);
    case model::MapView::kMixing:
      return std::make_unique<MixingCertifier>(parts);
    case model::MapView::kOther:
      break;
  }
  return std::make_unique<ClosedFormCertifier>(parts);
}

std::size_t Certifier::inputs_per_tile(const Request& request) const {
  const std::size_t largest = request.searches_any() ? kLargestSearchTile : kLargestTile;
  return std::clamp<std::size_t>(largest / parts_.model->dim(), 1, kLanes);
}

bool Certifier::needs_tiles(const Request& request) { return request.options.keep_proofs || request.searches_any(); }

void Certifier::read_minorant(std::span<const float> x, search::Lane features, float logit, search::Lane gradient,
                              ProvenMinorant& out) const {
  out.is_separable = parts_.core->map().view() == model::MapView::kSeparable;
  if (out.is_separable) {
    reader_.read_minorant(x, features, logit, gradient, out.separable);
    out.gradient_error.assign(parts_.model->dim(), 0.0);
  } else {
    search::MinorantReader::read_minorant(logit, gradient, model::element_count(parts_.model->graph.input_shape),
                                          out.feature);
  }
}

void Certifier::find_minorant_of_one(const Request& request, std::span<const float> x, float logit,
                                     CertifyWorkspace& ws) const {
  ProvenMinorant& out = ws.lanes.front().minorant;
  infer::InferWorkspace& one = ws.infer.one;
  if (request.proves() || (needs_proven_minorants() && !request.closed_form())) {
    return parts_.wide->prove(x, one.slopes, ws.verify, out, request.options.precision);
  }
  const float* const features = one.map_values.empty() ? x.data() : one.map_values.back().data();
  read_minorant(x, {features, 1}, logit, {parts_.plan->backward(one).data(), 1}, out);
}

void Certifier::find_minorants(const Request& request, std::span<const float> x, std::span<const float> logits,
                               CertifyWorkspace& ws, Rows rows) const {
  if (rows.size() == 1 && !needs_tiles(request)) return find_minorant_of_one(request, x, logits[0], ws);
  const bool proves = request.proves() || (needs_proven_minorants() && !request.closed_form());
  const std::size_t dim = parts_.model->dim();
  if (!proves) parts_.plan->backward_tile(ws.infer);
  for (std::size_t l = 0; l < rows.size(); ++l) {
    ws.wanted[l] = rows[l].radii.empty() ? nullptr : &ws.lanes[l].minorant;
    if (ws.wanted[l] == nullptr) continue;
    if (request.options.keep_proofs) {
      ws.lanes[l].proof_choices = {choice_of_lane(ws.infer.slopes, l)};
      ws.lanes[l].proof_choices.front().weight = 1;
    }
    if (proves) continue;
    read_minorant(x.subspan(l * dim, dim), values_of_lane(ws.infer.features, l), logits[l],
                  values_of_lane(ws.infer.feature_dual, l), *ws.wanted[l]);
  }
  if (!proves) return;
  const std::span<ProvenMinorant* const> wanted = std::span(ws.wanted).first(rows.size());
  parts_.wide->prove_tile(x, rows.size(), ws.infer.slopes, ws.verify, wanted, request.options.precision);
}

void Certifier::find_intervals(const Request& request, std::span<const float> x, bool alarm, CertifyLane& lane) const {
  lane.moves.clear();
  lane.cost.clear();
  lane.search_interval.clear();
  const bool has_categories = !request.options.threat.categories.empty();
  // the closed form ignores bounds, but not that a move is one
  if (request.closed_form() && !has_categories) return;
  lane.interval.resize(x.size());
  for (std::size_t i = 0; i < x.size(); ++i) lane.interval[i] = request.options.threat.interval_rounded_out(i, x[i]);
  if (alarm) parts_.core->drop_harmless_changes(lane.interval);
  if (has_categories) return find_moves(request, x, alarm, lane);
  if (request.search.bounds) lane.search_interval = verify::intervals_at(*request.search.bounds, x);
}

void Certifier::find_moves(const Request& request, std::span<const float> x, bool alarm, CertifyLane& lane) const {
  // what is called has checked that each category of x has one value
  lane.moves = threat::moves_at(request.options.threat, x).value();
  if (alarm) parts_.core->drop_harmless_changes(lane.moves);
  lane.cost = request.cost;
  threat::merge_bounds(lane.moves, lane.cost, lane.interval);
}

void Certifier::price_minorant(const Request& request, CertifyLane& lane) {
  if (!lane.moves.empty()) lane.targets = verify::merge_moves(lane.moves, lane.minorant);
  const bool same = lane.search_interval.empty();
  lane.problem.assign(lane.minorant.separable, search_cost_of(request, lane),
                      same ? lane.interval : lane.search_interval);
}

double Certifier::closed_form_radius_of(const Request& request, const CertifyLane& lane, const ProvenMinorant& m,
                                        std::size_t norm_index) const {
  const Norm norm = request.norm(norm_index);
  if (request.proves()) {
    return verify::closed_form_radius_proven(m, cost_of(request, lane), norm,
                                             verify::stretch_of(parts_.core->map(), norm), kFastSums);
  }
  const double lipschitz = request.search.lipschitz[norm_index];
  const std::vector<double>& cost = search_cost_of(request, lane);
  if (m.is_separable) return search::closed_form_radius(m.separable, cost, norm, lipschitz);
  const double cheapest = *std::ranges::min_element(cost), into_l2 = request.search.into_l2[norm_index];
  const double radius = search::closed_form_radius(m.feature, cheapest, norm, lipschitz);
  if (into_l2 == kInfinity) return radius;
  return std::max(radius, search::closed_form_radius(m.feature, cheapest, Norm::l2(), into_l2));
}

Certifier::ProvenRadius Certifier::separable_radius_of(const Request& request, const CertifyLane& lane,
                                                       std::size_t norm_index) const {
  return separable_radius_of(request, lane, norm_index,
                             search::radius_with_moves(lane.problem, lane.moves, request.norm(norm_index), lane.hint));
}

Certifier::ProvenRadius Certifier::separable_radius_of(const Request& request, const CertifyLane& lane,
                                                       std::size_t norm_index,
                                                       const search::SeparableRadius& found) const {
  if (!request.proves()) return {std::min(found.radius, lane.minorant.valid_up_to), {}};
  const Norm norm = request.norm(norm_index);
  const double radius = norm == Norm::linf() ? less_than_found(found.radius, parts_.model->dim()) : found.radius;
  const RadiusProposal proposal{radius, found.price_limit, found.multiplier};
  const double proven = verify::radius_with_moves(lane.minorant, {cost_of(request, lane), lane.interval}, lane.moves,
                                                  norm, proposal, kFastSums);
  if (proven == 0 && found.radius > 0 && norm != Norm::l0()) return prove_without_search(request, lane, norm_index);
  return {proven, proposal};
}

Certifier::ProvenRadius Certifier::prove_without_search(const Request& request, const CertifyLane& lane,
                                                        std::size_t norm_index) const {
  const Norm norm = request.norm(norm_index);
  const double closed = closed_form_radius_of(request, lane, lane.minorant, norm_index);
  ProvenRadius result;
  // if only a rounding error keeps an infinite radius from its proof, a huge one can be proven; else the dual norm
  // alone, whose multiplier is known as well. Three powers of two from far to near: each is one sweep of the verifier
  for (const double factor : {0x1p30, 0x1p20, 0x1p10, 1.0}) {
    const double radius = closed * factor;
    if (!(radius > 0 && radius < 0x1p500)) continue;
    const bool l1 = norm == Norm::l1(), last = factor == 1;
    const double margin = lane.problem.margin;
    // a little above the steepest slope, so that no rounding makes a change pay without end
    const double multiplier = l1 ? (last ? margin / radius * (1 + 1e-9) : 0.0) : margin / (radius * radius);
    result.proposal = {radius, l1 && last ? kInfinity : radius, multiplier};
    result.radius = verify::radius_with_moves(lane.minorant, {cost_of(request, lane), lane.interval}, lane.moves, norm,
                                              result.proposal, kFastSums);
    if (result.radius > 0) return result;
  }
  return result;
}

void Certifier::certify(const Request& request, std::span<const float> x, std::span<const float> logits,
                        CertifyWorkspace& ws, Rows rows) const {
  const std::size_t dim = parts_.model->dim();
  for (std::size_t l = 0; l < rows.size(); ++l) {
    if (!rows[l].radii.empty()) find_intervals(request, x.subspan(l * dim, dim), true, ws.lanes[l]);
  }
  if (!request.closed_form()) return certify_rows(request, x, logits, ws, rows);
  find_minorants(request, x, logits, ws, rows);
  for (std::size_t l = 0; l < rows.size(); ++l) {
    if (!rows[l].radii.empty() && !ws.lanes[l].moves.empty())
      verify::merge_moves(ws.lanes[l].moves, ws.lanes[l].minorant);
    for (std::size_t k = 0; k < rows[l].radii.size(); ++k) {
      rows[l].radii[k] = closed_form_radius_of(request, ws.lanes[l], ws.lanes[l].minorant, k);
      if (request.options.keep_proofs && rows[l].radii[k] > 0) rows[l].proofs[k].cuts = ws.lanes[l].proof_choices;
    }
  }
}

void Certifier::certify_other(const Request& request, std::span<const float> x, CertifyWorkspace& ws,
                              std::span<double> radii, std::span<minorant::OtherProposal> proposals) const {
  std::ranges::fill(radii, kInfinity);
  for (std::size_t k = 0; k < proposals.size(); ++k) proposals[k] = {request.norm(k), {}};
  CertifyLane& lane = ws.lanes.front();
  find_intervals(request, x, false, lane);
  lane.hint = {};
  std::vector<double> of_piece(radii.size());
  std::vector<minorant::PieceProposal> proposed(radii.size(), {request.closed_form(), {}});
  for (std::size_t piece = 0; piece < parts_.core->pieces(); ++piece) {
    parts_.wide->prove_below(x, static_cast<std::int32_t>(piece), ws.verify, lane.minorant);
    if (request.closed_form()) {
      if (!lane.moves.empty()) verify::merge_moves(lane.moves, lane.minorant);
      for (std::size_t k = 0; k < radii.size(); ++k)
        of_piece[k] = closed_form_radius_of(request, lane, lane.minorant, k);
    } else {
      certify_piece(request, ws, of_piece, proposed);
    }
    for (std::size_t k = 0; k < radii.size(); ++k) radii[k] = std::min(radii[k], of_piece[k]);
    for (std::size_t k = 0; k < proposals.size(); ++k) proposals[k].pieces.push_back(proposed[k]);
  }
}

namespace {

/// The worst change whose price is the search's radius, or less. Where a feature's answer jumps, the multiplier of the
/// radius has a dearer worst change as well; a little above it only the cheaper one is left.
std::vector<double> worst_change_within(const search::PricedProblem& problem, Norm norm) {
  constexpr double kSmallestStep = 1e-12, kLargestStep = 1e-2;
  const search::SeparableRadius radius = search::separable_radius(problem, norm);
  std::vector<double> change = search::worst_change(problem, norm, radius);
  const bool has_multiplier = norm == Norm::l2() && radius.radius < kInfinity;
  for (double step = kSmallestStep; step < kLargestStep; step *= 10) {
    if (!has_multiplier || norm.of_vector(change) <= radius.radius) break;
    search::SeparableRadius dearer = radius;
    dearer.multiplier *= 1 + step;
    change = search::worst_change(problem, norm, dearer);
  }
  return change;
}

}  // namespace

WeakestDirection Certifier::weakest_direction(const Request& request, std::span<const float> x, Norm norm,
                                              CertifyWorkspace& ws) const {
  WeakestDirection weakest;
  weakest.change.assign(x.size(), 0.0);
  float logit = 0;
  parts_.plan->forward_tile(x, 1, ws.infer, std::span(&logit, 1));
  // a pass that overflowed proposes nothing
  if (!(logit > 0) || !std::isfinite(logit)) return weakest;
  std::vector<double> radii(request.norm_count());
  const CertifiedRow row{radii, {}};
  certify(request, x, std::span(&logit, 1), ws, std::span(&row, 1));
  const auto found = std::ranges::find(request.options.norms, norm);
  weakest.radius = radii[static_cast<std::size_t>(found - request.options.norms.begin())];
  const search::PricedProblem& problem = last_problem(ws.lanes.front());
  if (!(problem.margin > 0)) return weakest;
  weakest.change = worst_change_within(problem, norm);
  const CertifyLane& lane = ws.lanes.front();
  for (std::size_t i = 0; i < x.size(); ++i) weakest.change[i] /= cost_of(request, lane)[i];
  if (!lane.moves.empty()) search::expand_moves(lane.moves, lane.targets, weakest.change);
  return weakest;
}

}  // namespace standfast::certifier
