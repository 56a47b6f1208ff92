// The inner loops of proofs in float64 and float32, over inputs side by side; one source, compiled for two instruction
// sets. Sums in float64 take their terms in the order of verify/affine.hpp and fuse every product, as the core does.
#pragma once

#include <cstddef>

namespace standfast::verify_wide {

/// Element (row, column) is at[row * row_stride + column * column_stride], or its magnitude.
struct Matrix {
  const float* at = nullptr;
  std::size_t rows = 0, columns = 0;
  std::size_t row_stride = 0, column_stride = 1;
  bool magnitudes = false;
};

/// A zero-padded convolution from source to target, or its adjoint: the target is then its input.
///
/// The weight between channels s and t at (y, x) of the kernel is
/// weight[s * source_stride + t * target_stride + y * kernel_width + x], or its magnitude.
struct Convolution {
  struct Image {
    std::size_t channels = 0, height = 0, width = 0;
  };
  const float* weight = nullptr;
  bool adjoint = false, magnitudes = false;
  Image source, target;
  std::size_t kernel_height = 0, kernel_width = 0, source_stride = 0, target_stride = 0;
  std::ptrdiff_t stride = 1, padding = 0, dilation = 1;
};

/// Products of float32 weights with numbers side by side. Requires: lanes is 1 or a multiple of 8.
///
/// Each sum has the order of the rows (channels, then rows, then columns of the kernel), so that a lane has the same
/// bits alone. A sum of products with float32 numbers is made in float32 for kRowsAtOnce rows, then added in float64.
struct Products {
  static constexpr std::size_t kRowsAtOnce = 128;

  const char* name;
  /// value[column][lane] += sum over rows of matrix(row, column) dual[row][lane], lane innermost; rows of zeros are
  /// left out.
  void (*add)(const Matrix& matrix, std::size_t lanes, const double* dual, double* value);
  void (*add_narrow)(const Matrix& matrix, std::size_t lanes, const float* dual, double* value);
  /// value += the convolution of `source`. Shape: (channels, height, width, lanes).
  void (*convolve)(const Convolution& convolution, std::size_t lanes, const double* source, double* value);
  void (*convolve_narrow)(const Convolution& convolution, std::size_t lanes, const float* source, double* value);
};

/// SSE2 or whatever the compiler takes for granted; slow if the processor has no fused products.
extern const Products kPlainProducts;
/// AVX2. Requires: has_fused_products().
extern const Products kFusedProducts;

bool has_fused_products();
/// The one for the chosen instruction set: kernels/instruction_set.hpp.
const Products& best_products();

}  // namespace standfast::verify_wide
