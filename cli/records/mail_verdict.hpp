// The verdict on one raw message, and how many words it withstands.
#pragma once

#include <string>
#include <string_view>

#include "standfast/classifier.hpp"
#include "standfast/result.hpp"

namespace standfast::cli {

struct MailVerdict {
  std::string class_name;  ///< The model's name of the class, as a field's value can have it.
  bool is_sensitive = false;
  double words = 0;        ///< No change of fewer words, added or removed, turns the alarm off; 0 if there is none.
  double added_words = 0;  ///< The same if words may only be added.
  double score = 0;        ///< The logit.

  /// "spam words=35 added=48 score=3.214", or "ham score=-2.035".
  [[nodiscard]] std::string text() const;
};

/// Fails: kBadOption for a model that was not trained on text.
Status check_reads_text(const std::string& path, const Classifier& classifier);

/// Requires: check_reads_text() said yes. Fails: kBadValue if the network overflows; as Classifier::certify.
Result<MailVerdict> judge_message(const Classifier& classifier, std::string_view raw);

}  // namespace standfast::cli
