// Hunts for a float32 input strictly inside a printed radius whose verdict is the other one.
//
// From points just inside the radius, single features (and pairs, where the budget is spent) move by ulps as long as
// the logit falls; prices and bounds are kept in real arithmetic.
#pragma once

#include <functional>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "base/random.hpp"
#include "deployed/deployed_error.hpp"
#include "standfast/classifier.hpp"
#include "support/attack_problem.hpp"

namespace standfast::support {

/// Requires: everything referred to outlives the hunter.
class UlpHunter {
 public:
  /// Deployed: `error` bounds the logit's rounding and the verdict is logit > -error.at(x); otherwise it is null and
  /// the verdict is the sign of f in real arithmetic.
  UlpHunter(const Classifier& classifier, const AttackProblem& problem, const deployed::DeployedError* error,
            double radius);

  /// Why the radius is wrong, or nothing. Cost: at most `budget` forward passes.
  std::optional<std::string> hunt(const std::vector<double>& start, Random& random, int budget);

  [[nodiscard]] std::size_t tried() const { return tried_; }

 private:
  [[nodiscard]] bool allowed(const std::vector<float>& point) const;
  [[nodiscard]] std::vector<float> rounded_inside(const std::vector<double>& start) const;
  /// What the hunt lowers: the deployed logit above its own threshold, or f.
  double score(const std::vector<float>& point);
  std::optional<std::string> judge(const std::vector<float>& point);
  bool improve(std::vector<float>& point, double& lowest, std::size_t i, int ulps);

  const Classifier& classifier_;
  const AttackProblem& problem_;
  const deployed::DeployedError* error_;
  double radius_;
  std::size_t tried_ = 0;
};

}  // namespace standfast::support
