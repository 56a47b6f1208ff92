// One input at a time: the smallest adversarial input per norm.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "attack/attack_search.hpp"
#include "standfast/classifier.hpp"

namespace standfast::classifier {

class Attacker {
 public:
  /// Fails: kBadOption for norms that the search does not know and for too many restarts, kBadShape or
  /// kBadValue for costs and bounds (ThreatModel::validate).
  static Result<Attacker> create(const model::Model& model, const infer::Plan& plan, const AttackOptions& options);

  /// The best found for one norm, by a random stream that depends on the options' seed and `index` alone.
  /// Shape: x is (dim). Requires: `workspace.infer` holds the forward pass at x, which gave the sensitive `logit`.
  attack::Adversarial attack(std::span<const float> x, float logit, std::size_t index, Norm norm,
                             attack::AttackWorkspace& workspace) const;

  /// The other verdict is a logit of at most minus this much.
  void set_slack(attack::VerdictSlack slack) { slack_ = std::move(slack); }

 private:
  Attacker(const model::Model& model, const infer::Plan& plan, const AttackOptions& options);

  const infer::Plan* plan_;
  infer::Forward64 forward64_;
  search::MinorantReader reader_;
  ThreatModel threat_;
  attack::AttackEffort effort_;
  std::uint64_t seed_;
  attack::VerdictSlack slack_;
  std::vector<double> cost_;
};

}  // namespace standfast::classifier
