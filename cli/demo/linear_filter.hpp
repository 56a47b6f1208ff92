// The two usual spam filters, to compare with: a sum of one weight per word that occurs. How many words talk a message
// past them is known exactly, because each word moves the sum by its own weight, whatever the others are.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "standfast/data.hpp"

namespace standfast::cli {

struct LinearFilter {
  std::string name;
  std::vector<double> weights;  ///< (dim): what each word adds if it occurs.
  double bias = 0;              ///< The score of a message without words.

  /// Above 0 is an alarm. The words are indices, each once.
  [[nodiscard]] double score(std::span<const std::uint32_t> words) const;
};

/// Bernoulli naive Bayes with one message of each kind added to the counts of each word.
///
/// Requires: data.is_text(), labels, both classes. `alarm` is the label of the class that raises the alarm.
LinearFilter fit_naive_bayes(const Dataset& data, std::int32_t alarm);

/// Logistic regression with half the squared weights as its penalty (C = 1); the bias is free.
///
/// Method: Newton's, each step by conjugate gradients, to a gradient of a millionth of the first one.
/// Requires: as fit_naive_bayes.
LinearFilter fit_logistic_regression(const Dataset& data, std::int32_t alarm);

/// Moves the bias so that at most `most_alarms` messages of other classes raise an alarm, and as many of the alarm's
/// class as then can. Requires: as fit_naive_bayes.
void allow_false_alarms(LinearFilter& filter, const Dataset& data, std::int32_t alarm, std::size_t most_alarms);

/// The fewest words whose addition, or removal if that is allowed, turns an alarm off, the one that moves most first.
/// No words if there is no alarm; nothing if no change of words can do it.
std::optional<std::vector<std::uint32_t>> fewest_words_past(const LinearFilter& filter,
                                                            std::span<const std::uint32_t> words, bool may_remove);

}  // namespace standfast::cli
