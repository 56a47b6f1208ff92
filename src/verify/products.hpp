// The verifier's inner loops in float64, over inputs side by side; one source, compiled for two instruction sets.
//
// The proofs hold for any order of a sum and for fused and plain products alike, so that nothing depends on the choice.
#pragma once

#include <cstddef>

namespace standfast::verify_ops {

/// Element (row, column) is at[row * row_stride + column * column_stride], or its magnitude.
struct Matrix {
  const float* at = nullptr;
  std::size_t rows = 0, columns = 0;
  std::size_t row_stride = 0, column_stride = 1;
  bool magnitudes = false;
};

struct Products {
  const char* name;
  /// value[column][lane] += sum over rows of matrix(row, column) dual[row][lane], lane innermost.
  ///
  /// Requires: lanes is 1 or a multiple of 8. Each sum has the order of the rows; rows of zeros are left out, so that a
  /// lane has the same bits alone.
  void (*add)(const Matrix& matrix, std::size_t lanes, const double* dual, double* value);
  /// target[i] += weight * source[i].
  void (*add_scaled)(double weight, const double* source, std::size_t count, double* target);
};

/// SSE2 or whatever the compiler takes for granted, products rounded before they are added.
extern const Products kPlainProducts;
/// AVX2, products fused into their sums. Requires: has_fused_products().
extern const Products kFusedProducts;

bool has_fused_products();
/// The faster of those that the processor has.
const Products& best_products();

}  // namespace standfast::verify_ops
