// The one-standard-error rule, epoch by epoch: whatever beats the highest accuracy moves the bar for all later epochs.
#include "trainer/selection.hpp"

#include <cmath>

namespace standfast::trainer {
namespace {

double share_variance(double share, std::size_t count) {
  const auto rows = static_cast<double>(count);
  // of three rows that are all right, nobody knows that the share is 1 (Laplace's rule of succession)
  if (count < training::kFewScores) share = (share * rows + 1) / (rows + 2);
  return share * (1 - share) / rows;
}

}  // namespace

bool EpochSelection::prefers_newest(const training::ThresholdChoice& validation) {
  return prefers_newest(validation.balanced_accuracy(), tolerance(validation));
}

/// The rate's own error, of a few rows of the other class, is left out: it moves all epochs alike.
bool EpochSelection::prefers_newest(double caught) {
  return prefers_newest(caught, std::sqrt(share_variance(caught, sensitive_count_)));
}

bool EpochSelection::prefers_newest(double quality, double tolerance) {
  if (quality >= best_) {
    best_ = quality;
    tolerance_ = prefer_later_ ? tolerance : 0;
    return true;
  }
  return quality >= best_ - tolerance_;
}

/// Standard error of a mean of two independent shares.
double EpochSelection::tolerance(const training::ThresholdChoice& validation) const {
  return std::sqrt(share_variance(validation.accuracy_sensitive, sensitive_count_) +
                   share_variance(validation.accuracy_other, other_count_)) /
         2;
}

}  // namespace standfast::trainer
