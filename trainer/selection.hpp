// Which epoch's network is kept.
#pragma once

#include <cstddef>
#include <cstdint>

#include "training/threshold.hpp"

namespace standfast::trainer {

inline constexpr double kRankedRates = 0.05;  ///< The largest false-positive rate that ranking looks at.

/// Follows the validation accuracies of a run and says, epoch by epoch, whether the newest network is the one to keep.
///
/// By accuracy, without a Jacobian penalty: the highest balanced accuracy, the later epoch on ties. With one, the last
/// epoch whose balanced accuracy is within one standard error of the highest: validation cannot tell these epochs
/// apart, while the penalty goes on enlarging the radii (the one-standard-error rule: Breiman, Friedman, Olshen, Stone,
/// "Classification and Regression Trees", 1984).
///
/// By ranking it is the same with the share of the sensitive class that is caught in the mean over false-positive rates
/// up to kRankedRates, for which no threshold has to be chosen.
class EpochSelection {
 public:
  EpochSelection(bool prefer_later, std::size_t sensitive_count, std::size_t other_count)
      : prefer_later_(prefer_later), sensitive_count_(sensitive_count), other_count_(other_count) {}

  /// True: keep this network instead of the one kept so far. The first one is always kept.
  bool prefers_newest(const training::ThresholdChoice& validation);
  /// The same by ranking. `caught` is training::mean_detection.
  bool prefers_newest(double caught);

 private:
  bool prefers_newest(double quality, double tolerance);
  [[nodiscard]] double tolerance(const training::ThresholdChoice& validation) const;

  bool prefer_later_;
  std::size_t sensitive_count_;
  std::size_t other_count_;
  double best_ = -1;
  double tolerance_ = 0;
};

}  // namespace standfast::trainer
