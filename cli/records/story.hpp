// An evaluation in sentences for the person who runs the filter.
#pragma once

#include <string>
#include <vector>

#include "standfast/classifier.hpp"
#include "standfast/data.hpp"
#include "standfast/evaluation.hpp"
#include "standfast/result.hpp"

namespace standfast::cli {

/// One sentence per alarm: what it would take to get a weak, a median and a strong one past the filter. Prices are in
/// the norm 1 if the evaluation has it, else in its first norm; norm 0 and attacks are told where it has them.
///
/// Fails: kBadShape, kBadValue or kEnvironment for the inputs, the threat model and the processor; kUnsupported for a
/// feature map that the method cannot handle.
Result<std::vector<std::string>> tell_story(const Classifier& classifier, const Dataset& data,
                                            const Evaluation& evaluation, const ThreatModel& threat);

}  // namespace standfast::cli
