// The kernels in AVX-512F; compiled for it, run only if processor and operating system offer it.
#include <immintrin.h>

#include "kernels/sets.hpp"
#include "kernels/vector_kernels.hpp"

namespace standfast::kernels {
namespace {

struct Avx512 {
  static constexpr std::size_t kWidth = 16;
  static constexpr std::size_t kBlock = 16;  // 16 sums and 2 operands of 32 registers

  __m512 value;

  static Avx512 load(const float* at) { return {_mm512_loadu_ps(at)}; }
  static Avx512 broadcast(const float* at) { return {_mm512_set1_ps(*at)}; }
  void store(float* at) const { _mm512_storeu_ps(at, value); }
  void add_product(const Avx512& a, const Avx512& b) { value = _mm512_fmadd_ps(a.value, b.value, value); }
};

}  // namespace

constinit const Kernels kAvx512 = VectorKernels<Avx512>::table();

}  // namespace standfast::kernels
