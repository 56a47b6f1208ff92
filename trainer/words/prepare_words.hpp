// From messages to the numbers that training runs on: the words of the training rows, and which message has which.
#pragma once

#include "standfast/data.hpp"
#include "standfast/result.hpp"
#include "standfast/training.hpp"
#include "trainer/prepare.hpp"

namespace standfast::trainer {

/// The rows of both sides as words of a vocabulary that the training side chose, and all that follows from it: names,
/// shapes and the mean number of words. u is x itself: no feature is centred, so that rows stay short lists.
///
/// Fails: kBadValue if no word occurs often enough.
Status add_messages(const Dataset& data, const Split& split, const TrainOptions& options, TrainingData& result);

}  // namespace standfast::trainer
