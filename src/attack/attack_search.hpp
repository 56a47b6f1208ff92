// The smallest adversarial input that can be found: an upper bound on every certified radius.
//
// Rays along the worst points of the certificate search, relinearisation in input space (each linearisation's nearest
// flip, under bounds and costs, is Algorithm S again, which for norm 1 is a vertex), projected gradient descent from
// random starts, and single-feature moves. Sources: docs/certificates.md; Madry et al., ICLR 2018 (PGD).
#pragma once

#include <span>
#include <vector>

#include "attack/adversarial.hpp"
#include "attack/merged_minorants.hpp"
#include "base/random.hpp"
#include "search/minorant_at.hpp"
#include "search/minorant_search.hpp"
#include "search/plan_minorants.hpp"
#include "search/separable.hpp"

namespace standfast::attack {

/// Scratch memory of one thread.
struct AttackWorkspace {
  infer::InferWorkspace infer;  ///< The pass of the head at x.
  infer::InferWorkspace probe;  ///< Its passes elsewhere.
  infer::InferWorkspace judge;  ///< The passes of the whole model.
  search::MinorantSearch search;
  search::PricedProblem problem;
};

struct AttackEffort {
  std::size_t passes = 20;   ///< The number of passes of the certificate search that gives directions.
  std::size_t restarts = 4;  ///< The number of random starts of projected gradient descent.
};

/// What the target looks like from x: its tangent minorant, or its linearisation if the map mixes features.
/// Requires: `workspace` holds the forward pass at x.
minorant::SeparableMinorant linearised_at_input(const AttackTarget& target, const search::MinorantReader& reader,
                                                float logit, infer::InferWorkspace& workspace);

class AttackSearch {
 public:
  /// Shape: interval is (dim). Requires: `workspace.infer` holds the forward pass at x, which is sensitive; norm
  /// 0, 1, 2 or inf; the target's moves are those of x.
  AttackSearch(const AttackTarget& target, const search::MinorantReader& reader, std::span<const Interval> interval,
               AttackWorkspace& workspace);

  /// The cheapest adversarial input that all steps below find, within the effort.
  Adversarial find_smallest(float logit, const AttackEffort& effort, Random& random);

 private:
  void follow_certificate(const AttackEffort& effort);
  void follow_minorants(const search::PricedProblem& first, const AttackEffort& effort);
  void linearise_at(std::span<const double> change);
  void walk_to_linearised_flip(std::vector<double> change, int rounds);
  void descend_from_random_start(Random& random);
  void put_back_changes();
  void try_single_features();
  void change_fewest_features();
  bool change_worst_features(const search::PricedProblem& problem, std::vector<double>& change,
                             std::vector<std::size_t>& changed);
  bool try_ray(std::span<const double> direction);
  void keep_if_cheaper(std::span<const double> change);
  bool try_one_ray(std::span<const double> direction);

  // attack_moves.cpp: a change has all features, or shares of the categories' moves in the place of theirs
  /// Puts what touches f at x, or a linearisation, in units of price, with its moves merged.
  void price_merged(minorant::SeparableMinorant minorant, search::PricedProblem& problem);
  /// The change of all features; shares of moves are rounded.
  [[nodiscard]] std::vector<double> expanded(std::span<const double> change) const;
  /// The inverse: `targets_` become the moves of this change.
  std::vector<double> merged(std::span<const double> change);
  double value_of_merged(std::span<const double> change);
  double merged_value_and_gradient(std::span<const double> change);
  bool try_rays_with_moves(std::span<const double> direction);
  /// Takes back each move that the verdict does not need.
  void put_back_moves(std::vector<double>& change);
  [[nodiscard]] double price_of(std::span<const double> change) const;
  [[nodiscard]] bool is_move(std::size_t i) const { return !is_move_.empty() && is_move_[i]; }

  [[nodiscard]] std::vector<double> project_onto_ball(std::vector<double> priced, double price) const;
  [[nodiscard]] std::vector<double> in_price_units(std::span<const double> change) const;
  [[nodiscard]] std::vector<double> in_feature_units(std::span<const double> priced) const;
  [[nodiscard]] std::vector<double> steepest_step(const std::vector<double>& gradient) const;

  const AttackTarget& target_;
  // costs and intervals with the categories' moves merged
  std::vector<Interval> interval_;
  std::vector<double> cost_;
  std::vector<bool> is_move_;           ///< (dim): whether a feature belongs to a category; empty without categories.
  std::vector<std::uint32_t> targets_;  ///< Where the moves lead that a merged change stands for.
  std::vector<double> offset_;
  AttackWorkspace& ws_;
  search::PlanMinorants minorants_;
  MergedMinorants with_moves_;
  const search::MinorantReader* reader_;
  std::vector<double> lo_, hi_;  ///< The bounds of the change, in units of price.
  search::PricedProblem linearised_;
  std::vector<double> gradient_;
  Adversarial best_;
  std::vector<double> best_change_;
};

}  // namespace standfast::attack
