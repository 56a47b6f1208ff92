// The sweeps for AVX2 and FMA: the loops of sweep_loops.inc, compiled for these sets and run only if the processor has
// them.
#include "kernels/sweeps.hpp"

namespace standfast::kernels::avx2 {
namespace {
#include "kernels/sweep_loops.inc"
}  // namespace

const Sweeps& table() { return kSweeps; }

}  // namespace standfast::kernels::avx2
