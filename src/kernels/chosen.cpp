// Which instruction set runs: the fastest that processor and operating system offer, or the one that the user names.
//
// A wrong name is an error of whoever starts the program, so it comes back as a value; loading a model hands it on,
// since that is the first step of every program and the last one that can fail before any arithmetic.
#include <cstdlib>
#include <string>

#include "kernels/sets.hpp"

namespace standfast::kernels {
namespace {

struct Available {
  const Kernels* sets[3] = {&kReference, nullptr, nullptr};
  std::size_t count = 1;

  Available() {
#ifdef STANDFAST_X86_KERNELS
    // the builtin asks the processor and, for the width of its registers, the operating system
    if (__builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma")) sets[count++] = &kAvx2;
    if (__builtin_cpu_supports("avx512f")) sets[count++] = &kAvx512;
#endif
  }
};

}  // namespace

std::span<const Kernels* const> available() {
  static const Available found;
  return {found.sets, found.count};
}

Result<const Kernels*> find(std::string_view name) {
  std::string names;
  for (const Kernels* set : available()) {
    if (name == set->name) return set;
    names += names.empty() ? set->name : std::string(", ") + set->name;
  }
  return Error{ErrorCode::kEnvironment, "STANDFAST_KERNELS: found \"" + std::string(name) +
                                            "\", expected one of those that this machine has: " + names};
}

const Result<const Kernels*>& chosen() {
  static const Result<const Kernels*> choice = [] {
    const char* name = std::getenv("STANDFAST_KERNELS");
    return name == nullptr || *name == '\0' ? Result<const Kernels*>(available().back()) : find(name);
  }();
  return choice;
}

}  // namespace standfast::kernels
