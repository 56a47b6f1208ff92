// Methods side by side: trains, measures and keeps what is finished, so that a stopped run goes on.
#pragma once

#include <string>
#include <vector>

#include "lab/compare/compare.hpp"
#include "lab/compare/jobs.hpp"
#include "standfast/result.hpp"

namespace standfast::lab {

struct ComparePlan {
  RowsRequest request;
  std::vector<CompareJob> jobs;
  std::string data_digest;  ///< Changes if the data do.
  std::string work;         ///< A folder that exists: for results and models.
  std::size_t threads = 0;  ///< The number of jobs at once; 0: one per core.
  Comparison head;          ///< Everything but the jobs.
};

/// Fails: kEnvironment if standfast-baselines is not installed.
Result<std::string> find_baselines();

/// Every job, each in a process of its own, in the order of the plan. All but the times is the same whatever the number
/// of threads.
///
/// Fails: with the error of the first job that failed; kIo for a file that cannot be read or written; kEnvironment if a
/// process was killed or cannot be started. What was finished before is left.
Result<Comparison> run_compare(const ComparePlan& plan);

}  // namespace standfast::lab
