// The instruction sets that code is compiled for, and the one way to choose among them.
//
// The processor is asked once, here; the environment variable STANDFAST_KERNELS is read once, here. Whoever has several
// versions of a loop keeps a table with one entry per set and asks chosen_or_reference() which entry to run.
#pragma once

#include <span>
#include <string_view>

#include "standfast/result.hpp"

namespace standfast::kernels {

enum class InstructionSet {
  kReference,  ///< Portable C++: what the compiler takes for granted.
  kAvx2,       ///< AVX2 and FMA.
  kAvx512,     ///< AVX-512F.
};

/// As STANDFAST_KERNELS spells it: "ref", "avx2", "avx512".
const char* name_of(InstructionSet set);

/// The sets that were compiled in and that this processor and its operating system offer: slowest first, the reference
/// always.
std::span<const InstructionSet> available_sets();

/// Is the set one of available_sets()?
bool is_available(InstructionSet set);

/// Fails: kEnvironment for a name that is not one of available_sets().
Result<InstructionSet> find_instruction_set(std::string_view name);

/// What the environment variable STANDFAST_KERNELS asks for (ref, avx2, avx512), the fastest set if it is not set.
///
/// Fails: kEnvironment for a name that is not one of available_sets(). Read once per process.
const Result<InstructionSet>& chosen_set();

/// The chosen set; the reference if the request is wrong, which is reported to whoever loads a model.
InstructionSet chosen_or_reference();

}  // namespace standfast::kernels
