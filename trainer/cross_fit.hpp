// Scores of training rows by networks that have not seen them: what a threshold for fresh rows can be taken from.
#pragma once

#include <cstddef>
#include <functional>
#include <vector>

#include "standfast/data.hpp"
#include "standfast/result.hpp"
#include "standfast/training.hpp"

namespace standfast::trainer {

/// The rows' positions in `folds` parts of about equal size: both classes dealt out evenly, equal rows in one part.
/// The same seed gives the same parts.
std::vector<std::vector<std::size_t>> make_folds(const Dataset& data, std::size_t folds, std::uint64_t seed);

/// The score of every row, from a network of the same recipe that was trained on the other folds.
///
/// Shape: the result is (data.count()), in the order of the rows.
/// The folds are trained side by side on `threads` threads (0: one per core), and the scores are the same bits whatever
/// their number. Fails: as prepare_training and run_training, naming the fold; kBadOption once a stop is requested.
Result<std::vector<float>> cross_fitted_scores(const Dataset& data, const TrainOptions& options, std::size_t threads,
                                               const std::function<bool()>& stop_requested);

}  // namespace standfast::trainer
