// One training run: data in, the kept network out. Knows neither files nor the terminal.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>

#include "model/graph.hpp"
#include "standfast/result.hpp"
#include "standfast/training.hpp"
#include "trainer/prepare.hpp"
#include "training/threshold.hpp"

namespace standfast::trainer {

/// What a run reports while it goes on.
struct RunState {
  std::int64_t epoch = 0;  ///< The one going on or just done, from 1.
  std::int64_t epochs = 0;
  double done = 0;       ///< Share of all steps taken.
  double mean_loss = 0;  ///< Over the steps of this epoch.
  bool epoch_done = false;
  training::ThresholdChoice train;       ///< Of the last full epoch, at its threshold, while the weights were changing.
  training::ThresholdChoice validation;  ///< Of the last full epoch.
};

struct RunHooks {
  std::function<void(const RunState&)> report;  ///< After every step and every epoch.
  std::function<bool()> stop_requested;         ///< Asked after every step.
};

struct RunResult {
  model::Graph graph;        ///< Of the kept network, folded.
  model::FeatureMap learnt;  ///< What it adds to the feature map of the data.
  training::ThresholdChoice validation;
  std::int64_t best_epoch = 0;
  std::int64_t epochs_run = 0;  ///< Started ones; a stopped epoch counts.
  bool stopped = false;
};

/// Trains, judges every epoch on the validation rows and keeps the epoch that EpochSelection prefers.
/// The same data and options give the same bits.
///
/// Fails: kBadValue where the loss or a score is no longer finite; as starting_conv_network.
Result<RunResult> run_training(const TrainingData& data, const TrainOptions& options, const RunHooks& hooks);

}  // namespace standfast::trainer
