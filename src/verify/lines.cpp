// -b |v| with b > 0 is concave. From v(x) = t, at a distance of `clear` from the kink, it is the line -share b sgn(t) e
// less what the line misses: b (1 - share) e ahead, and b ((1 + share) e - 2 |t|) towards the kink and beyond, e >= 0.
// Any share in [0, 1] is valid. What is missed is paid for up to where the multiplier, or the limit, ends the change.
#include "verify/lines.hpp"

#include <algorithm>
#include <cmath>

#include "base/rounding.hpp"

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

Line bent_line(const Unit& unit, double clear, double sign, double limit, std::optional<double> multiplier) {
  const double b = -unit.bend;
  // the line that misses as much on either side
  const double width = multiplier ? std::min(limit, b / *multiplier) : limit;
  const double share = clear >= width ? 1 : clear / width;
  const double line = unit.coefficient - share * b * sign;
  if (!multiplier) return {line, 0, b * (1 - share + 8 * kUnitRoundoff)};
  const double ahead = parabola_top(b * (1 - share), *multiplier, limit);
  const double whole = parabola_top(b * (1 + share), *multiplier, limit), saved = 2 * b * clear;
  const double towards = whole - saved + gamma_n(16) * (whole + saved);
  // a NaN must not pass for no loss
  const bool known = !std::isnan(ahead) && !std::isnan(towards);
  return {line, known ? std::max({ahead, towards, 0.0}) : kInfinity, 0};
}

bool is_usable(const BendProposal& proposal) {
  return proposal.valid_up_to >= 0 && (proposal.multiplier == 0 || proposal.multiplier >= kSmallestMultiplier);
}

/// margin less a sum of `terms` losses, rounded down.
double margin_left(double margin, double lost, std::size_t terms) {
  const double upper = lost * (1 + gamma_n(terms + 64));
  return margin - upper - 4 * kUnitRoundoff * (std::fabs(margin) + upper);
}

}  // namespace

Unit unit_at(const ProvenMinorant& m, std::size_t i, std::size_t units) {
  return {m.feature.gradient[i], m.feature.gradient[units + i], m.features[i], m.features_error[i]};
}

Line line_of(const Unit& unit, double limit, std::optional<double> multiplier) {
  // 0 if the side of the kink is not certain
  const double clear = std::max((std::fabs(unit.value) - unit.error) * (1 - 4 * kUnitRoundoff), 0.0);
  const double sign = unit.value >= 0 ? 1.0 : -1.0;
  if (unit.bend < 0) return bent_line(unit, clear, sign, limit, multiplier);
  // the tangent; on the wrong side of the kink by at most `error` it is too high by at most twice that
  return {unit.coefficient + sign * unit.bend, clear > 0 ? 0.0 : 2 * unit.bend * unit.error, 0};
}

double unit_limit(const model::MapReach& reach, std::size_t i, double price_limit) {
  return reach.unit[i] * price_limit * (1 + gamma_n(4)) + kTinyFactor;
}

double joint_loss(const model::MapReach& reach, const BendProposal& proposal) {
  const double joint = reach.joint * proposal.valid_up_to;
  return proposal.multiplier / 2 * joint * joint;
}

LinearInUnits through_lines(const ProvenMinorant& from, bool has_abs, const model::MapReach& reach, Norm norm,
                            const BendProposal& proposal) {
  const std::size_t units = from.feature.gradient.size() / (has_abs ? 2 : 1);
  const bool has_loss = norm != Norm::l0() && norm != Norm::l1();
  const auto multiplier = has_loss ? std::optional(proposal.multiplier) : std::nullopt;
  LinearInUnits result;
  double lost = has_loss && has_abs ? joint_loss(reach, proposal) : 0;
  for (std::size_t i = 0; i < units; ++i) {
    double coefficient = from.feature.gradient[i], error = from.gradient_error[i];
    if (has_abs) {
      const Unit unit = unit_at(from, i, units);
      const Line line = line_of(unit, unit_limit(reach, i, proposal.valid_up_to), multiplier);
      coefficient = line.line;
      error = (error + from.gradient_error[units + i] + line.slack) * (1 + gamma_n(8)) +
              kBoundSlack * gamma_n(4) * (std::fabs(unit.coefficient) + std::fabs(unit.bend));
      lost += line.loss;
    }
    avoid_underflow(coefficient, error);
    result.coefficient.value.push_back(coefficient);
    result.coefficient.error.push_back(error);
  }
  const bool proves = !has_abs || is_usable(proposal);
  result.margin = proves ? margin_left(from.feature.margin, lost, units) : -kInfinity;
  if (has_abs) result.valid_up_to = proposal.valid_up_to;
  return result;
}

}  // namespace standfast::verify
