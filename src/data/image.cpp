// The first bytes decide between PNG and JPEG, whatever the file is called; png.cpp and jpeg.cpp do the work.
#include "data/image.hpp"

#include <string_view>

#include <fmt/format.h>

#include "data/decoders.hpp"

namespace standfast::data {

Result<Image> decode_image(files::Bytes bytes, const std::string& name) {
  const std::string_view text = files::as_text(bytes);
  if (text.starts_with("\x89PNG\r\n\x1A\n")) return decode_png(bytes, name);
  if (text.starts_with("\xFF\xD8\xFF")) return decode_jpeg(bytes, name);
  return Error{ErrorCode::kBadFormat, fmt::format("{}: is neither a PNG nor a JPEG file", name)};
}

Status check_image_size(std::uint32_t width, std::uint32_t height, const std::string& name) {
  if (width > 0 && height > 0 && std::uint64_t{width} * height <= kMaxImagePixels) return {};
  return Error{ErrorCode::kUnsupported,
               fmt::format("{}: is {} x {} pixels, expected at least one and at most {} in all", name, width, height,
                           kMaxImagePixels)};
}

}  // namespace standfast::data
