// One unit after the other becomes a line, then the lines go back through the steps of the map, their errors beside
// them.
#include "verify_wide/pull_back.hpp"

#include <algorithm>
#include <cassert>
#include <cmath>

#include "base/rounding.hpp"
#include "verify_wide/affine_ops.hpp"

namespace standfast {
namespace {

// A multiplier below it, times half of a large square, could be lost.
constexpr double kSmallestMultiplier = 0x1p-900;

/// A unit of v: the minorant has slope * v + fold * |v|, and v(x) is known to be `value` up to `error`.
struct Unit {
  double slope, fold, value, error;
};

/// slope v + fold |v| >= its value at x + line e - loss, for e = v - v(x) as far as the price allows; spread |e| is
/// lost on top where the price is that of norm 0 or 1.
struct Line {
  double line = 0, loss = 0, spread = 0;
};

/// The largest slope * e - multiplier e^2 / 2 over 0 <= e <= reach, but for rounding.
double parabola_top(double slope, double multiplier, double reach) {
  const double top = slope / multiplier;  // infinite for a multiplier of 0
  return top <= reach ? slope * top / 2 : reach * (slope - multiplier * reach / 2);
}

/// -b |v| with b > 0 is concave. From v(x) = t at a distance of `clear` from the kink, it is the line -share b sgn(t) e
/// less what the line misses:  b (1 - share) e ahead, b ((1 + share) e - 2 |t|) towards the kink and beyond, e >= 0.
Line bent_line(const Unit& unit, double clear, double sign, double reach, double multiplier, bool spreads) {
  const double b = -unit.fold;
  // the line that misses as much on either side; any share in [0, 1] is valid
  const double width = spreads ? reach : std::min(reach, b / multiplier);
  const double share = clear >= width ? 1 : clear / width;
  const double line = unit.slope - share * b * sign;
  if (spreads) return {line, 0, b * (1 - share + 8 * kUnitRoundoff)};
  const double ahead = parabola_top(b * (1 - share), multiplier, reach);
  const double whole = parabola_top(b * (1 + share), multiplier, reach), saved = 2 * b * clear;
  const double towards = whole - saved + gamma_n(16) * (whole + saved);
  // a NaN must not pass for no loss
  const bool known = !std::isnan(ahead) && !std::isnan(towards);
  return {line, known ? std::max({ahead, towards, 0.0}) : kInfinity, 0};
}

Line line_of(const Unit& unit, double reach, double multiplier, bool spreads) {
  // 0 where the side of the kink is not certain
  const double clear = std::max((std::fabs(unit.value) - unit.error) * (1 - 4 * kUnitRoundoff), 0.0);
  const double sign = unit.value >= 0 ? 1.0 : -1.0;
  if (unit.fold < 0) return bent_line(unit, clear, sign, reach, multiplier, spreads);
  // the tangent; on the wrong side of the kink by at most `error` it is too high by at most twice that
  return {unit.slope + sign * unit.fold, clear > 0 ? 0.0 : 2 * unit.fold * unit.error, 0};
}

/// An upper bound on how far a unit moves; not 0, so that nothing is divided by it.
double unit_reach(double unit, double reach) { return unit * reach * (1 + gamma_n(4)) + kTinyFactor; }

/// The multiplier's own part: multiplier times half of the largest ||J d||_2^2.
double joint_loss(const MapReach& reach, const BendProposal& proposal) {
  const double joint = reach.joint * proposal.reach;
  return proposal.multiplier / 2 * joint * joint;
}

bool is_usable(const BendProposal& proposal) {
  return proposal.reach >= 0 && (proposal.multiplier == 0 || proposal.multiplier >= kSmallestMultiplier);
}

/// What is left of the margin, rounded down; sums of `terms` losses lie behind `lost`.
double margin_left(double margin, double lost, std::size_t terms) {
  const double upper = lost * (1 + gamma_n(terms + 64));
  return margin - upper - 4 * kUnitRoundoff * (std::fabs(margin) + upper);
}

Unit unit_at(const ProvenMinorant& m, std::size_t i, std::size_t units) {
  return {m.feature.slope[i], m.feature.slope[units + i], m.features[i], m.features_error[i]};
}

/// Keeps slopes and errors away from underflow.
void settle(double& slope, double& error) {
  if (slope != 0 && std::fabs(slope) < kTinyFactor) {
    slope = 0;
    error += kTinyFactor;
  }
  if (error != 0) error = std::max(error, kTinyFactor);
}

}  // namespace

PullBack::PullBack(const Model& model, const verify_ops::Products& products)
    : model_(&model), products_(&products), shapes_(infer_map_shapes(model.feature_map, model.input_shape).value()) {
  assert(is_linear_fold(model.feature_map));
  folded_ = !model.feature_map.empty() && model.feature_map.back().kind == MapKind::kAbs;
  units_ = element_count(model.graph.input_shape) / (folded_ ? 2 : 1);
}

double PullBack::loss(const ProvenMinorant& from, const MapReach& reach, const BendProposal& proposal) {
  const std::size_t units = from.feature.slope.size() / 2;
  double sum = joint_loss(reach, proposal);
  for (std::size_t i = 0; i < units; ++i) {
    if (!(from.feature.slope[units + i] < 0)) continue;
    const double limit = unit_reach(reach.unit[i], proposal.reach);
    sum += line_of(unit_at(from, i, units), limit, proposal.multiplier, false).loss;
  }
  return sum;
}

void PullBack::run(std::span<const ProvenMinorant* const> from, const MapReach& reach, Norm norm,
                   std::span<const BendProposal> proposals, PullBackWorkspace& ws,
                   std::span<ProvenMinorant* const> out) const {
  assert(from.size() <= kProofLanes && proposals.size() == from.size() && out.size() == from.size());
  const bool spreads = norm == Norm::l0() || norm == Norm::l1();
  const std::size_t lanes = proof_lanes(from.size());
  ws.dual.assign(units_ * lanes, 0.0);
  ws.error.assign(units_ * lanes, 0.0);
  for (std::size_t lane = 0; lane < from.size(); ++lane) {
    const ProvenMinorant& m = *from[lane];
    const BendProposal& proposal = proposals[lane];
    double lost = spreads || !folded_ ? 0 : joint_loss(reach, proposal);
    for (std::size_t i = 0; i < units_; ++i) {
      double &dual = ws.dual[i * lanes + lane], &error = ws.error[i * lanes + lane];
      dual = m.feature.slope[i];
      error = m.slope_error[i];
      if (folded_) {
        const Unit unit = unit_at(m, i, units_);
        const Line line = line_of(unit, unit_reach(reach.unit[i], proposal.reach), proposal.multiplier, spreads);
        dual = line.line;
        error = (error + m.slope_error[units_ + i] + line.spread) * (1 + gamma_n(8)) +
                kBoundSlack * gamma_n(4) * (std::fabs(unit.slope) + std::fabs(unit.fold));
        lost += line.loss;
      }
      settle(dual, error);
    }
    out[lane]->is_separable = true;
    out[lane]->reach = folded_ ? proposal.reach : kInfinity;
    out[lane]->separable.margin =
        !folded_ || is_usable(proposal) ? margin_left(m.feature.margin, lost, units_) : -kInfinity;
  }
  for (std::size_t k = model_->feature_map.size(); k-- > 0;) pull_step(k, lanes, ws);
  for (std::size_t lane = 0; lane < from.size(); ++lane) {
    ProvenMinorant& m = *out[lane];
    m.separable.linear.resize(model_->dim());
    m.separable.fold.clear();
    m.separable.offset.clear();
    m.slope_error.resize(model_->dim());
    double zero = 0;  // NaN where a value is not finite
    for (std::size_t i = 0; i < model_->dim(); ++i) {
      m.separable.linear[i] = ws.dual[i * lanes + lane];
      m.slope_error[i] = ws.error[i * lanes + lane];
      zero += (m.separable.linear[i] - m.separable.linear[i]) + (m.slope_error[i] - m.slope_error[i]);
    }
    if (!(zero == 0)) m.separable.margin = -kInfinity;
  }
}

void PullBack::pull_step(std::size_t k, std::size_t lanes, PullBackWorkspace& ws) const {
  const MapStep& step = model_->feature_map[k];
  if (step.kind == MapKind::kCenter || step.kind == MapKind::kAbs) return;
  const Shape& in = k == 0 ? model_->input_shape : shapes_[k - 1];
  if (step.kind == MapKind::kScale) {
    for (std::size_t at = 0; at < ws.dual.size(); ++at) {
      const double s = broadcast(step.values, at / lanes);
      ws.dual[at] *= s;
      ws.error[at] = ws.error[at] * s * (1 + gamma_n(8)) + kBoundSlack * gamma_n(2) * std::fabs(ws.dual[at]);
    }
  } else {
    const verify_ops::Affine op = verify_ops::affine_of(step, in, shapes_[k]);
    const double gamma = gamma_n(verify_ops::terms_of_transposed(op) + 2);
    for (std::size_t at = 0; at < ws.dual.size(); ++at) {
      ws.error[at] = ws.error[at] * (1 + gamma_n(8)) + kBoundSlack * gamma * std::fabs(ws.dual[at]);
    }
    ws.next.assign(element_count(in) * lanes, 0.0);
    ws.next_error.assign(ws.next.size(), 0.0);
    verify_ops::add_transposed(*products_, op, verify_ops::Weights::kSigned, lanes, ws.dual, ws.next);
    verify_ops::add_transposed(*products_, op, verify_ops::Weights::kMagnitudes, lanes, ws.error, ws.next_error);
    for (double& error : ws.next_error) error *= 1 + 2 * gamma;
    ws.dual.swap(ws.next);
    ws.error.swap(ws.next_error);
  }
  for (std::size_t at = 0; at < ws.dual.size(); ++at) settle(ws.dual[at], ws.error[at]);
}

}  // namespace standfast
