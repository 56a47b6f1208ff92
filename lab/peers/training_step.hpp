// One step of the preset `mnist-mlp` as PyTorch users write it: batch norm, automatic differentiation twice over.
#pragma once

#include <memory>

#include "trainer/batches.hpp"
#include "trainer/mlp/network.hpp"

namespace standfast::peers {

/// The same model, loss, penalty and optimiser as the trainer's own step. Exceptions of libtorch pass through.
class PlainTrainingStep {
 public:
  /// Starts from the weights of `start`, which has one batch norm per hidden layer.
  PlainTrainingStep(const ConvexMlp& start, const TrainOptions& options);
  ~PlainTrainingStep();

  /// Returns the loss before the step.
  double step(const Batch& batch);

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace standfast::peers
