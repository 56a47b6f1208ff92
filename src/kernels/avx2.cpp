// The kernels in AVX2 and FMA; compiled for them, run only if the processor has them.
#include <immintrin.h>

#include "kernels/sets.hpp"
#include "kernels/vector_kernels.hpp"

namespace standfast::kernels {
namespace {

struct Avx2 {
  static constexpr std::size_t kWidth = 8;
  static constexpr std::size_t kBlock = 6;  // 6 x 2 sums and 3 operands of 16 registers

  __m256 value;

  static Avx2 load(const float* at) { return {_mm256_loadu_ps(at)}; }
  static Avx2 broadcast(const float* at) { return {_mm256_broadcast_ss(at)}; }
  void store(float* at) const { _mm256_storeu_ps(at, value); }
  void add_product(const Avx2& a, const Avx2& b) { value = _mm256_fmadd_ps(a.value, b.value, value); }
};

}  // namespace

constinit const Kernels kAvx2 = VectorKernels<Avx2>::table();

}  // namespace standfast::kernels
