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
  static Result<Attacker> create(const model::Model& model, const infer::Plan& plan,
                                 const deployed::BoundedPass& bounded_pass, const AttackOptions& options);

  /// The best found for each norm, by random streams that depend on the options' seed and `index` alone. What was found
  /// for one norm is a candidate for all of them.
  /// Shape: x is (dim), the result (norms). Requires: the float32 pass at x gives a finite logit, or nothing is found.
  std::vector<attack::Adversarial> attack(std::span<const float> x, std::size_t index, std::span<const Norm> norms,
                                          attack::AttackWorkspace& workspace) const;

 private:
  Attacker(const model::Model& model, const infer::Plan& plan, const deployed::BoundedPass& bounded_pass,
           const AttackOptions& options);

  const infer::Plan* plan_;
  const deployed::BoundedPass* bounded_pass_;
  search::MinorantReader reader_;
  ThreatModel threat_;
  attack::AttackEffort effort_;
  std::uint64_t seed_;
  std::vector<double> cost_;
};

}  // namespace standfast::classifier
