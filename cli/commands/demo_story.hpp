// The demo's result in sentences for the person who runs the mail server.
#pragma once

#include <string>
#include <vector>

#include "standfast/classifier.hpp"
#include "standfast/data.hpp"
#include "standfast/evaluation.hpp"
#include "standfast/result.hpp"

namespace standfast::cli {

/// One sentence per message: what it would take to get a weak, a median and a strong alarm past the filter.
///
/// Requires: evaluation's norms are l1 and l0, with attacks, under `threat`, whose cost unit is one change in every
/// hundred words.
/// Fails: kBadShape, kBadValue or kEnvironment for the inputs, the threat model and the processor; kUnsupported for a
/// feature map that the method cannot handle.
Result<std::vector<std::string>> tell_story(const Classifier& classifier, const Dataset& data,
                                            const Evaluation& evaluation, const ThreatModel& threat);

/// "word_freq_free" -> "`free`", "capital_run_length_longest" -> "capitals (longest run)".
std::string feature_in_words(const std::string& name);

}  // namespace standfast::cli
