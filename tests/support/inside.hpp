// The strongest question about one printed radius: is there a point inside it with the other verdict?
//
// Where phi is affine, f is convex and so is the ball: conditional gradients (Frank and Wolfe, Naval Research Logistics
// Quarterly 1956) find f's minimum in it. Elsewhere they are one more search.
#pragma once

#include <optional>
#include <span>
#include <vector>

#include "support/attack_problem.hpp"

namespace standfast::support {

/// The point moved towards x until its price is below the radius and its features are inside the bounds.
std::vector<double> pulled_inside(const AttackProblem& problem, std::vector<double> point, double radius);

/// A point priced strictly below the radius, inside the bounds, where f <= 0 in real arithmetic. None should exist.
///
/// Seeds are points whose directions are followed as well. An infinite radius is tried at several sizes.
/// Requires: problem.norm().p() >= 1, radius > 0.
std::optional<std::vector<double>> flip_inside(const AttackProblem& problem, double radius,
                                               std::span<const std::vector<double>> seeds = {});

/// The points that flip_inside ends at, cheapest f first: where a hunt in float32 begins.
std::vector<std::vector<double>> lowest_inside(const AttackProblem& problem, double radius,
                                               std::span<const std::vector<double>> seeds = {});

}  // namespace standfast::support
