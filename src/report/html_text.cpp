// Escaping happens at one place: whatever comes from a file reaches the page through html_escape.
#include "report/html_text.hpp"

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <memory>
#include <vector>

#include <spng.h>

#include "files/base64.hpp"
#include "files/utf8.hpp"

namespace standfast::report {
namespace {

void append_escaped(std::string_view character, std::string& html) {
  switch (character[0]) {
    case '&':
      html += "&amp;";
      return;
    case '<':
      html += "&lt;";
      return;
    case '>':
      html += "&gt;";
      return;
    case '"':
      html += "&quot;";
      return;
    case '\'':
      html += "&#39;";
      return;
    default:
      break;
  }
  html += character[0] == '\n' || character[0] == '\t' ? " " : files::visible_text(character);
}

unsigned char grey_level(float value) {
  if (!(value > 0)) return 0;  // also NaN
  return static_cast<unsigned char>(std::lround(std::min(value, 1.0F) * 255));
}

// Planes, one after another, to pixels.
std::vector<unsigned char> interleaved(std::span<const float> planes, std::size_t channels) {
  const auto pixels = planes.size() / channels;
  std::vector<unsigned char> bytes(planes.size());
  for (std::size_t c = 0; c < channels; ++c) {
    for (std::size_t i = 0; i < pixels; ++i) bytes[i * channels + c] = grey_level(planes[c * pixels + i]);
  }
  return bytes;
}

std::string png_uri(const std::vector<unsigned char>& pixels, std::uint32_t width, std::uint32_t height, bool colour) {
  const std::unique_ptr<spng_ctx, decltype(&spng_ctx_free)> context(spng_ctx_new(SPNG_CTX_ENCODER), spng_ctx_free);
  if (!context) return {};
  spng_ihdr header{};
  header.width = width;
  header.height = height;
  header.bit_depth = 8;
  header.color_type = colour ? SPNG_COLOR_TYPE_TRUECOLOR : SPNG_COLOR_TYPE_GRAYSCALE;
  spng_set_option(context.get(), SPNG_ENCODE_TO_BUFFER, 1);
  if (spng_set_ihdr(context.get(), &header) != 0) return {};
  if (spng_encode_image(context.get(), pixels.data(), pixels.size(), SPNG_FMT_PNG, SPNG_ENCODE_FINALIZE) != 0)
    return {};
  std::size_t size = 0;
  int failed = 0;
  const std::unique_ptr<void, decltype(&std::free)> buffer(spng_get_png_buffer(context.get(), &size, &failed),
                                                           std::free);
  if (!buffer || failed != 0) return {};
  return "data:image/png;base64," + files::base64_of({static_cast<const std::byte*>(buffer.get()), size});
}

}  // namespace

std::string html_escape(std::string_view text, std::size_t max_bytes) {
  std::string html;
  for (std::size_t at = 0; at < text.size();) {
    if (at >= max_bytes) return html + "…";
    const auto length = files::utf8_character_length(text.substr(at));
    if (length == 0) {
      html += "\xEF\xBF\xBD";
      ++at;
    } else {
      append_escaped(text.substr(at, length), html);
      at += length;
    }
  }
  return html;
}

bool drawable(const Dataset& data) {
  constexpr std::int64_t kMaxSide = 64;  // larger pictures, embedded twenty times per norm, make the page heavy
  if (!data.is_image || data.input_shape.size() != 3) return false;
  const auto channels = data.input_shape[0];
  const auto height = data.input_shape[1];
  const auto width = data.input_shape[2];
  const bool shape_fits =
      (channels == 1 || channels == 3) && height > 0 && width > 0 && height <= kMaxSide && width <= kMaxSide;
  return shape_fits && data.features.size() == data.count() * static_cast<std::size_t>(channels * height * width);
}

std::string image_uri(const Dataset& data, std::size_t row) {
  const auto channels = static_cast<std::size_t>(data.input_shape[0]);
  const auto height = static_cast<std::uint32_t>(data.input_shape[1]);
  const auto width = static_cast<std::uint32_t>(data.input_shape[2]);
  const auto dim = channels * height * width;
  const auto planes = std::span<const float>(data.features).subspan(row * dim, dim);
  return png_uri(interleaved(planes, channels), width, height, channels == 3);
}

}  // namespace standfast::report
