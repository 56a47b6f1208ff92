// The smallest adversarial input that can be found: an upper bound on every certified radius.
//
// Rays along the worst points of the certificate search, relinearisation in input space (each linearisation's nearest
// flip, under bounds and costs, is Algorithm S again, which for norm 1 is a vertex), projected gradient descent from
// random starts, and single-feature moves. Sources: docs/certificates.md; Madry et al., ICLR 2018 (PGD).
#pragma once

#include <span>
#include <vector>

#include "attack/adversarial.hpp"
#include "base/random.hpp"
#include "search/cut_search.hpp"
#include "search/minorant_at.hpp"
#include "search/plan_tangents.hpp"
#include "search/separable.hpp"

namespace standfast::attack {

/// Scratch memory of one thread.
struct AttackWorkspace {
  infer::InferWorkspace infer;
  infer::InferWorkspace probe;
  search::CutSearch search;
  search::PricedProblem problem;
};

struct AttackBudget {
  std::size_t passes = 20;   ///< Of the certificate search that gives directions.
  std::size_t restarts = 4;  ///< Random starts of projected gradient descent.
};

class AttackSearch {
 public:
  /// Shape: interval is (dim). Requires: `workspace.infer` holds the forward pass at x, which is sensitive; norm
  /// 0, 1, 2 or inf.
  AttackSearch(const AttackTarget& target, const search::MinorantReader& reader, std::span<const Interval> interval,
               AttackWorkspace& workspace);

  /// Everything below, within the budget.
  Adversarial run(float logit, const AttackBudget& budget, Random& random);

 private:
  void start(float logit);
  void follow_certificate(const AttackBudget& budget);
  void follow_cuts(const search::PricedProblem& first, const AttackBudget& budget);
  void linearise(std::span<const double> change);
  void relinearise(std::vector<double> change, int rounds);
  void descend(Random& random);
  void take_back();
  void single_features();
  void count_features();
  bool change_worst(const search::PricedProblem& problem, std::vector<double>& change,
                    std::vector<std::size_t>& changed);
  bool try_ray(std::span<const double> direction);
  void offer(std::span<const double> change);
  [[nodiscard]] std::vector<double> project(std::vector<double> priced, double price) const;
  [[nodiscard]] std::vector<double> priced(std::span<const double> change) const;
  [[nodiscard]] std::vector<double> unpriced(std::span<const double> priced) const;
  [[nodiscard]] std::vector<double> steepest(const std::vector<double>& gradient) const;

  const AttackTarget& target_;
  std::span<const Interval> interval_;
  AttackWorkspace& ws_;
  search::PlanTangents tangents_;
  const search::MinorantReader* reader_;
  std::vector<double> lo_, hi_;  ///< Of the change, in units of price.
  search::PricedProblem linearised_;
  std::vector<double> gradient_;
  Adversarial best_;
  std::vector<double> best_change_;
};

}  // namespace standfast::attack
