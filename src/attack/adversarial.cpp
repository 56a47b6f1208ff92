// Rounds a change to float32 inside the bounds, asks the float32 pass for its verdict, and proves f <= 0 by the float64
// pass and its error bound. The price (C25) is rounded up: n + 4 roundings are charged. Nothing is taken for granted of
// the search that found the change.
#include "attack/adversarial.hpp"

#include <algorithm>
#include <cmath>

namespace standfast::attack {
namespace {

/// The float32 number nearest to x + d that keeps to the bounds of the changed value and of the change in exact
/// arithmetic.
float moved_within_bounds(const ThreatModel& threat, std::size_t i, float x, double d) {
  if (d == 0) return x;
  const auto at = [i](const std::vector<double>& v, double otherwise) { return v.empty() ? otherwise : v[i]; };
  float y = static_cast<float>(x + d);
  const auto allowed = [&] {
    const double change = static_cast<double>(y) - static_cast<double>(x);
    const double size = std::fabs(change) * (1 + 0x1p-52);  // the difference may have been rounded down
    return y >= at(threat.lower, -kInfinity) && y <= at(threat.upper, kInfinity) &&
           size <= at(change < 0 ? threat.max_decrease : threat.max_increase, kInfinity);
  };
  // rounding has crossed a bound by at most an ulp or two; an input outside its own domain may not get back at all
  for (int k = 0; k < 4 && !allowed(); ++k) y = std::nextafter(y, x);
  return allowed() ? y : x;
}

}  // namespace

double price_upper(const AttackTarget& target, std::span<const float> input) {
  std::vector<double> change(input.size());
  for (std::size_t i = 0; i < input.size(); ++i) {
    change[i] = static_cast<double>(input[i]) - static_cast<double>(target.x[i]);
  }
  const double price = target.norm.of_vector(threat::price_entries(*target.threat, target.cost, change));
  // n + 4 roundings, each of at most 2^-53
  return target.norm == Norm::l0() ? price : price * (1 + static_cast<double>(input.size() + 4) * 0x1p-52);
}

namespace {

/// Whether the bounds allow one half of a category's move, a change that nothing rounds.
bool allows_half(const ThreatModel& threat, std::size_t i, float x, float y) {
  const auto at = [i](const std::vector<double>& v, double otherwise) { return v.empty() ? otherwise : v[i]; };
  return y >= at(threat.lower, -kInfinity) && y <= at(threat.upper, kInfinity) &&
         at(y < x ? threat.max_decrease : threat.max_increase, kInfinity) >= 1;
}

/// Writes x + change for the features of all categories. False if that is no move, or one that the bounds forbid.
bool write_moves(const AttackTarget& target, std::span<const double> change, std::span<float> input) {
  for (const Category& category : target.threat->categories) {
    for (const std::uint32_t i : category.features) {
      input[i] = static_cast<float>(target.x[i] + change[i]);
      if (input[i] != target.x[i] && !allows_half(*target.threat, i, target.x[i], input[i])) return false;
    }
  }
  return threat::check_values(*target.threat, input, "").ok();
}

}  // namespace

std::optional<Adversarial> confirm_attack(const AttackTarget& target, std::span<const double> change,
                                          infer::InferWorkspace& workspace) {
  Adversarial found;
  found.input.resize(change.size());
  for (std::size_t i = 0; i < change.size(); ++i) {
    found.input[i] = moved_within_bounds(*target.threat, i, target.x[i], change[i]);
    if (!std::isfinite(found.input[i])) return std::nullopt;
  }
  if (!write_moves(target, change, found.input)) return std::nullopt;
  found.logit = target.whole->forward(found.input, workspace);
  if (!(found.logit <= 0) || !std::isfinite(found.logit)) return std::nullopt;
  if (!(*target.bounded_pass)(found.input).surely_other()) return std::nullopt;
  found.distance = price_upper(target, found.input);
  return found;
}

}  // namespace standfast::attack
