// -b |v| with b > 0 is concave. From v(x) = t, at a distance of `clear` from the kink, it is the line -share b sgn(t) e
// less what the line misses: b (1 - share) e ahead, and b ((1 + share) e - 2 |t|) towards the kink and beyond, e >= 0.
// Any share in [0, 1] is valid. What is missed is paid for up to where the multiplier, or the limit, ends the change.
#include "verify/lines.hpp"

#include <algorithm>
#include <cmath>
#include <utility>

#include "base/rounding.hpp"
#include "verify/affine.hpp"

namespace standfast::verify {
namespace {

using minorant::BendProposal;

// A multiplier below it, times half of a large square, could be lost.
constexpr double kSmallestMultiplier = 0x1p-900;

/// The largest slope * e - multiplier e^2 / 2 over 0 <= e <= limit, but for rounding.
double parabola_top(double slope, double multiplier, double limit) {
  const double top = slope / multiplier;  // infinite for a multiplier of 0
  return top <= limit ? slope * top / 2 : limit * (slope - multiplier * limit / 2);
}

Line bent_line(const Unit& unit, double clear, double sign, const LineRules& rules, double limit) {
  const double b = -unit.fold, multiplier = rules.proposal.multiplier;
  // the line that misses as much on either side
  const double width = rules.slack_instead_of_loss ? limit : std::min(limit, b / multiplier);
  const double share = clear >= width ? 1 : clear / width;
  const double line = unit.slope - share * b * sign;
  if (rules.slack_instead_of_loss) return {line, 0, b * (1 - share + 8 * kUnitRoundoff)};
  const double ahead = parabola_top(b * (1 - share), multiplier, limit);
  const double whole = parabola_top(b * (1 + share), multiplier, limit), saved = 2 * b * clear;
  const double towards = whole - saved + gamma_n(16) * (whole + saved);
  // a NaN must not pass for no loss
  const bool known = !std::isnan(ahead) && !std::isnan(towards);
  return {line, known ? std::max({ahead, towards, 0.0}) : kInfinity, 0};
}

}  // namespace

Unit unit_at(const ProvenMinorant& m, std::size_t i, std::size_t units) {
  return {m.feature.slope[i], m.feature.slope[units + i], m.features[i], m.features_error[i]};
}

Line line_of(const Unit& unit, const LineRules& rules, double limit) {
  // 0 if the side of the kink is not certain
  const double clear = std::max((std::fabs(unit.value) - unit.error) * (1 - 4 * kUnitRoundoff), 0.0);
  const double sign = unit.value >= 0 ? 1.0 : -1.0;
  if (unit.fold < 0) return bent_line(unit, clear, sign, rules, limit);
  // the tangent; on the wrong side of the kink by at most `error` it is too high by at most twice that
  return {unit.slope + sign * unit.fold, clear > 0 ? 0.0 : 2 * unit.fold * unit.error, 0};
}

double unit_limit(const MapReach& reach, std::size_t i, double price_limit) {
  return reach.unit[i] * price_limit * (1 + gamma_n(4)) + kTinyFactor;
}

double joint_loss(const MapReach& reach, const BendProposal& proposal) {
  const double joint = reach.joint * proposal.valid_up_to;
  return proposal.multiplier / 2 * joint * joint;
}

bool is_usable(const BendProposal& proposal) {
  return proposal.valid_up_to >= 0 && (proposal.multiplier == 0 || proposal.multiplier >= kSmallestMultiplier);
}

double margin_left(double margin, double lost, std::size_t terms) {
  const double upper = lost * (1 + gamma_n(terms + 64));
  return margin - upper - 4 * kUnitRoundoff * (std::fabs(margin) + upper);
}

double line_losses(const ProvenMinorant& from, const MapReach& reach, const BendProposal& proposal) {
  const std::size_t units = from.feature.slope.size() / 2;
  const LineRules rules{proposal, false};
  double sum = joint_loss(reach, proposal);
  for (std::size_t i = 0; i < units; ++i) {
    if (!(from.feature.slope[units + i] < 0)) continue;
    sum += line_of(unit_at(from, i, units), rules, unit_limit(reach, i, proposal.valid_up_to)).loss;
  }
  return sum;
}

UnitSlope unit_slope(const ProvenMinorant& from, std::size_t i, bool folded, const MapReach& reach,
                     const LineRules& rules) {
  UnitSlope result{from.feature.slope[i], from.slope_error[i], 0};
  if (folded) {
    const std::size_t units = from.feature.slope.size() / 2;
    const Unit unit = unit_at(from, i, units);
    const Line line = line_of(unit, rules, unit_limit(reach, i, rules.proposal.valid_up_to));
    result.slope = line.line;
    result.error = (result.error + from.slope_error[units + i] + line.slack) * (1 + gamma_n(8)) +
                   kBoundSlack * gamma_n(4) * (std::fabs(unit.slope) + std::fabs(unit.fold));
    result.loss = line.loss;
  }
  avoid_underflow(result.slope, result.error);
  return result;
}

void avoid_underflow(double& slope, double& error) {
  if (slope != 0 && std::fabs(slope) < kTinyFactor) {
    slope = 0;
    error += kTinyFactor;
  }
  if (error != 0) error = std::max(error, kTinyFactor);
}

void pull_through(const model::MapStep& step, const model::Shape& in, const model::Shape& out,
                  std::vector<double>& slope, std::vector<double>& error) {
  if (step.kind == model::MapKind::kCenter || step.kind == model::MapKind::kAbs) return;
  if (step.kind == model::MapKind::kScale) {
    for (std::size_t i = 0; i < slope.size(); ++i) {
      const double s = model::broadcast(step.values, i);
      slope[i] *= s;
      error[i] = error[i] * s * (1 + gamma_n(8)) + kBoundSlack * gamma_n(2) * std::fabs(slope[i]);
    }
  } else {
    const Affine op = affine_of(step, in, out);
    const double gamma = gamma_n(terms_of_transposed(op) + 2);
    for (std::size_t i = 0; i < slope.size(); ++i) {
      error[i] = error[i] * (1 + gamma_n(8)) + kBoundSlack * gamma * std::fabs(slope[i]);
    }
    std::vector<double> next(model::element_count(in), 0.0), next_error(next.size(), 0.0);
    add_transposed(op, Weights::kSigned, slope, next);
    add_transposed(op, Weights::kMagnitudes, error, next_error);
    for (double& e : next_error) e *= 1 + 2 * gamma;
    slope = std::move(next);
    error = std::move(next_error);
  }
  for (std::size_t i = 0; i < slope.size(); ++i) avoid_underflow(slope[i], error[i]);
}

}  // namespace standfast::verify
