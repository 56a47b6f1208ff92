// Is the origin a convex combination of points? Non-negative least squares answers in float64, for the exact check to
// confirm: the weights w >= 0 that bring sum w_i (q_i, s) nearest to (0, s) reach it, or what is left of it is a normal
// with every point on its negative side. The points that bear weight are affinely independent at every step, so that
// exact arithmetic finds their weights as the only solution of a linear system.
// Source: Lawson and Hanson, Solving Least Squares Problems, 1974, chapter 23 (NNLS).
#pragma once

#include <cstddef>
#include <vector>

namespace standfast::lab {

/// Points by coordinate: values[f * count + i] is coordinate f of point i.
struct PointColumns {
  std::size_t count = 0;
  std::size_t dim = 0;
  std::vector<double> values;
};

struct NearestCombination {
  enum class End {
    kReached,    ///< As far as float64 can see, `support` reaches the origin.
    kSeparated,  ///< normal.q < 0 for every point q.
    kUnclear,    ///< Nearer to the border than float64 can see, or out of steps.
  };
  End end = End::kUnclear;
  std::vector<std::size_t> support;
  std::vector<double> normal;  ///< (dim)
};

/// Requires: finite coordinates, of sizes near 1. Memory: (dim + 1)^2 numbers besides the points.
/// Cost: about dim steps of one product with all points.
NearestCombination nearest_combination(const PointColumns& points);

}  // namespace standfast::lab
