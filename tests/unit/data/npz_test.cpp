#include "data/npz.hpp"

#include "data/arrays.hpp"
#include "unit/data/data_support.hpp"

namespace standfast::data {
namespace {

Result<Dataset> parse_archive(const std::string& bytes, bool require_labels = true) {
  return npz_dataset(files::as_bytes(bytes), "t.npz", require_labels);
}

/// Sets two bytes at `offset` behind every local and central header of the archive.
std::string with_field(std::string bytes, std::size_t local, std::size_t central, char value) {
  for (std::size_t at = 0; at + 4 < bytes.size(); ++at) {
    const std::string_view tag = std::string_view(bytes).substr(at, 4);
    if (tag == "PK\x03\x04") bytes[at + local] = value;
    if (tag == "PK\x01\x02") bytes[at + central] = value;
  }
  return bytes;
}

TEST(Npz, ReadsStoredAndDeflatedArrays) {
  const auto stored = parse_archive(test::read_corpus("npy/stored.npz"));
  ASSERT_TRUE(stored.ok()) << stored.error().message;
  EXPECT_EQ(stored->features, (std::vector<float>{0, 1, 2, 3}));
  EXPECT_EQ(stored->class_names, (std::vector<std::string>{"0", "1"}));
  const auto deflated = parse_archive(test::read_corpus("npy/deflated.npz"));
  ASSERT_TRUE(deflated.ok()) << deflated.error().message;
  EXPECT_EQ(deflated->input_shape, (std::vector<std::int64_t>{1, 2, 2}));
  EXPECT_EQ(deflated->class_names, (std::vector<std::string>{"a", "b"}));
  EXPECT_TRUE(deflated->is_image);
}

TEST(Npz, FeaturesMayHaveNames) {
  const auto named = parse_archive(test::read_corpus("npy/named.npz"));
  ASSERT_TRUE(named.ok()) << named.error().message;
  EXPECT_EQ(named->feature_names, (std::vector<std::string>{"free", "money"}));
  test::expect_error(parse_archive(test::read_corpus("npy/named_twice.npz")), ErrorCode::kBadValue,
                     "two features are named \"free\"");
  test::expect_error(parse_archive(test::read_corpus("npy/named_short.npz")), ErrorCode::kBadShape,
                     "is text of shape (1), expected text of shape (2), a name for each feature");
}

TEST(Npz, LabelsMayBeAbsentWhereNoneAreRequired) {
  EXPECT_TRUE(parse_archive(test::read_corpus("npy/no_labels.npz"), false)->labels.empty());
  test::expect_error(parse_archive(test::read_corpus("npy/no_labels.npz")), ErrorCode::kBadFormat,
                     "holds no labels, expected an array named y or labels");
}

TEST(Npz, EveryTruncationIsAnError) {
  for (const char* file : {"npy/stored.npz", "npy/deflated.npz"}) {
    const std::string whole = test::read_corpus(file);
    for (std::size_t size = 0; size < whole.size(); ++size)
      EXPECT_FALSE(parse_archive(whole.substr(0, size)).ok()) << size;
  }
}

TEST(Npz, WhatIsNoArchiveIsRefused) {
  test::expect_error(parse_archive(""), ErrorCode::kBadFormat, "t.npz: is not an NPZ file");
  test::expect_error(parse_archive(test::read_corpus("npy/f4.npy")), ErrorCode::kBadFormat, "is not an NPZ file");
}

TEST(Npz, ADamagedMemberIsRefusedByItsChecksum) {
  std::string bytes = test::read_corpus("npy/stored.npz");
  const auto data = bytes.find("\x93NUMPY") + 140;  // inside the elements of X
  bytes[data] = static_cast<char>(bytes[data] ^ 1);
  test::expect_error(parse_archive(bytes), ErrorCode::kBadFormat, "t.npz: array X: is damaged or truncated");
}

TEST(Npz, EncryptedMembersAndOtherCompressionsAreRefused) {
  const std::string whole = test::read_corpus("npy/stored.npz");
  test::expect_error(parse_archive(with_field(whole, 6, 8, 1)), ErrorCode::kUnsupported, "array X: is encrypted");
  test::expect_error(parse_archive(with_field(whole, 8, 10, 97)), ErrorCode::kUnsupported, "has compression method 97");
}

TEST(Npz, AMemberThatIsThereTwiceIsRefused) {
  std::string bytes = test::read_corpus("npy/stored.npz");
  for (auto at = bytes.find("y.npy"); at != std::string::npos; at = bytes.find("y.npy")) bytes[at] = 'X';
  test::expect_error(parse_archive(bytes), ErrorCode::kBadFormat, "t.npz: array X: is there 2 times, expected once");
}

TEST(Npz, AnArchiveWithoutFeaturesIsRefused) {
  std::string bytes = test::read_corpus("npy/stored.npz");
  for (auto at = bytes.find("X.npy"); at != std::string::npos; at = bytes.find("X.npy")) bytes[at] = 'Q';
  test::expect_error(parse_archive(bytes), ErrorCode::kBadFormat,
                     "holds no features, expected an array named X, x, features, images");
}

}  // namespace
}  // namespace standfast::data
