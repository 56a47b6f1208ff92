// A folder as a data set: IDX files, CIFAR-10 batches, or image folders, recognised by their names.
#pragma once

#include <optional>
#include <string>

#include "data/part.hpp"
#include "data/resample.hpp"
#include "standfast/data.hpp"
#include "standfast/result.hpp"

namespace standfast::data {

struct FolderData {
  Dataset data;
  bool own_split = false;  ///< Whether the folder has sides of its own, so that the part asked for is chosen already.
};

/// `size`: to which the pictures of image folders are resampled. Without `require_labels` IDX images may lack their
/// labels, and pictures need no folder per class.
/// Fails: kIo, kBadFormat (none of the kinds, a file that is missing or there twice), kBadOption (a size for another
/// kind); kBadShape, kBadValue, kUnsupported for the contents of a file.
Result<FolderData> read_folder(const std::string& path, Part part, std::optional<ImageSize> size = {},
                               bool require_labels = true);

}  // namespace standfast::data
