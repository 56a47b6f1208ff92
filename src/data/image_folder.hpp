// Image folders: one folder per class, PNG and JPEG files in each.
#pragma once

#include <optional>
#include <string>

#include "data/resample.hpp"
#include "standfast/data.hpp"
#include "standfast/result.hpp"

namespace standfast::data {

/// Class names are the folders' names; images come in the order of classes and file names. Other files are left out.
///
/// With a size every image is resampled to it.
/// Fails: kIo, kBadFormat (a class without images, a damaged picture), kBadShape (an image that differs from the first
/// one in size or channels, named), kUnsupported (a picture that decode_image or resample_image refuses).
Result<Dataset> read_image_folder(const std::string& path, std::optional<ImageSize> size);

}  // namespace standfast::data
