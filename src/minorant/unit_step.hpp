// What a minorant loses if one feature moves by exactly 1 in either direction: half of a move of a category.
#pragma once

#include <cmath>
#include <cstddef>

#include "minorant/minorant.hpp"

namespace standfast::minorant {

/// |offset + side| - |offset| for a side of 1 or -1, without cancellation: off by one rounding of a number of at
/// most 1.
inline double fold_of_step(double offset, double side) {
  const double towards = offset * side;  // a side of 1 or -1 rounds nothing
  if (towards >= 0) return 1;
  if (towards <= -1) return -1;
  return 1 + 2 * towards;
}

/// -q_i(side) and the sum of the sizes of its terms, to nearest.
struct StepDecrease {
  double decrease = 0, size = 0;
};
inline StepDecrease decrease_of_step(const SeparableMinorant& m, std::size_t i, double side) {
  const std::size_t kinks = m.kinks();
  StepDecrease result{-m.coefficient[i] * side, std::fabs(m.coefficient[i])};
  for (std::size_t at = i * kinks; at < (i + 1) * kinks; ++at) {
    result.decrease -= m.bend[at] * fold_of_step(m.offset[at], side);
    result.size += std::fabs(m.bend[at]);
  }
  return result;
}

/// Feature i of a minorant becomes the line of this slope, without bends.
inline void become_line(SeparableMinorant& m, std::size_t i, double slope) {
  m.coefficient[i] = slope;
  for (std::size_t at = i * m.kinks(); at < (i + 1) * m.kinks(); ++at) m.bend[at] = 0;
}

}  // namespace standfast::minorant
