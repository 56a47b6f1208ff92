// Verdicts in words, and what is said of inputs that have none.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "standfast/classifier.hpp"

namespace standfast::cli {

enum class Verdict {
  kOther,
  kSensitive,
  kNone,  ///< The network overflows on the input.
};

/// Shape: one verdict per input.
std::vector<Verdict> verdicts_of(const Certificates& certificates);
std::vector<Verdict> verdicts_of(const Attacks& attacks);

/// "sensitive", "other" or "none": what records hold.
std::string verdict_word(Verdict verdict);
/// The model's name of the class, or "none": what people read.
std::string verdict_name(const ModelSummary& model, Verdict verdict);
std::size_t count_alarms(const std::vector<Verdict>& verdicts);

/// Says on stderr how many inputs have no verdict, and which is the first. The exit code: kDone if all have one, else
/// kPropertyFails.
int report_unjudged(const std::vector<Verdict>& verdicts);

}  // namespace standfast::cli
