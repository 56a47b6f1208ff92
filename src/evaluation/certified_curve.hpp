// Certified accuracy, quantiles and extremes of one norm, from radii alone.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "standfast/evaluation.hpp"
#include "standfast/threat.hpp"

namespace standfast::evaluation {

/// One input of the sensitive class.
struct SensitiveInput {
  std::size_t row = 0;  ///< Its position in the data set.
  bool right = false;   ///< Whether the verdict is the sensitive class.
  double radius = 0;    ///< >= 0, may be infinite; 0 for a wrong verdict.
};

/// Share of all inputs that are right and reach each radius of the grid; NaN if there is no input.
std::vector<double> accuracy_on(Norm norm, std::span<const SensitiveInput> inputs, std::span<const double> grid);

/// The quantiles at 10, 25, 50, 75 and 90 % of the inputs judged right; empty if there are none.
std::vector<Evaluation::CertifiedCurve::Quantile> radius_quantiles(std::span<const SensitiveInput> inputs);

/// Curve, quantiles and extremes of the inputs of the sensitive class, in any order.
///
/// A quantile is the smallest radius that at least that share of the inputs judged right stay at or below (no
/// interpolation, so that infinite radii have a place); there is none if no input is judged right.
/// Requires: grid is ascending.
Evaluation::CertifiedCurve certified_curve(Norm norm, std::span<const SensitiveInput> inputs, std::vector<double> grid);

/// Even steps of 1, 2, 2.5 or 5 times a power of ten (whole numbers if radii are `whole`) from 0 to just above the 95 %
/// quantile of the finite radii of the inputs judged right; {0, 1} if there is none above 0.
///
/// Shape: at most max_points values; max_points >= 2.
std::vector<double> radius_grid(bool whole, std::span<const SensitiveInput> inputs, std::size_t max_points);

/// The element of `ascending` that at least `share` of all stay at or below. Requires: not empty, 0 <= share <= 1.
double quantile(std::span<const double> ascending, double share);

}  // namespace standfast::evaluation
