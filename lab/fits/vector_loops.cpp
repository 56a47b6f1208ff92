// Each loop is written once, over the number of bytes in a register, and compiled for two widths.
#include "lab/fits/vector_loops.hpp"

#include <algorithm>
#include <cstring>

#include "kernels/instruction_set.hpp"

namespace standfast::lab {
namespace {

#define STANDFAST_INLINE [[gnu::always_inline]] inline

template <class T, std::size_t kBytes>
struct Register {
  typedef T Type __attribute__((vector_size(kBytes)));
};

template <class V, class T>
STANDFAST_INLINE void load(V& into, const T* from) {
  std::memcpy(&into, from, sizeof(V));
}

template <class V, class T>
STANDFAST_INLINE void store(const V& from, T* into) {
  std::memcpy(into, &from, sizeof(V));
}

/// As many sums as a block has elements, whatever the register, then added in one order.
template <std::size_t kBytes>
STANDFAST_INLINE float dot_in(const float* x, const float* y, std::size_t count) {
  using V = typename Register<float, kBytes>::Type;
  constexpr std::size_t kAbreast = kBytes / sizeof(float);
  constexpr std::size_t kSums = kVectorBlock / kAbreast;
  V sums[kSums] = {};
  for (std::size_t i = 0; i < count; i += kVectorBlock)
#pragma GCC unroll 16
    for (std::size_t k = 0; k < kSums; ++k) {
      V left, right;
      load(left, x + i + k * kAbreast);
      load(right, y + i + k * kAbreast);
      sums[k] += left * right;
    }
  float lanes[kVectorBlock];
  for (std::size_t k = 0; k < kSums; ++k) store(sums[k], lanes + k * kAbreast);
  for (std::size_t half = kVectorBlock / 2; half > 0; half /= 2)
    for (std::size_t i = 0; i < half; ++i) lanes[i] += lanes[i + half];
  return lanes[0];
}

template <std::size_t kBytes>
STANDFAST_INLINE void add_scaled_in(float scale, const float* x, float* y, std::size_t count) {
  using V = typename Register<float, kBytes>::Type;
  constexpr std::size_t kAbreast = kBytes / sizeof(float);
  for (std::size_t i = 0; i < count; i += kAbreast) {
    V from, into;
    load(from, x + i);
    load(into, y + i);
    into += scale * from;
    store(into, y + i);
  }
}

/// kRows rows of c stay in registers while `inner` is walked through.
template <class T, std::size_t kBytes, std::size_t kRows>
STANDFAST_INLINE void tile(const T* a, std::size_t inner, std::size_t stride, const T* b, T* c) {
  using V = typename Register<T, kBytes>::Type;
  constexpr std::size_t kAbreast = kBytes / sizeof(T);
  constexpr std::size_t kParts = kPanel<T> / kAbreast;
  V sums[kRows][kParts];
#pragma GCC unroll 8
  for (std::size_t r = 0; r < kRows; ++r)
#pragma GCC unroll 8
    for (std::size_t p = 0; p < kParts; ++p) load(sums[r][p], c + r * kPanel<T> + p * kAbreast);
  for (std::size_t k = 0; k < inner; ++k) {
    V columns[kParts];
#pragma GCC unroll 8
    for (std::size_t p = 0; p < kParts; ++p) load(columns[p], b + k * kPanel<T> + p * kAbreast);
#pragma GCC unroll 8
    for (std::size_t r = 0; r < kRows; ++r) {
      const T factor = a[r * stride + k];
#pragma GCC unroll 8
      for (std::size_t p = 0; p < kParts; ++p) sums[r][p] += factor * columns[p];
    }
  }
#pragma GCC unroll 8
  for (std::size_t r = 0; r < kRows; ++r)
#pragma GCC unroll 8
    for (std::size_t p = 0; p < kParts; ++p) store(sums[r][p], c + r * kPanel<T> + p * kAbreast);
}

template <class T, std::size_t kBytes>
STANDFAST_INLINE void multiply_in(const T* a, std::size_t rows, std::size_t inner, std::size_t stride, const T* b,
                                  T* c) {
  constexpr std::size_t kRows = kBytes / 16 * 3;    // as many sums as registers hold beside the factors
  constexpr std::size_t kTermsAtOnce = 16384 / 64;  // a block of the panel stays in the first cache
  for (std::size_t first = 0; first < inner; first += kTermsAtOnce) {
    const std::size_t length = std::min(kTermsAtOnce, inner - first);
    std::size_t r = 0;
    for (; r + kRows <= rows; r += kRows)
      tile<T, kBytes, kRows>(a + r * stride + first, length, stride, b + first * kPanel<T>, c + r * kPanel<T>);
    for (; r < rows; ++r)
      tile<T, kBytes, 1>(a + r * stride + first, length, stride, b + first * kPanel<T>, c + r * kPanel<T>);
  }
}

#if defined(__x86_64__)
#define STANDFAST_WIDE [[gnu::target("avx2")]]

STANDFAST_WIDE float wide_dot(const float* x, const float* y, std::size_t count) { return dot_in<32>(x, y, count); }
STANDFAST_WIDE void wide_add_scaled(float scale, const float* x, float* y, std::size_t count) {
  add_scaled_in<32>(scale, x, y, count);
}
template <class T>
STANDFAST_WIDE void wide_multiply(const T* a, std::size_t rows, std::size_t inner, std::size_t stride, const T* b,
                                  T* c) {
  multiply_in<T, 32>(a, rows, inner, stride, b, c);
}

bool wide() {
  static const bool has_wide_registers = kernels::is_available(kernels::InstructionSet::kAvx2);
  return has_wide_registers;
}
#endif

template <class T>
void multiply(const T* a, std::size_t rows, std::size_t inner, std::size_t stride, const T* b, T* c) {
#if defined(__x86_64__)
  if (wide()) return wide_multiply(a, rows, inner, stride, b, c);
#endif
  multiply_in<T, 16>(a, rows, inner, stride, b, c);
}

}  // namespace

float dot(const float* x, const float* y, std::size_t count) {
#if defined(__x86_64__)
  if (wide()) return wide_dot(x, y, count);
#endif
  return dot_in<16>(x, y, count);
}

void add_scaled(float scale, const float* x, float* y, std::size_t count) {
#if defined(__x86_64__)
  if (wide()) return wide_add_scaled(scale, x, y, count);
#endif
  add_scaled_in<16>(scale, x, y, count);
}

void multiply_panel(const float* a, std::size_t rows, std::size_t inner, std::size_t stride, const float* b, float* c) {
  multiply(a, rows, inner, stride, b, c);
}

void multiply_panel(const double* a, std::size_t rows, std::size_t inner, std::size_t stride, const double* b,
                    double* c) {
  multiply(a, rows, inner, stride, b, c);
}

}  // namespace standfast::lab
