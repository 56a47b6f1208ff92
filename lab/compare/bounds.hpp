// Bounds on the score of a graph over a set of inputs: interval arithmetic, and backward linear bounds (CROWN). Plain
// float64 without directed rounding: what these methods publish, not a proof about every last bit.
//
// Source: Gowal et al., ICCV 2019 (intervals); Zhang et al., NeurIPS 2018 (CROWN).
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <span>
#include <vector>

#include "model/graph.hpp"
#include "standfast/result.hpp"
#include "standfast/threat.hpp"

namespace standfast::lab {

/// A set of inputs u of a graph.
struct InputSet {
  std::vector<double> lower;   ///< (dim): the box that holds the set.
  std::vector<double> upper;   ///< (dim).
  std::vector<double> centre;  ///< (dim), of a ball; empty if the set is the box itself.
  double radius = 0;           ///< Of the ball.
  Norm norm = Norm::linf();    ///< Of the ball.

  /// The smallest value of coefficients . u over the set.
  [[nodiscard]] double lowest(std::span<const double> coefficients) const;
};

InputSet box(std::vector<double> lower, std::vector<double> upper);
InputSet ball(std::span<const double> centre, double radius, Norm norm);

/// Fails: kUnsupported for a node that is not linear, conv2d, add, relu or flatten.
Status check_boundable(const model::Graph& graph);

/// A lower bound on the score over the set's box, by interval arithmetic. Requires: check_boundable(graph).
double interval_lower(const model::Graph& graph, const InputSet& set);

/// Which line through 0 bounds a ReLU unit of unknown sign from below.
enum class LowerSlope {
  kAdaptive,  ///< 1 if its upper bound is at least as far from 0 as its lower one, else 0: the published choice.
  kAtCentre   ///< That of the unit at the set's centre: of a convex network's tangent.
};

/// A lower bound on the score over the set by CROWN. Affine nodes of at most `most_rows` elements have bounds of its
/// own as well, where they are better than intervals, at a backward pass for each element; with 0 this is CROWN-IBP.
/// Requires: check_boundable(graph); a ball for kAtCentre.
double crown_lower(const model::Graph& graph, const InputSet& set, LowerSlope slope = LowerSlope::kAdaptive,
                   std::size_t most_rows = SIZE_MAX);

/// The largest radius found, at most `most`, whose lower bound is above `threshold`: 0 if there is none. Each bound
/// that it rests on was computed at that radius, so that nothing is taken for granted about radii in between.
double largest_radius(const std::function<double(double radius)>& lower_bound, double threshold, double most);

}  // namespace standfast::lab
