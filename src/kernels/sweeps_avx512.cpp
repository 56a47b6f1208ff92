// The sweeps for AVX-512: the loops of sweep_loops.inc, compiled for this set and run only if the processor has it.
#include "kernels/sweeps.hpp"

namespace standfast::kernels::avx512 {
namespace {
#include "kernels/sweep_loops.inc"
}  // namespace

const Sweeps& table() { return kSweeps; }

}  // namespace standfast::kernels::avx512
