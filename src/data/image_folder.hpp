// Image folders: one folder per class, PNG and JPEG files in each.
#pragma once

#include <string>

#include "standfast/data.hpp"
#include "standfast/result.hpp"

namespace standfast {

/// Class names are the folders' names; images come in the order of classes and file names. Other files are left out.
///
/// Fails: kIo, kBadFormat (a class without images), kBadShape (an image that differs from the first one in size or
/// channels, named), and as decode_image.
Result<Dataset> read_image_folder(const std::string& path);

}  // namespace standfast
