// Recipes side by side: trains, measures and keeps what is finished, so that a stopped run goes on.
#pragma once

#include <string>
#include <vector>

#include "lab/study/study.hpp"
#include "standfast/result.hpp"

namespace standfast::lab {

/// A data set of the study and the folder where it lies.
struct FoundData {
  const StudyData* data = nullptr;
  std::string folder;
};

struct StudyPlan {
  std::vector<FoundData> data;
  StudyEffort effort;
  std::string output;       ///< A folder that exists.
  std::size_t threads = 0;  ///< The number of recipes at once; 0: one per core.
  std::vector<std::string> notes;
};

/// Every recipe of the data sets at hand, each in a process of its own; the page and both forms of JSON are up to date
/// after each. All but the times is the same whatever the number of threads.
///
/// Fails: with the error of the first recipe that failed in training, loading or certifying; kIo for a file that cannot
/// be read or written; kEnvironment if a process was killed or cannot be started. What was finished before is left.
Result<Study> run_study(const StudyPlan& plan);

}  // namespace standfast::lab
