// A folder as a data set: IDX files, CIFAR-10 batches, pictures or messages, recognised by their names.
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

struct FolderRequest {
  std::optional<ImageSize> size = {};  ///< To which the pictures of image folders are resampled.
  bool require_labels = true;  ///< If false, IDX images may lack their labels, and pictures and messages their classes.
  bool text_expected = false;  ///< Whether a folder of files of no known kind holds messages.
};

/// Fails: kIo, kBadFormat (none of the kinds, a file that is missing or there twice), kBadOption (a size for another
/// kind); kBadShape, kBadValue, kUnsupported for the contents of a file.
Result<FolderData> read_folder(const std::string& path, Part part, const FolderRequest& request = {});

}  // namespace standfast::data
