// The one-standard-error rule, epoch by epoch: whatever beats the highest accuracy moves the bar for all later epochs.
#include "trainer/selection.hpp"

#include <cmath>

namespace standfast::trainer {

bool EpochSelection::prefers_newest(const training::ThresholdChoice& validation) {
  const double accuracy = validation.balanced_accuracy();
  if (accuracy >= best_) {
    best_ = accuracy;
    tolerance_ = prefer_later_ ? tolerance(validation) : 0;
    return true;
  }
  return accuracy >= best_ - tolerance_;
}

/// Standard error of a mean of two independent shares.
double EpochSelection::tolerance(const training::ThresholdChoice& validation) const {
  const auto variance = [](double share, std::size_t count) {
    const auto rows = static_cast<double>(count);
    // of three rows that are all right, nobody knows that the share is 1 (Laplace's rule of succession)
    if (count < training::kFewScores) share = (share * rows + 1) / (rows + 2);
    return share * (1 - share) / rows;
  };
  return std::sqrt(variance(validation.accuracy_sensitive, sensitive_count_) +
                   variance(validation.accuracy_other, other_count_)) /
         2;
}

}  // namespace standfast::trainer
