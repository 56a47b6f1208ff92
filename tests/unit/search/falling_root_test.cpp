#include "search/falling_root.hpp"

#include <cmath>
#include <limits>

#include <gtest/gtest.h>

namespace standfast::search {
namespace {

constexpr double kInf = std::numeric_limits<double>::infinity();

ValueAndSlope line(double x) { return {3 - x, -1}; }
/// Convex: Newton comes from the left and never crosses.
ValueAndSlope hyperbola(double x) { return {1 / x - 1.0 / 7, -1 / (x * x)}; }
/// Concave: Newton's first step lands far beyond the root.
ValueAndSlope parabola(double x) { return {9 - x * x, -2 * x}; }
/// Kinks at every whole number, ever steeper; the root is at 4.5.
ValueAndSlope broken(double x) {
  const double n = std::floor(x);
  return {(4 * 5 / 2 + 2.5) - (n * (n + 1) / 2 + (n + 1) * (x - n)), -(n + 1)};
}

TEST(FallingRoot, EndsJustLeftOfTheRoot) {
  const auto expect_root = [](double root, double found) {
    EXPECT_LE(found, root * (1 + 0x1p-52));  // the function itself is known to an ulp
    EXPECT_GE(found, root * (1 - 1e-12));
  };
  expect_root(3, falling_root(0.5, kInf, 0, line));
  expect_root(3, falling_root(0, 100, 0, line));
  expect_root(7, falling_root(1e-3, kInf, 0, hyperbola));
  expect_root(3, falling_root(0.1, kInf, 0, parabola));
  expect_root(4.5, falling_root(0.2, kInf, 0, broken));
  EXPECT_GE(hyperbola(falling_root(1e-3, kInf, 0, hyperbola)).value, 0);
  EXPECT_GE(parabola(falling_root(0.1, kInf, 0, parabola)).value, 0);
}

TEST(FallingRoot, AStepIsFoundByBisection) {
  const auto step = [](double x) { return ValueAndSlope{x < 5 ? 1.0 : -1.0, 0}; };
  for (const double right : {8.0, kInf}) {
    const double found = falling_root(1, right, 0, step);
    EXPECT_LT(found, 5) << right;
    EXPECT_GE(found, 5 * (1 - 1e-12)) << right;
  }
}

TEST(FallingRoot, AFunctionThatNeverFallsEndsFarToTheRight) {
  const auto flat = [](double) { return ValueAndSlope{1, 0}; };
  EXPECT_GE(falling_root(1, kInf, 0, flat), 1e50);
  EXPECT_LE(falling_root(1, 8, 0, flat), 8);
  EXPECT_GE(falling_root(1, 8, 0, flat), 8 * (1 - 1e-12));
}

TEST(FallingRoot, AToleranceEndsEarlierAndStillLeft) {
  int exact_steps = 0, steps = 0;
  falling_root(1e-3, kInf, 0, [&](double x) {
    ++exact_steps;
    return hyperbola(x);
  });
  for (const double tolerance : {1e-2, 1e-5}) {
    steps = 0;
    const double found = falling_root(1e-3, kInf, tolerance, [&](double x) {
      ++steps;
      return hyperbola(x);
    });
    EXPECT_LE(found, 7) << tolerance;
    // a convex function: Newton's next step, which is shorter than the tolerance, doubles the digits
    EXPECT_GE(found, 7 * (1 - tolerance * (1 + 2 * tolerance))) << tolerance;
    EXPECT_LT(steps, exact_steps) << tolerance;
  }
}

TEST(FallingRoot, StaysLeftOfWhateverIsNotANumber) {
  const auto broken_off = [](double x) { return ValueAndSlope{x < 5 ? 1.0 : std::nan(""), x < 5 ? -1e-3 : NAN}; };
  const double found = falling_root(1, kInf, 0, broken_off);
  EXPECT_LT(found, 5);
  EXPECT_GT(broken_off(found).value, 0);
}

}  // namespace
}  // namespace standfast::search
