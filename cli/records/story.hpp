// An evaluation in sentences for the person who runs the filter.
#pragma once

#include <string>
#include <vector>

#include "standfast/classifier.hpp"
#include "standfast/data.hpp"
#include "standfast/evaluation.hpp"
#include "standfast/result.hpp"

namespace standfast::cli {

/// The words of the sentences that depend on the data.
struct StoryWords {
  std::string input = "input";  ///< What an input is called: "message".
  std::string past;             ///< Where an attacker wants it: "past the filter". If empty: judged as the other class.
  bool per_hundred_words = false;  ///< Whether a price counts changes in every hundred words.
};

/// One sentence per alarm: what it would take to get a weak, a median and a strong one past the filter. Prices are in
/// the norm 1 if the evaluation has it, else in its first norm; norm 0 and attacks are told where it has them.
///
/// Fails: kBadShape, kBadValue or kEnvironment for the inputs, the threat model and the processor; kUnsupported for a
/// feature map that the method cannot handle.
Result<std::vector<std::string>> tell_story(const Classifier& classifier, const Dataset& data,
                                            const Evaluation& evaluation, const ThreatModel& threat,
                                            const StoryWords& words);

}  // namespace standfast::cli
