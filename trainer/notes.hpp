// What a user should know about a finished run.
#pragma once

#include <string>

#include "standfast/training.hpp"
#include "trainer/prepare.hpp"
#include "training/threshold.hpp"

namespace standfast::trainer {

/// "98.00 % of 50 spam and 97.50 % of 200 mail": accuracies on the validation rows, each with its number of rows.
std::string validation_text(const TrainingData& data, const training::ThresholdChoice& validation);

/// What a balanced threshold costs where one class is rare, and the option that bounds it; "" if neither class is.
std::string rare_class_hint(const TrainingData& data, const TrainOptions& options,
                            const training::ThresholdChoice& validation);

}  // namespace standfast::trainer
