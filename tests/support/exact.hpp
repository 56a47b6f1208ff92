// Exact robust radii of models small or simple enough to have one, each by its own elementary argument.
#pragma once

#include <array>
#include <cstddef>
#include <span>
#include <vector>

#include "support/attack_problem.hpp"

namespace standfast::support {

/// f(x + d) = margin + sum_i slope_i d_i + bend_i (|offset_i + d_i| - |offset_i|): one affine piece over (t, |t|).
struct SeparableFunction {
  long double margin = 0;
  std::vector<double> slope, bend, offset;
};

/// The function of a model made of centres with at most one abs and one linear node, around the problem's input.
SeparableFunction separable_function(const model::Model& model, std::span<const double> x);

/// The smallest allowed change that makes the function <= 0, for norms 1, 2, inf, by taking the 2^n cells of constant
/// sign one by one: in each the function is affine and the change is a box. For norm 0, the least number of features.
/// Requires: at most 12 features with bend != 0.
double exact_distance(const AttackProblem& problem, const SeparableFunction& function);

/// Half planes a.y + b <= 0.
struct HalfPlane {
  std::array<double, 2> normal;
  double offset;
};
/// Distance from x to the intersection of half planes, norms 1, 2, inf without costs or bounds; infinity where it is
/// empty. Goes through every edge and every pair of edges.
double polygon_distance(std::span<const double> x, std::span<const HalfPlane> planes, Norm norm);

}  // namespace standfast::support
