// What a float32 sum of products may be: the value in float64 and the rounding that its terms allow.
#pragma once

#include <cmath>

#include "base/lanes.hpp"
#include "base/random.hpp"

namespace standfast::support {

/// start + sum_i a_i b_i, term by term.
struct FloatSum {
  double value = 0, magnitude = 0;
  int terms = 0;

  explicit FloatSum(double start) : value(start), magnitude(std::fabs(start)) {}
  void add(float a, float b) {
    value += static_cast<double>(a) * b;
    magnitude += std::fabs(static_cast<double>(a) * b);
    ++terms;
  }
  /// How far any order of float32 operations, fused or not, may be away: gamma_{n+1} |a|.|b|, one more for the float64
  /// sum here, and a product that underflows. Source: Higham, chapter 3.
  [[nodiscard]] double bound() const {
    const double slack = (terms + 2) * 0x1p-24;
    return slack / (1 - slack) * magnitude + terms * 0x1p-149;
  }
};

/// Most of them ordinary, some zero, some many decades away.
inline AlignedFloats random_floats(Random& random, std::size_t count) {
  AlignedFloats values(count);
  for (float& v : values) {
    const double kind = random.uniform();
    v = static_cast<float>(random.uniform(-1, 1));
    if (kind < 0.2) v = 0;
    if (kind > 0.95) v *= 1e4F;
  }
  return values;
}

}  // namespace standfast::support
