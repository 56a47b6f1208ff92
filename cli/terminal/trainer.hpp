// Finds and runs standfast-train, the only program that needs libtorch.
#pragma once

#include <string>

#include "standfast/result.hpp"
#include "standfast/training.hpp"

namespace standfast::cli {

/// A program that does part of the work because this one must not load its libraries.
struct HelperProgram {
  std::string name;        ///< "standfast-train".
  std::string variable;    ///< Of the environment; its value is the program's path.
  std::string how_to_get;  ///< What an error says if it is not installed: "NAME is not installed, and ...".
};

/// Path of a helper: its variable, beside this program, ../libexec/standfast, then PATH. Fails: kEnvironment.
Result<std::string> find_helper(const HelperProgram& helper);

/// Runs a helper with one argument and waits for it, as run_trainer does. The value is its exit code.
/// Fails: kEnvironment if it is not installed, cannot be started or is killed.
Result<int> run_helper(const HelperProgram& helper, std::string argument);

/// Path of the trainer: $STANDFAST_TRAIN_PROGRAM, beside this program, ../libexec/standfast, then PATH.
///
/// Fails: kEnvironment if it is not installed, saying how to get it.
Result<std::string> find_trainer();

/// Checks the options and the output's folder, runs the trainer and waits for it. The value is its exit code.
///
/// Ctrl-C, SIGTERM and SIGHUP reach the trainer, which keeps its best model; this program waits for it to do so.
/// Fails: kBadOption for options that the trainer cannot run with, and for an output that is also an input; kIo for a
/// folder that cannot be written; kEnvironment if the trainer is not installed, cannot be started or is killed.
Result<int> run_trainer(const TrainOptions& options);
/// Runs the trainer with the preset that suits the data, which only the trainer reads. Fails with the same codes.
Result<int> run_trainer(const OpenTrainOptions& open);

}  // namespace standfast::cli
