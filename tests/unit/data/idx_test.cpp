#include "data/idx.hpp"

#include "unit/data/data_support.hpp"

namespace standfast::data {
namespace {

using test::big_endian;
using test::idx_images;
using test::idx_labels;

Result<Dataset> parse_pair(const std::string& images, const std::string& labels) {
  return parse_idx(files::as_bytes(images), "images", files::as_bytes(labels), "labels");
}

void expect_pair_error(const std::string& images, const std::string& labels, ErrorCode code, std::string_view part) {
  test::expect_error(parse_pair(images, labels), code, part);
}

TEST(Idx, ReadsPixelsAndLabels) {
  const auto data = parse_pair(idx_images(3), idx_labels("\x08\x0A\x08"));
  ASSERT_TRUE(data.ok()) << data.error().message;
  EXPECT_EQ(data->input_shape, (std::vector<std::int64_t>{1, 2, 3}));
  EXPECT_EQ(data->class_names, (std::vector<std::string>{"8", "10"}));
  EXPECT_EQ(data->labels, (std::vector<std::int32_t>{0, 1, 0}));
  EXPECT_EQ(data->row(2)[5], 25.0F / 255.0F);
  EXPECT_TRUE(data->is_image);
}

TEST(Idx, EveryTruncationIsAnError) {
  const std::string images = idx_images(1);
  const std::string labels = idx_labels("\x01");
  for (std::size_t size = 0; size < images.size(); ++size)
    EXPECT_FALSE(parse_pair(images.substr(0, size), labels).ok());
  for (std::size_t size = 0; size < labels.size(); ++size)
    EXPECT_FALSE(parse_pair(images, labels.substr(0, size)).ok());
}

TEST(Idx, LyingExtentsAreRefusedBeforeAnyAllocation) {
  const std::string huge = big_endian(0x803) + big_endian(0xFFFFFFFF) + big_endian(0xFFFFFFFF) + big_endian(0xFFFFFFFF);
  expect_pair_error(huge, idx_labels("\x01"), ErrorCode::kBadShape,
                    "shape (4294967295, 4294967295, 4294967295) does not fit");
  expect_pair_error(idx_images(2) + "x", idx_labels("\x01\x02"), ErrorCode::kBadShape, "does not fit the 13 bytes");
}

TEST(Idx, CountsMustAgree) {
  expect_pair_error(idx_images(2), idx_labels("\x01"), ErrorCode::kBadShape, "labels: holds 1 labels, expected 2");
}

TEST(Idx, EmptyFilesAreRefused) {
  expect_pair_error("", "", ErrorCode::kBadFormat, "images: has 0 bytes, expected an IDX header of 16");
  expect_pair_error(idx_images(0), idx_labels(""), ErrorCode::kBadShape, "is empty");
}

TEST(Idx, OtherTypesAndDimensionsAreRefused) {
  expect_pair_error(big_endian(0xD03) + idx_images(1).substr(4), idx_labels("\x01"), ErrorCode::kUnsupported,
                    "type 0x0d");
  expect_pair_error(idx_labels(std::string(20, '\x01')), idx_labels("\x01"), ErrorCode::kBadShape,
                    "has 1 dimensions, expected 3");
  expect_pair_error("\x89PNG" + std::string(20, 'x'), idx_labels("\x01"), ErrorCode::kBadFormat, "is not an IDX file");
}

}  // namespace
}  // namespace standfast::data
