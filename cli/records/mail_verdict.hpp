// The verdict on one raw message, and how many words it withstands.
#pragma once

#include <string>
#include <string_view>

#include "standfast/classifier.hpp"
#include "standfast/data.hpp"
#include "standfast/result.hpp"
#include "standfast/threat.hpp"

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

/// A model of messages, and what of its certificates is the same for each message.
class MailJudge {
 public:
  /// Fails: kBadOption for a model that was not trained on text; as Classifier::load.
  static Result<MailJudge> load(const std::string& model);

  /// Fails: kBadValue if the network overflows; as Classifier::certify. Not from several threads at once.
  Result<MailVerdict> judge(std::string_view raw);

 private:
  explicit MailJudge(Classifier classifier);
  Result<Certificates> certify_words(const ThreatModel& threat) const;

  Classifier classifier_;
  Dataset message_;  // one row, of the words of the message at hand
  ThreatModel words_;
  ThreatModel added_words_;
};

}  // namespace standfast::cli
