// One table of loops per instruction set, and the choice among them.
//
// The loops themselves are in sweep_loops.inc and answer_loops.inc. They are compiled once per set, each time in a file
// and a namespace of its own, so that no code for a new processor can run on an old one.
#include "kernels/sweeps.hpp"

#include "kernels/instruction_set.hpp"

namespace standfast::kernels {

namespace ref {
const Sweeps& table();
}
#ifdef STANDFAST_X86_KERNELS
namespace avx2 {
const Sweeps& table();
}
namespace avx512 {
const Sweeps& table();
}
#endif

const Sweeps& sweeps_of([[maybe_unused]] InstructionSet set) {
#ifdef STANDFAST_X86_KERNELS
  if (set == InstructionSet::kAvx2) return avx2::table();
  if (set == InstructionSet::kAvx512) return avx512::table();
#endif
  return ref::table();
}

const Sweeps& sweeps() {
  static const Sweeps& in_use = sweeps_of(chosen_or_reference());
  return in_use;
}

}  // namespace standfast::kernels
