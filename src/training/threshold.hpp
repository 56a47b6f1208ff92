// Where the alarm starts: a threshold on scores g(x), chosen on rows that the network was not trained on.
#pragma once

#include <span>

namespace standfast::training {

/// Verdict: sensitive iff score > threshold. Accuracies are shares of the validation rows judged right.
struct ThresholdChoice {
  float threshold = 0;
  double accuracy_sensitive = 0;
  double accuracy_other = 0;

  [[nodiscard]] double balanced_accuracy() const { return (accuracy_sensitive + accuracy_other) / 2; }
};

/// The accuracies of both classes at a given threshold.
ThresholdChoice accuracies_at(std::span<const float> sensitive_scores, std::span<const float> other_scores,
                              float threshold);

/// The threshold that balances the accuracies of both classes or, for max_fpr >= 0, the smallest one whose
/// false-positive rate is <= max_fpr: strictly between two neighbouring scores, or beyond all of them, never equal to
/// one.
///
/// Between equally good thresholds the higher balanced accuracy wins, then the wider gap between its neighbours.
/// Requires: both classes have a score, and all scores are finite.
ThresholdChoice pick_threshold(std::span<const float> sensitive_scores, std::span<const float> other_scores,
                               double max_fpr);

}  // namespace standfast::training
