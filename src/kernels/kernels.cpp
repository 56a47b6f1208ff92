// The table of functions that belongs to an instruction set.
//
// Takes for granted that the caller has asked is_available: without x86-64 kernels in the build there is the reference
// only.
#include "kernels/kernels.hpp"

#include "kernels/instruction_set.hpp"
#include "kernels/sets.hpp"

namespace standfast::kernels {

const Kernels& kernels_of([[maybe_unused]] InstructionSet set) {
#ifdef STANDFAST_X86_KERNELS
  if (set == InstructionSet::kAvx2) return kAvx2;
  if (set == InstructionSet::kAvx512) return kAvx512;
#endif
  return kReference;
}

}  // namespace standfast::kernels
