#include "data/image.hpp"

#include <cstdlib>

#include "unit/data/data_support.hpp"

namespace standfast::data {
namespace {

Result<Image> decode(const std::string& bytes) { return decode_image(files::as_bytes(bytes), "t.png"); }
Result<Image> decode_file(const std::string& name) { return decode(test::read_corpus("image/" + name)); }

int pixel(const Image& image, std::size_t i) { return std::to_integer<int>(image.pixels[i]); }

/// The corpus' pictures are 8 x 8: grey pixel k is k, RGB sample k is k with the channels last.
void expect_picture(const std::string& name, std::int64_t channels, int slack) {
  const auto image = decode_file(name);
  ASSERT_TRUE(image.ok()) << image.error().message;
  EXPECT_EQ(image->channels, channels) << name;
  EXPECT_EQ(image->height, 8);
  EXPECT_EQ(image->width, 8);
  for (std::size_t i = 0; i < image->pixels.size(); ++i) {
    const int expected = static_cast<int>(channels == 1 ? i : i % 64 * 3 + i / 64);
    EXPECT_LE(std::abs(pixel(*image, i) - expected), slack) << name << " " << i;
  }
}

TEST(Image, PngIsExact) {
  expect_picture("grey.png", 1, 0);
  expect_picture("rgb.png", 3, 0);
}

TEST(Image, OpaqueAlphaIsDropped) {
  expect_picture("opaque_alpha.png", 3, 0);
  expect_picture("grey_alpha.png", 1, 0);
}

TEST(Image, JpegIsClose) {
  expect_picture("grey.jpg", 1, 4);
  expect_picture("rgb.jpg", 3, 16);
  expect_picture("progressive.jpg", 3, 16);
}

TEST(Image, PalettesAreRgbAndBitsAreBlackAndWhite) {
  EXPECT_EQ(decode_file("palette.png")->channels, 3);
  const auto bits = decode_file("one_bit.png");
  ASSERT_TRUE(bits.ok());
  EXPECT_EQ(bits->channels, 1);
  for (std::size_t i = 0; i < 64; ++i) EXPECT_TRUE(pixel(*bits, i) == 0 || pixel(*bits, i) == 255);
}

TEST(Image, WhatCannotBeShownExactlyIsRefused) {
  test::expect_error(decode_file("deep.png"), ErrorCode::kUnsupported, "t.png: has 16-bit samples");
  test::expect_error(decode_file("transparent.png"), ErrorCode::kUnsupported, "has transparent pixels");
  test::expect_error(decode_file("cmyk.jpg"), ErrorCode::kUnsupported, "has 4 colour components");
}

TEST(Image, EveryTruncationIsAnError) {
  for (const char* name : {"rgb.png", "grey.jpg", "rgb.jpg", "progressive.jpg"}) {
    const std::string whole = test::read_corpus(std::string("image/") + name);
    // a PNG ends with the checksum of an empty chunk, four bytes that never differ and that libspng leaves unread
    const std::size_t end = whole.size() - (std::string_view(name).ends_with(".png") ? 4 : 0);
    for (std::size_t size = 0; size < end; ++size) {
      EXPECT_FALSE(decode(whole.substr(0, size)).ok()) << name << " " << size;
    }
  }
  test::expect_error(decode_file("truncated.png"), ErrorCode::kBadFormat, "is not a whole PNG file");
  test::expect_error(decode_file("truncated.jpg"), ErrorCode::kBadFormat, "is not a whole JPEG file");
}

TEST(Image, LyingSizesAreRefusedBeforeAnyAllocation) {
  std::string jpeg = test::read_corpus("image/grey.jpg");
  const auto frame = jpeg.find("\xFF\xC0");
  ASSERT_NE(frame, std::string::npos);
  for (std::size_t i = 5; i < 9; ++i) jpeg[frame + i] = '\xF0';  // height and width
  test::expect_error(decode(jpeg), ErrorCode::kUnsupported, "is 61680 x 61680 pixels");
}

TEST(Image, OtherFilesAreRefused) {
  test::expect_error(decode(""), ErrorCode::kBadFormat, "t.png: is neither a PNG nor a JPEG file");
  test::expect_error(decode("GIF89a"), ErrorCode::kBadFormat, "is neither a PNG nor a JPEG file");
}

}  // namespace
}  // namespace standfast::data
