// Pictures at another size, for folders whose pictures have many.
#pragma once

#include <cstdint>
#include <string>

#include "data/image.hpp"
#include "standfast/result.hpp"

namespace standfast::data {

/// No side of a picture may be longer before or after: what resampling allocates stays in proportion to the picture.
inline constexpr std::int64_t kMaxResampledSide = std::int64_t{1} << 15;

struct ImageSize {
  std::int64_t width = 0, height = 0;

  bool operator==(const ImageSize&) const = default;
};

/// A picture at another size: each new pixel is the triangle-weighted mean of those that it covers, which is
/// bilinear interpolation if the picture grows; beyond the border the border's pixels go on.
///
/// Requires: 1 <= size's sides <= kMaxResampledSide. Fails: kUnsupported for a picture with a longer side; `name`
/// stands for it in messages.
Result<Image> resample_image(const Image& image, ImageSize size, const std::string& name);

}  // namespace standfast::data
