// An adversarial input that stands: float32, inside the bounds, judged otherwise by the float32 pass and in truth.
#pragma once

#include <optional>
#include <span>
#include <vector>

#include "deployed/bounded_pass.hpp"
#include "infer/plan.hpp"
#include "standfast/threat.hpp"
#include "threat/moves.hpp"

namespace standfast::attack {

struct Adversarial {
  double distance = kInfinity;  ///< Price, rounded up; for p = 0 the number of features changed.
  std::vector<float> input;     ///< (dim); empty if none was found.
  float logit = 0;              ///< The logit that the deployed pass gives `input`.
};

/// What every attack on one input shares.
struct AttackTarget {
  const infer::Plan* plan;   ///< That of the head that is attacked, which leads the way.
  const infer::Plan* whole;  ///< That of the model, which judges; the same if it has one head.
  const deployed::BoundedPass* bounded_pass;
  const ThreatModel* threat;
  std::span<const double> cost;
  std::span<const float> x;
  Norm norm = Norm::l2();
  std::span<const threat::CategoryMoves> moves = {};  ///< What the categories can do at x; one entry for each.
};

/// The price of moving from x to `input`, rounded up. A category that changes counts once.
double price_upper(const AttackTarget& target, std::span<const float> input);

/// x + change as a float32 input inside the bounds, if the float32 pass judges it otherwise and f <= 0 there in real
/// arithmetic. It then has the other verdict under every guarantee. Each category of it has one value. Shape: change is
/// (dim), in the features' units.
std::optional<Adversarial> confirm_attack(const AttackTarget& target, std::span<const double> change,
                                          infer::InferWorkspace& workspace);

}  // namespace standfast::attack
