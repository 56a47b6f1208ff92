// An adversarial input that stands: float32, inside the bounds, judged otherwise by the deployed pass and in float64.
#pragma once

#include <functional>
#include <optional>
#include <span>
#include <vector>

#include "infer/forward64.hpp"
#include "infer/plan.hpp"
#include "standfast/threat.hpp"

namespace standfast::attack {

struct Adversarial {
  double distance = kInfinity;  ///< Price, rounded up; for p = 0 the number of features changed.
  std::vector<float> input;     ///< (dim); empty if none was found.
  float logit = 0;              ///< The logit that the deployed pass gives `input`.
};

/// How far below 0 the deployed logit at an input must be for the other verdict: 0, or the slack of a deployed
/// guarantee.
using VerdictSlack = std::function<double(std::span<const float>)>;

/// What every attack on one input shares.
struct AttackTarget {
  const infer::Plan* plan;
  const infer::Forward64* forward64;
  const ThreatModel* threat;
  std::span<const double> cost;
  std::span<const float> x;
  Norm norm = Norm::l2();
  VerdictSlack slack;  ///< Empty: 0.
};

/// The price of moving from x to `input`, rounded up.
double price_upper(const AttackTarget& target, std::span<const float> input);

/// x + change as a float32 input inside the bounds, if both passes judge it otherwise.
/// Shape: change is (dim), in the features' units.
std::optional<Adversarial> confirm_attack(const AttackTarget& target, std::span<const double> change,
                                          infer::InferWorkspace& workspace);

}  // namespace standfast::attack
