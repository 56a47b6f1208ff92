// The hot loops of the separation: dot products and products of matrices, in the widest registers of the machine.
//
// The order of every sum is fixed and no product is fused into a sum, so that each width of register gives the same
// bits. Nothing here is trusted: what it finds is checked in exact integers.
#pragma once

#include <cstddef>

namespace standfast::lab {

/// Lengths of vectors are multiples of this; what is left over holds zeros.
inline constexpr std::size_t kVectorBlock = 64;
/// A panel is this many columns of a matrix side by side: 64 bytes of every row.
template <class T>
inline constexpr std::size_t kPanel = 64 / sizeof(T);
inline constexpr std::size_t kDoublePanel = kPanel<double>;
inline constexpr std::size_t kFloatPanel = kPanel<float>;

/// The smallest multiple of `block` that is at least `count`.
constexpr std::size_t round_up(std::size_t count, std::size_t block) { return (count + block - 1) / block * block; }

/// sum_i x_i y_i. Requires: count is a multiple of kVectorBlock.
float dot(const float* x, const float* y, std::size_t count);
/// y += scale x. Requires: count is a multiple of kVectorBlock.
void add_scaled(float scale, const float* x, float* y, std::size_t count);

/// c += a b, each element summed in the order of `inner`.
/// Shape: a is (rows, inner) with `stride` between its rows, b one panel (inner, kPanel), c one panel (rows, kPanel).
void multiply_panel(const float* a, std::size_t rows, std::size_t inner, std::size_t stride, const float* b, float* c);
void multiply_panel(const double* a, std::size_t rows, std::size_t inner, std::size_t stride, const double* b,
                    double* c);

}  // namespace standfast::lab
