// The arithmetic of a network in float32, once per instruction set: a table of functions, chosen at run time.
//
// Every sum has one order, that of its terms, and every set but `ref` fuses each product into its sum: an input gives
// the same bits alone, in any lane of a tile and in a tile of any count (a zero's sign apart: for one input, terms of 0
// may be left out or added). Two instruction sets may differ in rounding; avx2 and avx512 do not.
#pragma once

#include <cstddef>
#include <cstdint>

#include "base/lanes.hpp"

namespace standfast::kernels {

/// Rows of a product that are packed side by side: one cache line per term.
inline constexpr std::size_t kPanelRows = 16;

/// The weights of y = W x as panels of 16 rows: row r of term t lies at panels[16 * (r / 16) * terms + t * width + r %
/// 16], where width is 16 but for the last panel, which may have fewer. 16 readable floats follow the last weight.
struct Product {
  const float* panels;
  std::size_t rows, terms;
};

/// What a sum starts from: bias[row * row_step + position * position_step], or what is in y if bias is nullptr.
struct Start {
  const float* bias;
  std::size_t row_step;
  std::size_t position_step;
};

/// One term of a sparse sum: the unit that is read, counted from a base, and the term of the product.
struct Tap {
  std::uint32_t unit, term;
};

/// Positions of a convolution that have the same taps: position p reads from unit p * step of x on, writes unit p of y.
struct Run {
  const Tap* taps;
  std::size_t tap_count;
  std::size_t positions, step;
  std::size_t row_stride;  ///< The number of units of y from one row of the product to the next.
};

struct Kernels {
  /// y[row][lane] = start + sum_t W[row][t] x[t][lane].
  void (*linear_tile)(const Product&, const Start&, const float* x, float* y);
  /// y[row] = start + sum_t W[row][t] x[t] for one input. Cost: reads each weight whose x is not 0 once.
  void (*linear_one)(const Product&, const Start&, const float* x, float* y);
  /// y[i] += sum_r scale[r] rows[r][i] for i < columns: the transposed product, rows of inactive units left out.
  void (*add_rows)(const float* const* rows, const float* scale, std::size_t count, std::size_t columns, float* y);

  /// y[row * row_stride + p][lane] = start + sum over taps of W[row][term] x[p * step + unit][lane].
  void (*taps_tile)(const Product&, const Start&, const Run&, const float* x, float* y);
  /// y[row * row_stride + p] = start + the sum over taps of W[row][term] x[p * step + unit], for one input.
  void (*taps_one)(const Product&, const Start&, const Run&, const float* x, float* y);
  /// As taps_one for step == 1, side by side: reads up to 15 floats beyond what the last position needs.
  void (*taps_row)(const Product&, const Start&, const Run&, const float* x, float* y);
};

enum class InstructionSet;  // no header of the library reaches the files that are compiled for one set alone
/// The functions for an instruction set. Requires: is_available(set).
const Kernels& kernels_of(InstructionSet set);

}  // namespace standfast::kernels
