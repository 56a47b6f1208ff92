// One training run: data in, the kept network out. Knows neither files nor the terminal.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <vector>

#include "model/graph.hpp"
#include "standfast/result.hpp"
#include "standfast/training.hpp"
#include "trainer/prepare.hpp"
#include "training/threshold.hpp"

namespace standfast::trainer {

/// What a run reports while it goes on.
struct RunState {
  std::int64_t epoch = 0;  ///< The epoch that is going on or just done, from 1.
  std::int64_t epochs = 0;
  double done = 0;       ///< The share of all steps that has been taken.
  double mean_loss = 0;  ///< The mean loss over the steps of this epoch.
  bool epoch_done = false;
  training::ThresholdChoice train;       ///< Accuracies met during the last full epoch, at its threshold.
  training::ThresholdChoice validation;  ///< The threshold and accuracies after the last full epoch.
  std::size_t validation_rows = 0;       ///< The number of rows that these accuracies were measured on.
};

struct RunHooks {
  std::function<void(const RunState&)> report;  ///< After every step and every epoch.
  std::function<bool()> stop_requested;         ///< Asked after every step.
};

struct RunResult {
  model::Graph graph;        ///< The graph of the kept network, folded.
  model::FeatureMap learnt;  ///< What it adds to the feature map of the data.
  training::ThresholdChoice validation;
  std::vector<float> validation_scores;  ///< What the kept network makes of the validation rows.
  std::int64_t best_epoch = 0;
  std::int64_t epochs_run = 0;  ///< The number of epochs started; a stopped one counts.
  bool stopped = false;
};

/// Trains, judges every epoch on the validation rows and keeps the epoch that EpochSelection prefers.
/// Equal data and options give equal bits.
///
/// Fails: kBadValue if the loss or a score is no longer finite, or a folded weight does not fit a
/// float; kBadOption if a network on images does not fit the shape of u.
Result<RunResult> run_training(const TrainingData& data, const TrainOptions& options, const RunHooks& hooks);

/// The scores of the validation rows after `epoch` epochs of such a run, which ends there: those rows have no say in
/// it. Shape: the result is (validation rows). Fails: as run_training; kBadOption once a stop is requested.
Result<std::vector<float>> scores_after(const TrainingData& data, const TrainOptions& options, std::int64_t epoch,
                                        const std::function<bool()>& stop_requested);

}  // namespace standfast::trainer
