// PNG by libspng. Every kind is decoded to RGBA of 8 bits and then sorted into planes; grey stays one channel. Sizes
// are checked before memory is asked for, and all chunks are read to the end, so that a truncated file is noticed.
#include <memory>
#include <utility>

#include <fmt/format.h>
#include <spng.h>

#include "base/try.hpp"
#include "data/decoders.hpp"

namespace standfast::data {
namespace {

constexpr std::size_t kSamples = 4;                      // every kind of PNG is decoded to RGBA
constexpr std::size_t kMaxChunk = std::size_t{1} << 24;  // colour profiles, texts: of no use to us

struct FreeContext {
  void operator()(spng_ctx* context) const { spng_ctx_free(context); }
};

Error damaged(const std::string& name, int code) {
  return {ErrorCode::kBadFormat, fmt::format("{}: is not a whole PNG file: {}", name, spng_strerror(code))};
}

/// (height, width, RGBA) -> (channels, height, width). Fails: kUnsupported if a pixel is not opaque.
Result<Image> to_planes(const files::Buffer& rgba, const spng_ihdr& header, const std::string& name) {
  const bool grey =
      header.color_type == SPNG_COLOR_TYPE_GRAYSCALE || header.color_type == SPNG_COLOR_TYPE_GRAYSCALE_ALPHA;
  const std::size_t count = rgba.size() / kSamples;
  Image image{grey ? 1 : 3, header.height, header.width, {}};
  image.pixels.resize(count * static_cast<std::size_t>(image.channels));
  for (std::size_t i = 0; i < count; ++i) {
    if (rgba[i * kSamples + 3] != std::byte{255}) {
      return Error{ErrorCode::kUnsupported, fmt::format("{}: has transparent pixels, expected opaque ones", name)};
    }
    for (std::size_t c = 0; c < static_cast<std::size_t>(image.channels); ++c) {
      image.pixels[c * count + i] = rgba[i * kSamples + c];
    }
  }
  return image;
}

}  // namespace

Result<Image> decode_png(files::Bytes bytes, const std::string& name) {
  const std::unique_ptr<spng_ctx, FreeContext> context(spng_ctx_new(0));
  if (!context) return Error{ErrorCode::kIo, fmt::format("{}: does not fit into memory", name)};
  spng_set_chunk_limits(context.get(), kMaxChunk, 2 * kMaxChunk);
  spng_set_png_buffer(context.get(), bytes.data(), bytes.size());
  spng_ihdr header{};
  if (const int code = spng_get_ihdr(context.get(), &header); code != 0) return damaged(name, code);
  STANDFAST_CHECK(check_image_size(header.width, header.height, name));
  if (header.bit_depth > 8) {
    return Error{ErrorCode::kUnsupported, fmt::format("{}: has 16-bit samples, expected at most 8 bits", name)};
  }
  files::Buffer rgba(std::size_t{header.width} * header.height * kSamples);
  int code = spng_decode_image(context.get(), rgba.data(), rgba.size(), SPNG_FMT_RGBA8, SPNG_DECODE_TRNS);
  if (code == 0) code = spng_decode_chunks(context.get());  // to the end: the last checksum stands behind the pixels
  if (code != 0) return damaged(name, code);
  return to_planes(rgba, header, name);
}

}  // namespace standfast::data
