// Resampling by stb_image_resize, channel by channel: the triangle filter, edges clamped, values taken as they are,
// without a gamma curve.
#include "data/resample.hpp"

#include <algorithm>
#include <cstddef>

#include <fmt/format.h>

#define STB_IMAGE_RESIZE_STATIC
#define STB_IMAGE_RESIZE_IMPLEMENTATION
#include <stb/stb_image_resize.h>

namespace standfast::data {
namespace {

/// One channel, as bytes in rows.
bool resample_channel(const std::byte* from, ImageSize old_size, std::byte* to, ImageSize size) {
  return stbir_resize_uint8_generic(reinterpret_cast<const unsigned char*>(from), static_cast<int>(old_size.width),
                                    static_cast<int>(old_size.height), 0, reinterpret_cast<unsigned char*>(to),
                                    static_cast<int>(size.width), static_cast<int>(size.height), 0, 1,
                                    STBIR_ALPHA_CHANNEL_NONE, 0, STBIR_EDGE_CLAMP, STBIR_FILTER_TRIANGLE,
                                    STBIR_COLORSPACE_LINEAR, nullptr) != 0;
}

}  // namespace

Result<Image> resample_image(const Image& image, ImageSize size, const std::string& name) {
  const ImageSize old_size{image.width, image.height};
  if (size == old_size) return image;
  if (std::max(image.width, image.height) > kMaxResampledSide) {
    return Error{ErrorCode::kUnsupported, fmt::format("{}: is {} x {} pixels, expected at most {} on a side", name,
                                                      image.width, image.height, kMaxResampledSide)};
  }
  const auto old_area = static_cast<std::size_t>(image.width * image.height);
  const auto area = static_cast<std::size_t>(size.width * size.height);
  Image result{image.channels, size.height, size.width, {}};
  result.pixels.resize(area * static_cast<std::size_t>(image.channels));
  for (std::size_t c = 0; c < static_cast<std::size_t>(image.channels); ++c) {
    if (!resample_channel(image.pixels.data() + c * old_area, old_size, result.pixels.data() + c * area, size)) {
      return Error{ErrorCode::kIo,
                   fmt::format("{}: does not fit into memory at {} x {} pixels", name, size.width, size.height)};
    }
  }
  return result;
}

}  // namespace standfast::data
