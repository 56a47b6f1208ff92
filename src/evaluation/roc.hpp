// What other thresholds would do: the receiver operating characteristic and fixed false-positive rates.
#pragma once

#include <cstddef>
#include <span>
#include <vector>

#include "standfast/evaluation.hpp"

namespace standfast::evaluation {

/// part / whole; NaN if the whole is 0.
double share_or_nan(std::size_t part, std::size_t whole);

/// Logits that are equal share one threshold: they pass it together.
struct ScoreStep {
  double logit = 0;
  std::size_t sensitive = 0;  ///< Inputs of the sensitive class with this logit or a larger one.
  std::size_t other = 0;      ///< Inputs of the other class with this logit or a larger one.
};

/// One step per distinct logit, largest first. A NaN logit is never an alarm: it has no step.
///
/// Shape: sensitive_logits and other_logits have one entry per input of their class.
std::vector<ScoreStep> score_steps(std::span<const float> sensitive_logits, std::span<const float> other_logits);

/// The staircase from (0, 0) to (1, 1), only its corners, thinned to at most max_points; empty if a class is empty.
std::vector<Evaluation::RocPoint> roc_curve(std::span<const ScoreStep> steps, std::size_t sensitive_count,
                                            std::size_t other_count, std::size_t max_points);

/// The point of the staircase with the most detections whose false-positive rate is at most the one asked for.
///
/// Its threshold is the largest logit that must not raise an alarm: `sensitive iff logit > threshold`; -inf if all
/// may. Requires: other_count > 0. The detection rate is NaN if sensitive_count is 0.
Evaluation::OperatingPoint operating_point(std::span<const ScoreStep> steps, std::size_t sensitive_count,
                                           std::size_t other_count, double max_false_positive_rate);

}  // namespace standfast::evaluation
