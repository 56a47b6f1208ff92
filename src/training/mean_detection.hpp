// How well scores rank where alarms are rare: no threshold has to be chosen.
#pragma once

#include <span>

namespace standfast::training {

/// The share of the sensitive rows that is caught, in the mean over all false-positive rates up to max_fpr: the area
/// under the ROC curve up to there, divided by max_fpr. Equal scores count half.
/// Requires: both classes have a score, all are finite, and max_fpr is in (0, 1].
double mean_detection(std::span<const float> sensitive_scores, std::span<const float> other_scores, double max_fpr);

}  // namespace standfast::training
