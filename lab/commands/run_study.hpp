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
  std::string output;       ///< Folder; exists.
  std::size_t threads = 0;  ///< As many recipes at once; 0: one per core.
  std::vector<std::string> notes;
};

/// Every recipe of the data sets at hand, each in a process of its own; the page and both forms of JSON are up to date
/// after each. All but the times is the same whatever the number of threads.
///
/// Fails: as run_in_processes, run_trainer, Classifier::load and certify; what was finished before is left.
Result<Study> run_study(const StudyPlan& plan);

}  // namespace standfast::lab
