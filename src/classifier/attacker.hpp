// One input at a time: the smallest adversarial input per norm.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "attack/attack_search.hpp"
#include "standfast/classifier.hpp"

namespace standfast::classifier {

/// The passes of what is attacked, which outlive the attacker.
struct AttackedModel {
  const infer::Plan* plan;                ///< That of the whole model, which judges.
  std::vector<const infer::Plan*> heads;  ///< One per head, of which the weakest are attacked.
  const deployed::BoundedPass* bounded_pass;
};

/// Scratch memory of one thread: one workspace per head.
using AttackerWorkspace = std::vector<attack::AttackWorkspace>;

class Attacker {
 public:
  /// Fails: kBadOption for norms that the search does not know and for too many restarts, kBadShape or
  /// kBadValue for costs and bounds (ThreatModel::validate).
  static Result<Attacker> create(const AttackedModel& model, const AttackOptions& options);

  /// The best found for each norm, by random streams that depend on the options' seed and `index` alone. What was found
  /// for one norm is a candidate for all of them.
  /// Shape: x is (dim), the result (norms). Requires: each category of x has one value; the float32 pass at x gives a
  /// finite logit, or nothing is found.
  std::vector<attack::Adversarial> attack(std::span<const float> x, std::size_t index, std::span<const Norm> norms,
                                          AttackerWorkspace& workspace) const;

 private:
  Attacker(AttackedModel model, const AttackOptions& options);
  [[nodiscard]] attack::Adversarial attack_norm(std::span<const float> x, std::size_t index, Norm norm,
                                                std::span<const Interval> interval,
                                                std::span<const threat::CategoryMoves> moves,
                                                AttackerWorkspace& workspace) const;
  [[nodiscard]] attack::AttackTarget target_of(std::size_t head, std::span<const float> x, Norm norm,
                                               std::span<const threat::CategoryMoves> moves = {}) const {
    return {model_.heads[head], model_.plan, model_.bounded_pass, &threat_, cost_, x, norm, moves};
  }
  /// How near the linearisation of a head would flip, whose forward pass the workspace holds.
  [[nodiscard]] double nearest_flip(std::size_t head, const attack::AttackTarget& target, float logit,
                                    std::span<const Interval> interval, attack::AttackWorkspace& workspace) const;

  AttackedModel model_;
  std::vector<search::MinorantReader> readers_;  ///< One per head.
  ThreatModel threat_;
  attack::AttackEffort effort_;
  std::uint64_t seed_;
  std::vector<double> cost_;
};

}  // namespace standfast::classifier
