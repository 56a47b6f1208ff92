// One file per instruction set, with its own compiler flags; the two of x86-64 exist there alone.
#pragma once

#include "kernels/kernels.hpp"

namespace standfast::kernels {

extern const Kernels kReference;
extern const Kernels kAvx2;
extern const Kernels kAvx512;

}  // namespace standfast::kernels
