// One PNG or JPEG file as bytes, channels first.
#pragma once

#include <cstdint>
#include <string>

#include "data/bytes.hpp"
#include "standfast/result.hpp"

namespace standfast::data {

/// No image has more pixels than this: what a decoder allocates stays bounded, whatever the file's header states.
inline constexpr std::int64_t kMaxImagePixels = std::int64_t{1} << 24;

struct Image {
  std::int64_t channels = 0;  ///< 1 (grey) or 3 (RGB).
  std::int64_t height = 0;
  std::int64_t width = 0;
  files::Buffer pixels;  ///< (channels, height, width).
};

/// Decodes by the file's first bytes; `name` stands for the file in messages.
///
/// A palette is RGB. Fails: kBadFormat (neither PNG nor JPEG, damaged, truncated), kUnsupported (more than
/// kMaxImagePixels, 16-bit samples, transparency, CMYK).
Result<Image> decode_image(files::Bytes bytes, const std::string& name);

}  // namespace standfast::data
