// A folder as a data set: IDX files, CIFAR-10 batches, or image folders, recognised by their names.
#pragma once

#include <string>

#include "data/part.hpp"
#include "standfast/data.hpp"
#include "standfast/result.hpp"

namespace standfast {

struct FolderData {
  Dataset data;
  bool own_split = false;  ///< The part asked for is already chosen.
};

/// Fails: kIo, kBadFormat (none of the three kinds, a missing file), and as the readers of its files.
Result<FolderData> read_folder(const std::string& path, Part part);

}  // namespace standfast
