#include "support/attack_problem.hpp"

#include <algorithm>
#include <cmath>

namespace standfast::support {
namespace {

/// Whether |to - from| > limit in real arithmetic (Knuth's two-sum gives the difference without error).
bool moves_more_than(double from, double to, double limit) {
  const double difference = to - from;
  const double part = difference - to;
  const double rest = (to - (difference - part)) + (-from - part);
  const double size = std::fabs(difference);
  const double size_rest = difference < 0 ? -rest : rest;
  return size > limit || (size == limit && size_rest > 0);
}

/// The double furthest from x towards x + step that is no further than |step|.
double reach(double x, double step) {
  if (std::isinf(step)) return step;
  double end = x + step;
  while (moves_more_than(x, end, std::fabs(step))) end = std::nextafter(end, x);
  return end;
}

double entry(const std::vector<double>& values, std::size_t i, double otherwise) {
  return values.empty() ? otherwise : values[i];
}

}  // namespace

AttackProblem::AttackProblem(const Reference& reference, std::span<const float> x, Norm norm, const ThreatModel& threat)
    : reference_(&reference), input_(widen(x)), kinks_(kinks_of(reference.model())), norm_(norm) {
  for (std::size_t i = 0; i < x.size(); ++i) {
    cost_.push_back(entry(threat.cost, i, 1.0));
    const double lower =
        std::max(entry(threat.lower, i, -kInfinity), reach(input_[i], -entry(threat.max_decrease, i, kInfinity)));
    const double upper =
        std::min(entry(threat.upper, i, kInfinity), reach(input_[i], entry(threat.max_increase, i, kInfinity)));
    lower_.push_back(std::min(lower, input_[i]));
    upper_.push_back(std::max(upper, input_[i]));
  }
}

double AttackProblem::clip(std::size_t i, double value) const { return std::clamp(value, lower_[i], upper_[i]); }

bool AttackProblem::inside(std::span<const double> point) const {
  for (std::size_t i = 0; i < point.size(); ++i) {
    if (!(point[i] >= lower_[i] && point[i] <= upper_[i])) return false;
  }
  return true;
}

double AttackProblem::distance_upper(std::span<const double> point) const {
  const double p = norm_.p();
  long double sum = 0;
  for (std::size_t i = 0; i < point.size(); ++i) {
    if (point[i] == input_[i]) continue;
    const long double price = static_cast<long double>(cost_[i]) *
                              std::fabs(static_cast<long double>(point[i]) - static_cast<long double>(input_[i]));
    if (p == 0)
      sum += 1;
    else if (std::isinf(p))
      sum = std::max(sum, price);
    else if (p == 1)
      sum += price;
    else if (p == 2)
      sum += price * price;
    else
      sum += std::pow(price, static_cast<long double>(p));
  }
  if (p == 0 || sum == 0) return static_cast<double>(sum);
  if (p == 2)
    sum = std::sqrt(sum);
  else if (p != 1 && !std::isinf(p))
    sum = std::pow(sum, 1 / static_cast<long double>(p));
  // each term and each addition err by a few 2^-64 relative; powl by less than 2^-60
  sum *= 1 + static_cast<long double>(dim() + 64) * 0x1p-60L;
  return std::nextafter(static_cast<double>(sum), kInfinity);
}

}  // namespace standfast::support
