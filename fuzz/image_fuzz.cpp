// PNG and JPEG files.
#include <cstddef>
#include <cstdint>
#include <span>

#include "check_dataset.hpp"
#include "data/image.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace standfast;
  const auto image = data::decode_image(std::as_bytes(std::span(data, size)), "fuzz.png");
  check_error(image);
  if (!image.ok()) return 0;
  require(image->channels == 1 || image->channels == 3, "an image is grey or RGB");
  require(image->height > 0 && image->width > 0, "an image is not empty");
  require(static_cast<std::int64_t>(image->pixels.size()) == image->channels * image->height * image->width,
          "one byte per pixel and channel");
  return 0;
}
