// Jobs in processes of their own, several at once: each has its own clock, its own signals and its own end.
#pragma once

#include <cstddef>
#include <functional>
#include <string>
#include <vector>

#include "standfast/result.hpp"

namespace standfast::cli {

struct ProcessJob {
  std::string name;
  std::string title;  ///< What is said when the job starts.
  /// Runs in a copy of this process: what it leaves are files. What it says on stderr appears behind its name.
  std::function<Status()> work;
};

/// Runs the jobs in their order, `at_once` at a time, and waits for them; `finished` is called in this process after
/// each that did its work, and its value is said.
///
/// Once one has failed no other starts, while those under way do their work. A signal that ends a program ends them
/// all. Requires: no other thread is running. Fails: with the error of the first job, or of `finished`, that failed;
/// kEnvironment if a job was killed or cannot be started, and after a signal.
Status run_in_processes(const std::vector<ProcessJob>& jobs, std::size_t at_once,
                        const std::function<Result<std::string>(std::size_t job)>& finished);

}  // namespace standfast::cli
