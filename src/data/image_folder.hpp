// Image folders: one folder per class, PNG and JPEG files in each.
#pragma once

#include <optional>
#include <string>

#include "data/resample.hpp"
#include "standfast/data.hpp"
#include "standfast/result.hpp"

namespace standfast::data {

/// Class names are the folders' names; images come in the order of classes and file names. What is no picture is left
/// out and counted in the notes: other files, folders inside of a class, links to nothing.
///
/// With a size every image is resampled to it.
/// Fails: kIo, kBadFormat (a class without images, a damaged picture), kBadShape (an image that differs from the first
/// one in size or channels, named), kUnsupported (a picture that decode_image or resample_image refuses).
Result<Dataset> read_image_folder(const std::string& path, std::optional<ImageSize> size);

/// The pictures that lie in a folder itself, in the order of their names, without labels. Fails: as read_image_folder.
Result<Dataset> read_flat_folder(const std::string& path, std::optional<ImageSize> size);

/// One picture without a label. Fails: as read_image_folder.
Result<Dataset> read_picture(const std::string& path, std::optional<ImageSize> size);

/// Whether a file's name ends like that of a picture that can be read: .png, .jpg or .jpeg, in any case.
[[nodiscard]] bool is_image_name(const std::string& name);

}  // namespace standfast::data
