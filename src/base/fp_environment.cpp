// Each mode is asked by arithmetic, not by reading a control register: sums that round differently in another mode, and
// products that vanish if denormals do. So it works on every processor. The answer holds for the calling thread only.
#include "base/fp_environment.hpp"

#include <limits>

namespace standfast {
namespace {

// volatile operands: the sums must be made by the processor in its present mode, not by the compiler
bool rounds_to_nearest() {
  const volatile double one = 1, unit = 0x1p-53, three_halves = 0x1.8p-52;
  const bool up_is_off = one + unit == 1;
  const bool down_is_off = -one - unit == -1;
  const bool truncation_is_off = one + three_halves == 1 + 0x1p-51;
  return up_is_off && down_is_off && truncation_is_off;
}

bool flushes_to_zero() {
  const volatile double smallest_normal = std::numeric_limits<double>::min(), half = 0.5;
  return smallest_normal * half == 0;
}

bool reads_denormals_as_zero() {
  const volatile double denormal = std::numeric_limits<double>::denorm_min(), large = 0x1p100;
  return denormal * large == 0;
}

Error environment_error(const char* found) {
  return {ErrorCode::kEnvironment, std::string("floating-point environment: ") + found +
                                       " is switched on, expected IEEE 754 defaults; no radius would be a theorem"};
}

}  // namespace

Status check_floating_point_environment() {
  if (!rounds_to_nearest()) return environment_error("a rounding mode other than to-nearest");
  // first, because the comparison in the next question reads a denormal
  if (reads_denormals_as_zero()) return environment_error("denormals-are-zero");
  if (flushes_to_zero()) return environment_error("flush-to-zero");
  return {};
}

}  // namespace standfast
