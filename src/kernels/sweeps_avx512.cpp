// The sweeps for AVX-512.
#include "kernels/sweeps.hpp"

namespace standfast::kernels::avx512 {
namespace {
#include "kernels/sweep_loops.inc"
}  // namespace

const Sweeps& table() { return kSweeps; }

}  // namespace standfast::kernels::avx512
