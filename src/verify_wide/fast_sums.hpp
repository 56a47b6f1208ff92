// The sums of a radius (V5) for bulk work: features without or with one kink have code of their own, and a processor
// adds eight of them side by side. They charge more for roundings than the core's plain sums do, so that no radius made
// of them is larger: docs/certificates.md, V5.
#pragma once

#include "verify/radius.hpp"

namespace standfast::verify_wide {

extern const verify::RadiusSums kFastSums;

}  // namespace standfast::verify_wide
