// The root of a function that never rises: Newton's method if it helps, bisection if it does not.
#pragma once

#include <algorithm>
#include <limits>

namespace standfast::search {

/// Value and slope of a function at one place.
struct ValueAndSlope {
  double value, slope;
};

/// A place just left of where `f`, which never rises on [left, right], stops being positive.
///
/// Requires: f(left) >= 0; right may be infinite. Starts at `guess` if that lies between, else at `left`. Ends
/// early, still left of the root, if Newton's next step would be shorter than `tolerance` times the place, or if
/// f does not fall at all. Cost: about ten evaluations for piecewise linear f, at most 200.
template <class Function>
double falling_root(double left, double right, double tolerance, const Function& f, double guess = 0) {
  // from a guess without measure, halving would take all steps there are
  double x = guess > left && guess < right && guess < 0x1p40 * left ? guess : left;
  for (int i = 0; i < 200; ++i) {
    const ValueAndSlope at = f(x);
    if (at.value > 0)
      left = x;
    else
      right = x;
    if (at.value == 0) return x;
    if (right <= std::numeric_limits<double>::max() && right - left <= 1e-15 * right) break;
    double next = at.slope < 0 ? x - at.value / at.slope : std::numeric_limits<double>::infinity();
    if (at.value > 0 && (next - x <= tolerance * x || (tolerance > 0 && at.slope == 0))) return x;
    const bool inside = next > left && next < right;
    // later on every fourth step bisects, because Newton may creep along a kink
    if (!inside || (i >= 8 && i % 4 == 3)) {
      const bool bounded = right <= std::numeric_limits<double>::max();
      next = bounded ? left + (right - left) / 2 : std::max(2 * left, 1e-300);
    }
    if (next == x) break;
    x = next;
  }
  if (right > std::numeric_limits<double>::max()) return left;
  // Newton can settle a rounding error to the right of the root, with `left` still far away: step back over it
  for (double step = 0x1p-52; step < 1 && right * (1 - step) > left; step *= 2) {
    if (f(right * (1 - step)).value > 0) return right * (1 - step);
  }
  return left;
}

}  // namespace standfast::search
