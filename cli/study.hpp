// One recipe after the other: trains, measures and keeps what is finished, so that a stopped run goes on.
#pragma once

#include <string>
#include <vector>

#include "standfast/reproduce.hpp"
#include "standfast/result.hpp"

namespace standfast::cli {

/// A data set of the study and the folder where it lies.
struct FoundData {
  const StudyData* data = nullptr;
  std::string folder;
};

struct StudyPlan {
  std::vector<FoundData> data;
  StudyEffort effort;
  std::string output;  ///< Folder; exists.
  std::size_t threads = 0;
  std::vector<std::string> notes;
};

/// Every recipe of the data sets at hand; the page and both forms of JSON are up to date after each.
///
/// Fails: as run_trainer, Classifier::load and certify; kEnvironment where a training was stopped, which leaves what
/// was finished before.
Result<Study> run_study(const StudyPlan& plan);

}  // namespace standfast::cli
