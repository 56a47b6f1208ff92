// The kept network as a model with its provenance.
#pragma once

#include "model/model.hpp"
#include "standfast/training.hpp"
#include "trainer/prepare.hpp"
#include "trainer/run.hpp"

namespace standfast::trainer {

/// Graph, feature map, threshold, names, domain ([0, 1] for images, none for tables) and provenance: `data`,
/// `data_hash`, `training_rows`, `validation_rows`, `options`, `seed`, `version`, `epochs_run`, `best_epoch`,
/// `validation_accuracy_sensitive`, `validation_accuracy_other`.
///
/// `options` is to_json without the output file, which does not change what the model is.
model::Model to_model(const TrainingData& data, const TrainOptions& options, const RunResult& run);

}  // namespace standfast::trainer
