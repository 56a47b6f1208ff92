// Where the alarm starts: a threshold on scores g(x), chosen on rows that the network was not trained on.
#pragma once

#include <cstddef>
#include <optional>
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
/// `expected` is where the loss puts the balanced threshold: the logarithm of the classes' odds in training. If a class
/// has fewer than kFewScores scores, they cannot tell thresholds near it apart: then it is the threshold nearest to it
/// that lies between two scores and balances the classes within one standard error.
/// Between equally good thresholds the higher balanced accuracy wins, then the wider gap between its neighbours.
/// Requires: both classes have a score, and all scores are finite.
ThresholdChoice pick_threshold(std::span<const float> sensitive_scores, std::span<const float> other_scores,
                               double max_fpr, std::optional<double> expected = {});

/// Below so many rows of a class an accuracy has a standard error of more than 9 points.
inline constexpr std::size_t kFewScores = 30;

}  // namespace standfast::training
