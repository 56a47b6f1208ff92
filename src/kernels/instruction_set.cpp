// Which instruction set runs: the fastest that processor and operating system offer, or the one that the user names.
//
// A wrong name is an error of whoever starts the program, so it comes back as a value; loading a model hands it on,
// since that is the first step of every program and the last one that can fail before any arithmetic.
#include "kernels/instruction_set.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdlib>
#include <string>

namespace standfast::kernels {
namespace {

struct Available {
  InstructionSet sets[3] = {InstructionSet::kReference};
  std::size_t count = 1;

  Available() {
#ifdef STANDFAST_X86_KERNELS
    // the builtin asks the processor and, for the width of its registers, the operating system
    const bool avx2 = __builtin_cpu_supports("avx2") != 0 && __builtin_cpu_supports("fma") != 0;
    if (avx2) sets[count++] = InstructionSet::kAvx2;
    if (__builtin_cpu_supports("avx512f") != 0) sets[count++] = InstructionSet::kAvx512;
#endif
  }
};

}  // namespace

const char* name_of(InstructionSet set) {
  switch (set) {
    case InstructionSet::kReference:
      return "ref";
    case InstructionSet::kAvx2:
      return "avx2";
    case InstructionSet::kAvx512:
      return "avx512";
  }
  return "";
}

std::span<const InstructionSet> available_sets() {
  static const Available found;
  return {found.sets, found.count};
}

bool is_available(InstructionSet set) { return std::ranges::find(available_sets(), set) != available_sets().end(); }

Result<InstructionSet> find_instruction_set(std::string_view name) {
  std::string names;
  for (const InstructionSet set : available_sets()) {
    if (name == name_of(set)) return set;
    names += (names.empty() ? "" : ", ") + std::string(name_of(set));
  }
  return Error{ErrorCode::kEnvironment, "STANDFAST_KERNELS: found \"" + std::string(name) +
                                            "\", expected one of those that this machine has: " + names};
}

const Result<InstructionSet>& chosen_set() {
  static const Result<InstructionSet> choice = [] {
    const char* const name = std::getenv("STANDFAST_KERNELS");
    return name == nullptr || *name == '\0' ? Result<InstructionSet>(available_sets().back())
                                            : find_instruction_set(name);
  }();
  return choice;
}

InstructionSet chosen_or_reference() { return chosen_set().ok() ? *chosen_set() : InstructionSet::kReference; }

}  // namespace standfast::kernels
