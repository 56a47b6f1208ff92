// One step of the preset `mnist-mlp` as PyTorch users write it: batch norm, automatic differentiation twice over.
#pragma once

#include <memory>

#include "trainer/batches.hpp"
#include "trainer/mlp/network.hpp"

namespace standfast::lab {

/// Has the model, loss, penalty and optimiser of the trainer's own step. Exceptions of libtorch pass through.
class PlainTrainingStep {
 public:
  /// Starts from the weights of `start`, which has one batch norm per hidden layer.
  PlainTrainingStep(const trainer::ConvexMlp& start, const TrainOptions& options);
  ~PlainTrainingStep();

  /// Returns the loss before the step.
  double step(const trainer::Batch& batch);

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace standfast::lab
