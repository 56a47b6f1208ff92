// JPEG by libjpeg-turbo, with the exact integer transform. A warning counts as an error: it means made-up pixels.
//
// libjpeg reports errors by longjmp: everything between setjmp and its return is in functions without destructors to
// run.
#include <array>
#include <csetjmp>
#include <cstdio>
#include <utility>

#include <fmt/format.h>

#include "base/try.hpp"
#include "data/decoders.hpp"
// needs <cstdio> before it
#include <jpeglib.h>

namespace standfast::data {
namespace {

constexpr int kMaxScans = 100;                         // a scan costs time, however few bytes; libjpeg writes ten
constexpr long kMaxDecoderBytes = 256L * 1024 * 1024;  // libjpeg's own coefficient buffers

/// One decompression. The C struct comes first in each: libjpeg hands us pointers to it.
struct Decoder {
  jpeg_decompress_struct jpeg{};
  struct Errors {
    jpeg_error_mgr manager{};
    std::jmp_buf jump{};
    std::array<char, JMSG_LENGTH_MAX> message{};
  } errors;
  jpeg_progress_mgr progress{};
};

[[noreturn]] void fail(j_common_ptr jpeg) {
  auto* errors = reinterpret_cast<Decoder::Errors*>(jpeg->err);
  jpeg->err->format_message(jpeg, errors->message.data());
  std::longjmp(errors->jump, 1);
}

/// A warning means that pixels were made up: damaged or missing data.
void fail_on_warning(j_common_ptr jpeg, int level) {
  if (level < 0) fail(jpeg);
}

void print_nothing(j_common_ptr) {}

void limit_scans(j_common_ptr jpeg) {
  if (reinterpret_cast<j_decompress_ptr>(jpeg)->input_scan_number > kMaxScans) fail(jpeg);
}

/// Starts the decoder and reads the header. False: see errors.message.
bool read_header(Decoder& decoder, files::Bytes bytes) {
  decoder.jpeg.err = jpeg_std_error(&decoder.errors.manager);
  decoder.errors.manager.error_exit = fail;
  decoder.errors.manager.emit_message = fail_on_warning;
  decoder.errors.manager.output_message = print_nothing;
  decoder.progress.progress_monitor = limit_scans;
  if (setjmp(decoder.errors.jump) != 0) return false;
  jpeg_create_decompress(&decoder.jpeg);
  decoder.jpeg.progress = &decoder.progress;
  decoder.jpeg.mem->max_memory_to_use = kMaxDecoderBytes;
  jpeg_mem_src(&decoder.jpeg, reinterpret_cast<const unsigned char*>(bytes.data()), bytes.size());
  jpeg_read_header(&decoder.jpeg, TRUE);
  return true;
}

/// Decodes all rows into `interleaved`. Requires: read_header, room for every row. False: see errors.message.
bool read_rows(Decoder& decoder, std::byte* interleaved) {
  if (setjmp(decoder.errors.jump) != 0) return false;
  auto& jpeg = decoder.jpeg;
  jpeg.out_color_space = jpeg.num_components == 1 ? JCS_GRAYSCALE : JCS_RGB;
  jpeg.dct_method = JDCT_ISLOW;  // exact integers: the same pixels on every processor
  jpeg_start_decompress(&jpeg);
  const std::size_t row_size = std::size_t{jpeg.output_width} * static_cast<std::size_t>(jpeg.output_components);
  while (jpeg.output_scanline < jpeg.output_height) {
    auto* row = reinterpret_cast<JSAMPROW>(interleaved + jpeg.output_scanline * row_size);
    jpeg_read_scanlines(&jpeg, &row, 1);
  }
  jpeg_finish_decompress(&jpeg);
  return true;
}

Error damaged(const Decoder& decoder, const std::string& name) {
  return {ErrorCode::kBadFormat, fmt::format("{}: is not a whole JPEG file: {}", name, decoder.errors.message.data())};
}

Result<Image> decode(Decoder& decoder, files::Bytes bytes, const std::string& name) {
  if (!read_header(decoder, bytes)) return damaged(decoder, name);
  const auto& jpeg = decoder.jpeg;
  STANDFAST_CHECK(check_image_size(jpeg.image_width, jpeg.image_height, name));
  if (jpeg.num_components != 1 && jpeg.num_components != 3) {
    return Error{ErrorCode::kUnsupported,
                 fmt::format("{}: has {} colour components, expected 1 or 3", name, jpeg.num_components)};
  }
  Image image{jpeg.num_components, jpeg.image_height, jpeg.image_width, {}};
  const std::size_t count = std::size_t{jpeg.image_width} * jpeg.image_height;
  const auto channels = static_cast<std::size_t>(image.channels);
  files::Buffer interleaved(count * channels);
  if (!read_rows(decoder, interleaved.data())) return damaged(decoder, name);
  image.pixels.resize(interleaved.size());
  for (std::size_t i = 0; i < interleaved.size(); ++i) {
    image.pixels[i % channels * count + i / channels] = interleaved[i];
  }
  return image;
}

}  // namespace

Result<Image> decode_jpeg(files::Bytes bytes, const std::string& name) {
  Decoder decoder;
  auto image = decode(decoder, bytes, name);
  jpeg_destroy_decompress(&decoder.jpeg);
  return image;
}

}  // namespace standfast::data
