#include "kernels/sweeps.hpp"

#include <string_view>

#include "kernels/kernels.hpp"

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

const Sweeps& sweeps_of([[maybe_unused]] const Kernels& set) {
#ifdef STANDFAST_X86_KERNELS
  if (std::string_view(set.name) == "avx2") return avx2::table();
  if (std::string_view(set.name) == "avx512") return avx512::table();
#endif
  return ref::table();
}

const Sweeps& sweeps() {
  // a name that is unknown is an error of whoever loads the model
  static const Sweeps& in_use = chosen().ok() ? sweeps_of(*chosen().value()) : ref::table();
  return in_use;
}

}  // namespace standfast::kernels
