#include "data/resample.hpp"

#include <cmath>

#include "unit/data/data_support.hpp"

namespace standfast::data {
namespace {

using test::read;
using test::TempFolder;

/// (channels, height, width) with value(channel, row, column).
template <class Value>
Image picture(std::int64_t channels, std::int64_t height, std::int64_t width, const Value& value) {
  Image image{channels, height, width, {}};
  for (std::int64_t c = 0; c < channels; ++c) {
    for (std::int64_t y = 0; y < height; ++y) {
      for (std::int64_t x = 0; x < width; ++x) image.pixels.push_back(static_cast<std::byte>(value(c, y, x)));
    }
  }
  return image;
}

int sample(const Image& image, std::int64_t channel, std::int64_t row, std::int64_t column) {
  return std::to_integer<int>(
      image.pixels[static_cast<std::size_t>((channel * image.height + row) * image.width + column)]);
}

TEST(Resample, ThePictureItselfAtItsOwnSize) {
  const Image image = picture(3, 4, 5, [](auto c, auto y, auto x) { return 50 * c + 10 * y + x; });
  EXPECT_EQ(resample_image(image, {5, 4}, "t")->pixels, image.pixels);
}

TEST(Resample, OneColourStaysThatColourInEachChannel) {
  const Image image = picture(3, 30, 17, [](auto c, auto, auto) { return 40 * c + 7; });
  for (const ImageSize size : {ImageSize{512, 512}, ImageSize{3, 40}, ImageSize{1, 1}}) {
    const auto result = resample_image(image, size, "t");
    ASSERT_TRUE(result.ok()) << result.error().message;
    EXPECT_EQ(result->width, size.width);
    EXPECT_EQ(result->height, size.height);
    for (std::int64_t c = 0; c < 3; ++c) {
      EXPECT_EQ(sample(*result, c, 0, 0), 40 * c + 7);
      EXPECT_EQ(sample(*result, c, size.height - 1, size.width - 1), 40 * c + 7);
    }
  }
}

TEST(Resample, ASlopeStaysASlopeWhereThePictureGrows) {
  const Image image = picture(1, 4, 8, [](auto, auto, auto x) { return 16 * x; });
  const Image wide = *resample_image(image, {16, 4}, "t");
  // pixel x of the wide picture lies at (x + 1/2) / 2 - 1/2 in the old one
  for (int x = 1; x < 15; ++x) EXPECT_NEAR(sample(wide, 0, 2, x), 16 * ((x + 0.5) / 2 - 0.5), 1) << x;
}

TEST(Resample, FineStripesBecomeTheirMeanWhereThePictureShrinks) {
  const Image image = picture(1, 64, 64, [](auto, auto, auto x) { return x % 2 == 0 ? 0 : 200; });
  const Image small = *resample_image(image, {8, 8}, "t");
  for (std::int64_t x = 1; x < 7; ++x) EXPECT_NEAR(sample(small, 0, 4, x), 100, 3) << x;
}

TEST(Resample, APictureWithTooLongASideIsRefused) {
  const Image image = picture(1, 1, kMaxResampledSide + 1, [](auto, auto, auto) { return 0; });
  test::expect_error(resample_image(image, {8, 8}, "long.png"), ErrorCode::kUnsupported,
                     "long.png: is 32769 x 1 pixels");
}

TEST(Resample, PicturesOfManySizesBecomeOneDataSet) {
  const TempFolder folder;
  ASSERT_NE(folder.write("a/1.png", test::read_corpus("image/rgb.png")), "");
  ASSERT_NE(folder.write("b/1.jpg", test::read_corpus("image/rgb.jpg")), "");
  const auto data = read(folder.path() + "@12x5");
  ASSERT_TRUE(data.ok()) << data.error().message;
  EXPECT_EQ(data->input_shape, (std::vector<std::int64_t>{3, 5, 12}));
  EXPECT_EQ(data->count(), 2U);
  EXPECT_EQ(read(folder.path() + "@12x5:train")->dim(), 180U);
}

TEST(Resample, OnlyFoldersOfPicturesAreResampled) {
  const TempFolder folder;
  const std::string table = folder.write("t.csv", "a,class\n1,x\n2,y\n");
  test::expect_error(read(table + "@8x8"), ErrorCode::kBadOption, "t.csv: is no folder of PNG and JPEG files");
  test::expect_error(read("spam@8x8:test"), ErrorCode::kBadOption, "spam: is no folder of PNG and JPEG files");
  ASSERT_NE(folder.write("cifar/data_batch_1.bin", test::cifar_record(5, 2)), "");
  test::expect_error(read(folder.path() + "/cifar@8x8"), ErrorCode::kBadOption, "/cifar: holds arrays");
}

TEST(Resample, ASizeThatIsNoneIsNamed) {
  const TempFolder folder;
  ASSERT_NE(folder.write("a/1.png", test::read_corpus("image/rgb.png")), "");
  for (const std::string size :
       {"", "8", "8x", "x8", "0x8", "8x0", "-8x8", "8x8x8", "8 x8", "99999x8", "nanxinf", "18446744073709551617x8"}) {
    test::expect_error(read(folder.path() + "@" + size), ErrorCode::kBadOption, "expected @WIDTHxHEIGHT");
  }
}

TEST(Resample, AFolderWithSuchANameComesFirst) {
  const TempFolder folder;
  ASSERT_NE(folder.write("p@4x4/a/1.png", test::read_corpus("image/rgb.png")), "");
  EXPECT_EQ(read(folder.path() + "/p@4x4")->input_shape, (std::vector<std::int64_t>{3, 8, 8}));
  EXPECT_EQ(read(folder.path() + "/p@4x4@4x6")->input_shape, (std::vector<std::int64_t>{3, 6, 4}));
}

}  // namespace
}  // namespace standfast::data
