// Three judges, the cheapest first. A positive float32 logit is an alarm. One of at most -E(x) proves f(x) <= 0 (C34).
// Between the two, and where float32 overflows, the float64 pass is asked: its roundings are 2^29 times smaller.
#include "deployed/deployed_verdict.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#include "standfast/threat.hpp"

namespace standfast::deployed {

double deployed_slack(const DeployedError& error, const BoundedPass& pass, std::span<const float> x, float logit) {
  const double bound = error.at(x);
  if (std::isfinite(logit) && (logit > 0 || static_cast<double>(logit) <= -bound)) return bound;
  if (pass(x).surely_other()) return 0;
  return std::isfinite(logit) ? bound : kInfinity;
}

float logit_beyond_float32(const BoundedValue& value) {
  if (!std::isfinite(value.value) || !std::isfinite(value.error)) return std::numeric_limits<float>::quiet_NaN();
  constexpr double kLargest = std::numeric_limits<float>::max();
  return static_cast<float>(std::clamp(value.value, -kLargest, kLargest));
}

}  // namespace standfast::deployed
