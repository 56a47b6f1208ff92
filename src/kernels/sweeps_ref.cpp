// The sweeps for any machine: the loops of sweep_loops.inc, compiled with the flags of the whole program.
#include "kernels/sweeps.hpp"

namespace standfast::kernels::ref {
namespace {
#include "kernels/sweep_loops.inc"
}  // namespace

const Sweeps& table() { return kSweeps; }

}  // namespace standfast::kernels::ref
