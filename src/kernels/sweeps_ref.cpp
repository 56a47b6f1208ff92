// The sweeps for any machine.
#include "kernels/sweeps.hpp"

namespace standfast::kernels::ref {
namespace {
#include "kernels/sweep_loops.inc"
}  // namespace

const Sweeps& table() { return kSweeps; }

}  // namespace standfast::kernels::ref
