// The minorant of g and phi(x) meet here: margin = gradient . phi(x) + constant - threshold, less everything that
// rounding can have added. An entry of the gradient that overflowed makes the margin -inf, so that nothing is proven
// from it.
#include "verify/verifier.hpp"

#include <algorithm>
#include <cassert>
#include <cmath>
#include <string>
#include <utility>

#include "base/fp_environment.hpp"
#include "base/rounding.hpp"
#include "base/try.hpp"
#include "model/max_affine.hpp"
#include "verify/deep_steps.hpp"
#include "verify/kinks.hpp"
#include "verify/lines.hpp"
#include "verify/map_steps.hpp"
#include "verify/moves.hpp"
#include "verify/proven_minorant.hpp"
#include "verify/radius.hpp"

namespace standfast::verify {
namespace {

using model::MapView;

/// 0, or NaN if a value is not finite.
double nan_unless_finite(std::span<const double> values) {
  double zero = 0;
  for (const double v : values) zero += v - v;
  return zero;
}

Status check_input(std::span<const float> x, std::size_t dim) {
  if (x.size() != dim) {
    return Error{ErrorCode::kBadShape,
                 "input: found " + std::to_string(x.size()) + " values, expected " + std::to_string(dim)};
  }
  const auto bad = std::ranges::find_if(x, [](float v) { return !std::isfinite(v); });
  if (bad == x.end()) return {};
  return Error{ErrorCode::kBadValue, "input: feature " + std::to_string(bad - x.begin()) + " is " +
                                         std::to_string(*bad) + ", expected a finite number"};
}

Status check_norm(Norm norm, bool closed_form) {
  const bool is_listed = norm == Norm::l0() || norm == Norm::l1() || norm == Norm::l2() || norm == Norm::linf();
  if (closed_form ? norm != Norm::l0() : is_listed) return {};
  return Error{ErrorCode::kBadOption, "norm " + norm.name() + ": found a proof that does not know it"};
}

}  // namespace

Result<Verifier> Verifier::create(const model::Model& model) {
  STANDFAST_CHECK(model::validate(model));
  if (model.graph.nodes.back().kind == model::NodeKind::kMin) {
    return Error{ErrorCode::kUnsupported, "proof: found a minimum of heads, expected one of its heads"};
  }
  STANDFAST_TRY(model::MapBounds map, model::MapBounds::create(model));
  return Verifier(model, std::move(map));
}

Verifier::Verifier(const model::Model& model, model::MapBounds map)
    : model_(&model),
      map_(std::move(map)),
      backward_(model.graph),
      signs_(model::slope_signs(model)),
      pieces_(model::piece_count(model)) {}

ProvenMinorant Verifier::minorant(std::span<const float> x, const minorant::Slopes& slopes) const {
  return at_input(x, backward_.minorant(slopes), model_->threshold);
}

ProvenMinorant Verifier::minorant_below(std::span<const float> x, std::int32_t piece) const {
  return at_input(x, backward_.minus_piece(piece), -static_cast<double>(model_->threshold));
}

ProvenMinorant Verifier::at_input(std::span<const float> x, GraphMinorant graph, double threshold) const {
  const bool deep = !map_.deep_steps().empty();
  Bounded u = deep ? deep_map_values(*model_, map_, x) : map_values(*model_, map_.shapes(), x);
  const std::size_t n = u.value.size();
  double value = graph.constant - threshold, lost = graph.constant_error;
  double scale = std::fabs(graph.constant) + std::fabs(threshold);
  for (std::size_t i = 0; i < n; ++i) {
    value += graph.gradient[i] * u.value[i];
    scale += std::fabs(graph.gradient[i] * u.value[i]);
    lost += graph.gradient_error[i] * (std::fabs(u.value[i]) + u.error[i]) + std::fabs(graph.gradient[i]) * u.error[i];
  }
  const double margin = value - kBoundSlack * (lost + gamma_n(n + 4) * scale);

  const double zero = nan_unless_finite(graph.gradient) + nan_unless_finite(graph.gradient_error);
  ProvenMinorant result;
  result.feature = {zero == 0 ? margin : -kInfinity, std::move(graph.gradient)};
  result.gradient_error = std::move(graph.gradient_error);
  result.features = std::move(u.value);
  result.features_error = std::move(u.error);
  return map_.view() == MapView::kSeparable ? seen_from_input(map_.unit_map(), x, result) : result;
}

ProvenMinorant Verifier::linear_in_input(const ProvenMinorant& from, const model::MapReach& reach, Norm norm,
                                         const minorant::BendProposal& bend) const {
  const bool has_abs = model_->feature_map.back().kind == model::MapKind::kAbs;
  LinearInUnits lines = through_lines(from, has_abs, reach, norm, bend);
  Bounded gradient = pulled_back(*model_, map_.shapes(), std::move(lines.coefficient));
  ProvenMinorant result;
  result.is_separable = true;
  result.valid_up_to = lines.valid_up_to;
  const double zero = nan_unless_finite(gradient.value) + nan_unless_finite(gradient.error);
  result.separable.margin = zero == 0 ? lines.margin : -kInfinity;
  result.separable.coefficient = std::move(gradient.value);
  result.gradient_error = std::move(gradient.error);
  return result;
}

Result<ProvenMinorant> Verifier::summed(std::span<const float> x, const minorant::Proposal& proposal) const {
  std::vector<ProvenMinorant> parts;
  std::vector<double> weights;
  for (const minorant::WeightedSlopes& choice : proposal.choices) {
    parts.push_back(minorant(x, choice.slopes));
    weights.push_back(choice.weight);
    const bool sees_units = map_.view() == MapView::kKinked && !proposal.closed_form;
    if (sees_units) parts.back() = seen_from_input(map_.unit_map(), x, parts.back());
  }
  if (parts.front().is_separable) return combine(parts, weights);
  if (parts.size() == 1 && weights.front() == 1) return std::move(parts.front());
  return Error{
      ErrorCode::kUnsupported,
      "proof: found several choices of slopes for a feature map that mixes features, expected one of weight 1"};
}

Status Verifier::check_question(const ThreatModel& threat, std::span<const float> x) const {
  STANDFAST_CHECK(check_floating_point_environment());
  STANDFAST_CHECK(check_input(x, model_->dim()));
  return threat.validate(model_->dim());
}

Result<double> Verifier::prove(const ThreatModel& threat, std::span<const float> x,
                               const minorant::Proposal& proposal) const {
  STANDFAST_CHECK(check_question(threat, x));
  STANDFAST_CHECK(check_norm(proposal.norm, proposal.closed_form));
  if (proposal.choices.empty()) return 0.0;
  STANDFAST_TRY(ProvenMinorant m, summed(x, proposal));
  return radius_of(std::move(m), threat, x, proposal.norm, {proposal.closed_form, proposal.radius}, proposal.bend,
                   Verdict::kAlarm);
}

Result<double> Verifier::prove_other(const ThreatModel& threat, std::span<const float> x,
                                     const minorant::OtherProposal& proposal) const {
  STANDFAST_CHECK(check_question(threat, x));
  if (!model::is_max_affine(*model_)) {
    return Error{ErrorCode::kUnsupported,
                 "proof: found a verdict of the other class, expected a maximum of affine "
                 "pieces over a map without abs"};
  }
  if (proposal.pieces.size() != pieces_) {
    return Error{ErrorCode::kBadShape, "proof: found " + std::to_string(proposal.pieces.size()) +
                                           " pieces, the model has " + std::to_string(pieces_)};
  }
  double smallest = kInfinity;
  for (std::size_t j = 0; j < pieces_; ++j) {
    STANDFAST_CHECK(check_norm(proposal.norm, proposal.pieces[j].closed_form));
    ProvenMinorant below = minorant_below(x, static_cast<std::int32_t>(j));
    STANDFAST_TRY(const double radius,
                  radius_of(std::move(below), threat, x, proposal.norm, proposal.pieces[j], {}, Verdict::kOther));
    smallest = std::min(smallest, radius);
  }
  return smallest;
}

Result<double> Verifier::radius_of(ProvenMinorant m, const ThreatModel& threat, std::span<const float> x, Norm norm,
                                   const minorant::PieceProposal& proposal, const minorant::BendProposal& bend,
                                   Verdict verdict) const {
  if (!threat.categories.empty()) return radius_of_moves(std::move(m), threat, x, norm, proposal, verdict);
  const std::vector<double> cost = costs_of(threat, model_->dim());
  if (proposal.closed_form) return closed_form_radius_proven(m, cost, norm, stretch_of(map_, norm));
  if (map_.view() == MapView::kOther) {
    return Error{ErrorCode::kUnsupported,
                 "feature map: found an abs before the end or a deep map, expected the closed form"};
  }
  if (map_.view() == MapView::kMixing) m = linear_in_input(m, map_.reach(cost, norm), norm, bend);
  std::vector<Interval> intervals = intervals_at(threat, x);
  if (verdict == Verdict::kAlarm) drop_harmless_changes(intervals);
  return separable_radius_proven(m, {cost, intervals}, norm, proposal.radius);
}

Result<double> Verifier::radius_of_moves(ProvenMinorant m, const ThreatModel& threat, std::span<const float> x,
                                         Norm norm, const minorant::PieceProposal& proposal, Verdict verdict) const {
  if (!m.is_separable) {
    return Error{ErrorCode::kUnsupported,
                 "categories: found a proof for a feature map that mixes features, expected one of single features"};
  }
  STANDFAST_TRY(std::vector<threat::CategoryMoves> moves, threat::moves_at(threat, x));
  std::vector<Interval> intervals = intervals_at(threat, x);
  if (verdict == Verdict::kAlarm) {
    drop_harmless_changes(intervals);
    drop_harmless_changes(moves);
  }
  std::vector<double> cost = costs_of(threat, model_->dim());
  threat::merge_bounds(moves, cost, intervals);
  merge_moves(moves, m);
  if (proposal.closed_form) return closed_form_radius_proven(m, cost, norm, stretch_of(map_, norm));
  return radius_with_moves(m, {cost, intervals}, moves, norm, proposal.radius);
}

void Verifier::drop_harmless_changes(std::span<threat::CategoryMoves> moves) const {
  for (threat::CategoryMoves& of_category : moves) {
    of_category.may_lower = of_category.may_lower && signs_[of_category.from].positive;
    for (auto& target : of_category.to) target.may_lower = target.may_lower && signs_[target.feature].negative;
  }
}

void Verifier::drop_harmless_changes(std::span<Interval> intervals) const {
  for (std::size_t i = 0; i < intervals.size(); ++i) {
    if (!signs_[i].negative) intervals[i].hi = 0;
    if (!signs_[i].positive) intervals[i].lo = 0;
  }
}

std::vector<double> costs_of(const ThreatModel& threat, std::size_t dim) {
  std::vector<double> cost(dim);
  for (std::size_t i = 0; i < dim; ++i) cost[i] = threat.cost_of(i);
  return cost;
}

std::vector<Interval> intervals_at(const ThreatModel& threat, std::span<const float> x) {
  std::vector<Interval> interval(x.size());
  for (std::size_t i = 0; i < x.size(); ++i) interval[i] = threat.interval_rounded_out(i, x[i]);
  return interval;
}

}  // namespace standfast::verify
