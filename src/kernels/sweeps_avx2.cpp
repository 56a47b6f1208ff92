// The sweeps for AVX2 and FMA.
#include "kernels/sweeps.hpp"

namespace standfast::kernels::avx2 {
namespace {
#include "kernels/sweep_loops.inc"
}  // namespace

const Sweeps& table() { return kSweeps; }

}  // namespace standfast::kernels::avx2
