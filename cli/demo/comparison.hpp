// The filter beside the two usual ones, on the same messages and the same words, at as many false alarms.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "cli/demo/linear_filter.hpp"
#include "standfast/classifier.hpp"
#include "standfast/data.hpp"

namespace standfast::cli {

/// What one filter makes of the test messages.
struct FilterResult {
  std::string name;
  std::size_t alarms = 0;        ///< The number of messages that should raise an alarm.
  std::size_t false_alarms = 0;  ///< The number of others that do.
  /// For each message that is caught: the most words that may change, whichever they are, without ending the alarm;
  /// infinite if no number does. Ascending.
  std::vector<double> any, added;
};

/// A usual filter and what it makes of the test messages.
struct Rival {
  LinearFilter filter;
  FilterResult result;
};

/// The result of the certificates, under ThreatModel::words and added_words: prices are whole, so a verdict with the
/// radius r holds for any r - 1 words. Requires: test is what was certified; `alarm` is the label of the alarm's class.
FilterResult certified_result(const Dataset& test, std::int32_t alarm, const Certificates& any,
                              const Certificates& added);

/// Naive Bayes and logistic regression, fitted to `train`, with the lowest threshold that gives at most `false_alarms`
/// on `test` itself: that is in their favour. Requires: both data sets have the same words and classes.
std::vector<Rival> fit_rivals(const Dataset& train, const Dataset& test, std::int32_t alarm, std::size_t false_alarms);

/// A table: caught, false alarms, and quartiles of words.
std::string comparison_table(const FilterResult& ours, const std::vector<Rival>& rivals);

/// A sentence of the same for each rival.
std::vector<std::string> comparison_sentences(const FilterResult& ours, const std::vector<Rival>& rivals);

}  // namespace standfast::cli
