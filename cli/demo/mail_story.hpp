// Three spam messages, and what it takes to talk each past three filters.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "cli/demo/comparison.hpp"
#include "standfast/classifier.hpp"
#include "standfast/data.hpp"
#include "standfast/evaluation.hpp"
#include "standfast/result.hpp"
#include "standfast/threat.hpp"

namespace standfast::cli {

/// What the story is about; referenced, not copied.
struct MailStory {
  const Classifier& classifier;
  const Dataset& test;
  const Certificates& any;    ///< Under ThreatModel::words, with attacks.
  const Certificates& added;  ///< Under ThreatModel::added_words.
  const std::vector<Rival>& rivals;
  std::int32_t alarm;  ///< The label of the class that raises the alarm.
};

/// A sentence or two for a weak, a median and a strong alarm, of the messages that all filters catch: how many words
/// its sender may add or remove in vain, and which words talk it past the others. Fewer if there are fewer such
/// messages.
///
/// Fails: as Classifier::weakest_direction.
Result<std::vector<std::string>> tell_mail_story(const MailStory& story);

}  // namespace standfast::cli
