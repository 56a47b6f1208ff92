// Numbers with bounds on their errors, and how weights multiply them: plain loops, one input at a time.
//
// Every sum starts at the value that is there and takes its terms in the order of for_each_term (model/geometry.hpp).
// Each product is fused into the sum, so that a term costs one rounding; `verify_wide` keeps to the same order on wide
// registers, and so gets the same bits.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <vector>

#include "base/rounding.hpp"
#include "model/geometry.hpp"

namespace standfast::verify {

/// Numbers, and bounds on how far each is off. Shape: one for one.
struct Bounded {
  std::vector<double> value, error;
};

/// Turns a value too small for relative error bounds into 0 with an absolute error, and keeps errors away from
/// underflow.
inline void avoid_underflow(double& value, double& error) {
  if (value != 0 && std::fabs(value) < kTinyFactor) {
    value = 0;
    error += 2 * kTinyFactor;
  }
  if (error != 0) error = std::max(error, kTinyFactor);
}
inline void avoid_underflow(Bounded& numbers) {
  for (std::size_t i = 0; i < numbers.value.size(); ++i) avoid_underflow(numbers.value[i], numbers.error[i]);
}

/// to.value += W from.value and to.error += |W| from.error.
inline void add_product(const model::Affine& op, const Bounded& from, Bounded& to) {
  for_each_term(op, [&](std::size_t o, std::size_t i, double w) {
    to.value[o] = std::fma(w, from.value[i], to.value[o]);
    to.error[o] = std::fma(std::fabs(w), from.error[i], to.error[o]);
  });
}

/// The same with the transposed W.
inline void add_transposed(const model::Affine& op, const Bounded& from, Bounded& to) {
  for_each_term(op, [&](std::size_t o, std::size_t i, double w) {
    to.value[i] = std::fma(w, from.value[o], to.value[i]);
    to.error[i] = std::fma(std::fabs(w), from.error[o], to.error[i]);
  });
}

}  // namespace standfast::verify
