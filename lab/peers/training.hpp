// The trainer's own step beside the same step in plain PyTorch.
#pragma once

#include "standfast/result.hpp"

namespace standfast::lab {

/// Prints how much of a step the copy of its batch is, and what a plain step costs in units of ours: preset
/// `mnist-mlp`, 784 inputs, random rows. Exceptions of libtorch pass through.
Status compare_training(double seconds);

}  // namespace standfast::lab
