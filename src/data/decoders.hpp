// The two image decoders behind decode_image.
#pragma once

#include <cstdint>
#include <string>

#include "data/bytes.hpp"
#include "data/image.hpp"
#include "standfast/result.hpp"

namespace standfast::data {

/// By libspng. Fails: kBadFormat, kUnsupported in the cases of decode_image; kIo without memory.
Result<Image> decode_png(files::Bytes bytes, const std::string& name);

/// By libjpeg-turbo. Fails: kBadFormat, kUnsupported in the cases of decode_image.
Result<Image> decode_jpeg(files::Bytes bytes, const std::string& name);

/// Fails: kUnsupported for an empty image and one above kMaxImagePixels.
Status check_image_size(std::uint32_t width, std::uint32_t height, const std::string& name);

}  // namespace standfast::data
