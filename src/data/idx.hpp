// IDX files, the format of MNIST: big-endian extents, then unsigned bytes.
#pragma once

#include <string>

#include "data/bytes.hpp"
#include "standfast/data.hpp"
#include "standfast/result.hpp"

namespace standfast::data {

/// Grey images and their labels from two unpacked IDX files; the names stand for the files in messages.
///
/// Class names are the label numbers.
/// Fails: kBadFormat, kBadShape (lying extents, unequal counts), kUnsupported (element types other than unsigned
/// bytes).
Result<Dataset> parse_idx(files::Bytes images, const std::string& images_name, files::Bytes labels,
                          const std::string& labels_name);

/// The images alone, without labels. Fails: as parse_idx.
Result<Dataset> parse_idx_images(files::Bytes images, const std::string& name);

}  // namespace standfast::data
