// Convex combinations with exact rational weights: the proof that a point is inside a hull.
//
// check_combination is all that has to be believed; exact_combination, which finds the weights, is not.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace standfast::lab {

using IntegerPoint = std::vector<std::int64_t>;

/// sum_k numerators[k] / denominator * point support[k]. Integers are decimal digits, as they are written to files.
struct ExactCombination {
  std::vector<std::size_t> support;
  std::vector<double> weights;  ///< Rounded, for people.
  std::vector<std::string> numerators;
  std::string denominator;
};

/// Whether the combination is convex and equals x: positive numerators that sum to the denominator, and
/// sum_k numerators[k] point_k = denominator x in every coordinate. Requires: support names points.
bool check_combination(const ExactCombination& combination, const std::vector<IntegerPoint>& points,
                       const IntegerPoint& x);

/// The weights with which the points reach x, without those that are 0; points are numbered from 0.
/// Nothing if they are affinely dependent, do not reach x, or a weight is negative.
/// Requires: coordinates below 2^62. Cost: n^2 m operations for n points in m coordinates, and as many again for every
/// 31 binary places of the weights; memory for n^2 + n m numbers.
std::optional<ExactCombination> exact_combination(const std::vector<IntegerPoint>& points, const IntegerPoint& x);

}  // namespace standfast::lab
