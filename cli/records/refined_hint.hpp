// Says what a larger search would gain, where it was not asked for.
#pragma once

#include "standfast/classifier.hpp"
#include "standfast/data.hpp"

namespace standfast::cli {

/// One line on stderr if `--method refined` raises the radii of a sample of the alarms by more than a tenth.
///
/// Requires: `certificates` are those of `data` under `options`, by Method::kSeparable.
/// Cost: that of `refined` on at most 16 alarms.
void suggest_refined(const Classifier& classifier, const Dataset& data, const CertifyOptions& options,
                     const Certificates& certificates);

}  // namespace standfast::cli
