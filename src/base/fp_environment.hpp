// Is the processor in the floating-point mode that every proof assumes?
#pragma once

#include "standfast/result.hpp"

namespace standfast {

/// Round to nearest, and denormals neither flushed to zero nor read as zero, in the calling thread.
///
/// A library built with -ffast-math switches flushing on when the program starts, so this is asked before every proof.
/// Fails: kEnvironment, saying which mode is on.
Status check_floating_point_environment();

}  // namespace standfast
