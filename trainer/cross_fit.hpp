// Scores of training rows by networks that have not seen them: what a threshold for fresh rows can be taken from.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "standfast/data.hpp"
#include "standfast/result.hpp"
#include "standfast/training.hpp"
#include "trainer/prepare.hpp"
#include "trainer/run.hpp"

namespace standfast::trainer {

/// The rows' positions in `folds` parts of about equal size: both classes dealt out evenly, equal rows in one part.
/// The same seed gives the same parts.
std::vector<std::vector<std::size_t>> make_folds(const Dataset& data, std::size_t folds, std::uint64_t seed);

/// The score of every row, from a network that has not seen it: trained on the other folds by the same recipe, for as
/// many epochs as the final one that was kept, so that the scores of both are of one size.
///
/// Shape: the result is (data.count()), in the order of the rows.
/// The folds are trained side by side on `threads` threads (0: one per core), and the scores are the same bits whatever
/// their number. Fails: as prepare_training and run_training, naming the fold; kBadOption once a stop is requested.
Result<std::vector<float>> cross_fitted_scores(const Dataset& data, const TrainOptions& options, std::int64_t epochs,
                                               std::size_t threads, const std::function<bool()>& stop_requested);

/// Gives the kept network the threshold for `max_fpr` that the cross-fitted scores ask for, and judges the validation
/// rows anew. Does nothing if no rate is asked for or threshold_folds is below 2, if the run was stopped, and if the
/// validation rows alone have enough false positives to tell the rate.
///
/// Returns what the user should know: the rate, or why the threshold is still that of the validation rows.
std::string cross_fit_threshold(const Dataset& data, const TrainOptions& options, const TrainingData& prepared,
                                RunResult& run, const std::function<bool()>& stop_requested);

}  // namespace standfast::trainer
