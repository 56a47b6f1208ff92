// Matrices and zero-padded convolutions as the core reads them: plain loops, one input at a time.
//
// Every sum starts at the value that is there and takes its terms in one order: rows of a matrix, or channels, then
// rows and columns of a kernel. Each product is fused into the sum, so that a term costs one rounding; `verify_wide`
// keeps to the same order on wide registers, and so gets the same bits.
#pragma once

#include <cmath>
#include <cstddef>
#include <cstdint>
#include <span>

#include "model/geometry.hpp"

namespace standfast::verify {

/// visit(output, input, weight) for each term of W x, those of one output (and those of one input) in their order.
template <class Visit>
void for_each_term(const model::Affine& op, const Visit& visit) {
  const auto index = [](std::int64_t at) { return static_cast<std::size_t>(at); };
  const model::Shape& w = op.weight->shape;
  const float* weight = op.weight->values.data();
  if (!op.is_conv) {
    for (std::size_t o = 0; o < index(w[0]); ++o) {
      for (std::size_t i = 0; i < index(w[1]); ++i) visit(o, i, static_cast<double>(*weight++));
    }
    return;
  }
  for (std::int64_t o = 0; o < w[0]; ++o) {
    for (std::int64_t c = 0; c < w[1]; ++c) {
      for (std::int64_t ky = 0; ky < w[2]; ++ky) {
        for (std::int64_t kx = 0; kx < w[3]; ++kx, ++weight) {
          for (std::int64_t y = 0; y < op.out[1]; ++y) {
            const std::int64_t row = y * op.stride + ky * op.dilation - op.padding;
            if (row < 0 || row >= op.in[1]) continue;
            for (std::int64_t x = 0; x < op.out[2]; ++x) {
              const std::int64_t column = x * op.stride + kx * op.dilation - op.padding;
              if (column < 0 || column >= op.in[2]) continue;
              const std::int64_t output = (o * op.out[1] + y) * op.out[2] + x;
              visit(index(output), index((c * op.in[1] + row) * op.in[2] + column), static_cast<double>(*weight));
            }
          }
        }
      }
    }
  }
}

/// Numbers, and bounds on how far each is off. Shape: one for one.
struct Bounded {
  std::vector<double> value, error;
};

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
