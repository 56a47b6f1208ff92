// The attacker's side: the smallest change that flips a verdict, by every search that is cheap on small models.
//
// Random directions, steepest directions of the norm under the bounds with relinearisation at the boundary, bisection
// along rays, corner search (all coordinates at an end, at a kink or untouched), jumps of one or two coordinates,
// greedy coordinate sets, and local refinement of what they found.
#pragma once

#include <optional>
#include <span>
#include <vector>

#include "base/random.hpp"
#include "support/attack_problem.hpp"

namespace standfast::support {

struct Attack {
  double distance_upper = kInfinity;  ///< Infinity: no attack found.
  std::vector<double> point;          ///< f(point) <= 0 in real arithmetic, inside the bounds.
};

/// Shape: nearby_others holds inputs of the other class to bisect towards; may be empty.
Attack smallest_attack(const AttackProblem& problem, Random& random,
                       std::span<const std::vector<float>> nearby_others = {});

/// The pieces, for tests of their own.
class AttackSearch {
 public:
  AttackSearch(const AttackProblem& problem, Random& random);

  /// Keeps the point where it flips the verdict more cheaply than the best one, after bisecting back towards x.
  bool offer(std::vector<double> point);
  /// The first crossing found along x + s * direction, clipped to the bounds.
  bool along(std::span<const double> direction);
  /// The smallest ball in which the steepest change flips the verdict.
  bool along_steepest(std::span<const double> gradient);
  void random_directions(int count);
  void steepest_directions(int rounds);
  void corners(int sweeps);
  void coordinate_jumps();
  void coordinate_sets();
  void revert_coordinates(int rounds);

  [[nodiscard]] const Attack& best() const { return best_; }

 private:
  [[nodiscard]] std::vector<double> at(std::span<const double> direction, double s) const;
  [[nodiscard]] double budget() const;
  void record(std::vector<double> point);
  [[nodiscard]] std::vector<double> candidates(std::size_t i, double reach) const;
  double best_value_for(std::vector<double>& point, std::size_t i, double reach) const;

  const AttackProblem& problem_;
  Random& random_;
  Attack best_;
};

/// argmin of g.d over ||cost d||_p <= radius inside the bounds. Requires: p >= 1, radius finite.
std::vector<double> steepest_change(const AttackProblem& problem, std::span<const double> gradient, double radius);

}  // namespace standfast::support
