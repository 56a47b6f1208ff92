// The verdict of the deployed guarantee: an alarm is given up only where f(x) <= 0 is proven. docs/certificates.md,
// (C35).
#pragma once

#include <span>

#include "deployed/bounded_pass.hpp"
#include "deployed/deployed_error.hpp"

namespace standfast::deployed {

/// How far below 0 the logit of an alarm may lie: the verdict is `other` if logit <= -slack. It is E(x), or 0 if the
/// float64 pass has proven f(x) <= 0; infinite if the float32 pass overflowed and the other one proves nothing.
///
/// Shape: x is (dim); logit is what the float32 pass says of it.
/// Cost: dim products; a float64 pass if they leave the sign of f(x) open.
double deployed_slack(const DeployedError& error, const BoundedPass& pass, std::span<const float> x, float logit);

/// The logit of an input on which float32 overflows: that of the float64 pass, as near to it as float32 comes. NaN if
/// float64 overflows as well.
float logit_beyond_float32(const BoundedValue& value);

}  // namespace standfast::deployed
