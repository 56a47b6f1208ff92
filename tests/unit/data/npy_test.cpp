#include "data/npy.hpp"

#include <bit>
#include <limits>

#include "data/arrays.hpp"
#include "unit/data/data_support.hpp"

namespace standfast::data {
namespace {

/// An NPY file of version 1 with the given dictionary and elements.
std::string npy(const std::string& dictionary, std::string_view data) {
  std::string bytes = "\x93NUMPY";
  bytes += '\x01';
  bytes += '\0';
  bytes += static_cast<char>(dictionary.size() & 0xFF);
  bytes += static_cast<char>(dictionary.size() >> 8);
  return bytes + dictionary + std::string(data);
}

std::string npy(const std::string& descr, const std::string& shape, std::string_view data, bool fortran = false) {
  return npy(
      "{'descr': '" + descr + "', 'fortran_order': " + (fortran ? "True" : "False") + ", 'shape': " + shape + ", }",
      data);
}

std::string floats(const std::vector<float>& values) {
  return {reinterpret_cast<const char*>(values.data()), values.size() * sizeof(float)};
}

Result<Dataset> features(const std::string& bytes) { return npy_dataset(files::as_bytes(bytes), "t.npy", false); }

void expect_features(const std::string& bytes, const std::vector<std::int64_t>& shape,
                     const std::vector<float>& values) {
  const auto data = features(bytes);
  ASSERT_TRUE(data.ok()) << data.error().message;
  EXPECT_EQ(data->input_shape, shape);
  EXPECT_EQ(data->features, values);
  EXPECT_TRUE(data->labels.empty());
}

void expect_npy_error(const std::string& bytes, ErrorCode code, std::string_view part) {
  test::expect_error(features(bytes), code, part);
}

std::vector<float> counting(int count) {
  std::vector<float> values;
  for (int i = 0; i < count; ++i) values.push_back(static_cast<float>(i));
  return values;
}

TEST(Npy, ReadsTablesThatNumPyWrote) {
  for (const char* file : {"npy/f4.npy", "npy/f8_fortran.npy"}) {
    expect_features(test::read_corpus(file), {3}, counting(6));
  }
  expect_features(test::read_corpus("npy/big_endian.npy"), {2}, counting(6));
}

TEST(Npy, ReadsHalfPrecision) {
  const auto halves = [](std::initializer_list<unsigned> bits) {
    std::string bytes;
    for (const unsigned b : bits) bytes += {static_cast<char>(b & 0xFF), static_cast<char>(b >> 8)};
    return bytes;
  };
  // 1, -2, 65504, the smallest normal and subnormal numbers, -0
  expect_features(npy("<f2", "(1, 6)", halves({0x3C00, 0xC000, 0x7BFF, 0x0400, 0x0001, 0x8000})), {6},
                  {1, -2, 65504, 0x1p-14F, 0x1p-24F, -0.0F});
  expect_features(npy(">f2", "(1, 1)", std::string("\x35\x55", 2)), {1}, {0.333251953125F});
  expect_npy_error(npy("<f2", "(1, 1)", halves({0x7C00})), ErrorCode::kBadValue, "found inf, expected a finite");
  expect_npy_error(npy("<f2", "(1, 1)", halves({0x7E00})), ErrorCode::kBadValue, "found nan, expected a finite");
}

TEST(Npy, ReadsTheOtherWordForBooleans) {
  for (const char* descr : {"?", "|?"}) expect_features(npy(descr, "(1, 2)", std::string("\1\0", 2)), {2}, {1, 0});
}

TEST(Npy, ReadsTheShapesOfPython2) {
  expect_features(npy("<f4", "(2L, 3L)", floats(counting(6))), {3}, counting(6));
  expect_npy_error(npy("<f4", "(2LL, 3L)", floats(counting(6))), ErrorCode::kBadFormat, "expected ',' or ')'");
}

TEST(Npy, ReadsEveryIntegerType) {
  expect_features(npy("|i1", "(1, 2)", "\xFF\x02"), {2}, {-1, 2});
  expect_features(npy("<i2", "(1, 2)", std::string("\xFE\xFF\x00\x01", 4)), {2}, {-2, 256});
  expect_features(npy("<u4", "(1, 1)", "\xFF\xFF\xFF\xFF"), {1}, {4294967296.0F});
  expect_features(npy("<i8", "(1, 1)", std::string(8, '\xFF')), {1}, {-1});
  expect_features(npy("|u1", "(1, 2)", "\xFF\x01"), {2}, {255, 1});
  expect_features(npy("|b1", "(1, 2)", std::string("\x01\x00", 2)), {2}, {1, 0});
}

TEST(Npy, BytePixelsAreScaledAndChannelsComeFirst) {
  const auto data = features(test::read_corpus("npy/images.npy"));  // 2 images of 2 x 2, channels last
  ASSERT_TRUE(data.ok());
  EXPECT_EQ(data->input_shape, (std::vector<std::int64_t>{3, 2, 2}));
  EXPECT_TRUE(data->is_image);
  const std::vector<float> first_channels = {0, 3, 6, 9, 1, 4, 7, 10};
  for (std::size_t i = 0; i < first_channels.size(); ++i) EXPECT_EQ(data->features[i], first_channels[i] / 255.0F);
}

TEST(Npy, GreyImagesGetOneChannel) {
  expect_features(npy("<f4", "(2, 1, 3)", floats(counting(6))), {1, 1, 3}, counting(6));
  EXPECT_FALSE(features(npy("<f4", "(2, 1, 3)", floats(counting(6))))->is_image);
  EXPECT_TRUE(features(npy("<f4", "(1, 1, 2)", floats({0.5F, 1})))->is_image);
}

TEST(Npy, ChannelsFirstStayWhereTheyAre) {
  expect_features(npy("<f4", "(1, 3, 1, 2)", floats(counting(6))), {3, 1, 2}, counting(6));
  expect_npy_error(npy("<f4", "(1, 2, 1, 2)", floats(counting(4))), ErrorCode::kBadShape,
                   "has shape (1, 2, 1, 2), expected");
}

TEST(Npy, ShapesMustFitTheBytes) {
  expect_npy_error(npy("<f4", "(2, 3)", floats(counting(5))), ErrorCode::kBadShape, "does not fit the 20 bytes");
  expect_npy_error(npy("<f4", "(2, 3)", floats(counting(7))), ErrorCode::kBadShape, "does not fit the 28 bytes");
  expect_npy_error(npy("<f4", "(2, 3)", floats(counting(6)) + "x"), ErrorCode::kBadShape, "does not fit the 25 bytes");
}

TEST(Npy, HugeAndNegativeShapesAreRefusedBeforeAnyAllocation) {
  expect_npy_error(test::read_corpus("npy/huge_shape.npy"), ErrorCode::kBadShape, "1152921504606846976");
  expect_npy_error(npy("<f4", "(4611686018427387904, 0)", ""), ErrorCode::kBadShape, "expected at least one element");
  expect_npy_error(npy("<f8", "(2305843009213693952, 8)", ""), ErrorCode::kBadShape, "does not fit the 0 bytes");
  expect_npy_error(npy("<f4", "(4294967296, 4294967296)", ""), ErrorCode::kBadShape, "does not fit the 0 bytes");
  expect_npy_error(npy("<f4", "(99999999999999999999, 1)", ""), ErrorCode::kBadFormat, "expected an array extent");
  expect_npy_error(npy("<f4", "(-1, 4)", ""), ErrorCode::kBadShape, "negative extent -1");
}

TEST(Npy, EmptyAndOneDimensionalArraysAreRefused) {
  expect_npy_error(npy("<f4", "(0, 4)", ""), ErrorCode::kBadShape, "expected at least one element");
  expect_npy_error(npy("<f4", "(4, 0)", ""), ErrorCode::kBadShape, "expected at least one element");
  expect_npy_error(npy("<f4", "(4,)", floats(counting(4))), ErrorCode::kBadShape, "has shape (4), expected");
  expect_npy_error(npy("<f4", "()", floats(counting(1))), ErrorCode::kBadShape, "one number, no array");
}

TEST(Npy, ValuesThatAreNotFiniteAreNamed) {
  const float nan = std::numeric_limits<float>::quiet_NaN();
  const float inf = std::numeric_limits<float>::infinity();
  expect_npy_error(npy("<f4", "(2, 2)", floats({1, 2, 3, nan})), ErrorCode::kBadValue, "row 1, feature 1: found nan");
  expect_npy_error(npy("<f4", "(2, 2)", floats({1, 2, -inf, 4})), ErrorCode::kBadValue, "row 1, feature 0: found -inf");
  const double above_float = 1e39;
  const std::string bytes(reinterpret_cast<const char*>(&above_float), sizeof(double));
  expect_npy_error(npy("<f8", "(1, 1)", bytes), ErrorCode::kBadValue, "found 1e+39, expected a finite float32");
}

TEST(Npy, OtherElementTypesAreRefused) {
  expect_npy_error(test::read_corpus("npy/object.npy"), ErrorCode::kUnsupported, "elements of type \"|O\"");
  for (const std::string descr : {"<f1", "<c8", "<M8[s]", "<i3", "<f16", "f4", "<f", "<i-4", "<S0", "<inf"}) {
    expect_npy_error(npy(descr, "(1, 1)", "0123456789ABCDEF"), ErrorCode::kUnsupported, "has elements of type");
  }
  expect_npy_error(npy("{'descr': [('a', '<f4')], 'fortran_order': False, 'shape': (1, 1)}", "0123"),
                   ErrorCode::kUnsupported, "structured array");
  expect_npy_error(test::read_corpus("npy/text.npy"), ErrorCode::kUnsupported, "holds text");
}

TEST(Npy, DamagedHeadersAreRefused) {
  expect_npy_error("", ErrorCode::kBadFormat, "t.npy: is not an NPY file");
  expect_npy_error("PK", ErrorCode::kBadFormat, "is not an NPY file");
  const std::string whole = npy("<f4", "(1, 1)", floats({1}));
  for (std::size_t size = 0; size < whole.size(); ++size) EXPECT_FALSE(features(whole.substr(0, size)).ok()) << size;
  std::string version = whole;
  version[6] = 9;
  expect_npy_error(version, ErrorCode::kUnsupported, "is NPY version 9");
  expect_npy_error(npy("{'descr': '<f4', 'shape': (1, 1)}", "0123"), ErrorCode::kBadFormat, "lacks one of");
  expect_npy_error(npy("{'descr': '<f4', 'x': 1}", "0123"), ErrorCode::kBadFormat, "unknown key \"x\"");
  expect_npy_error(npy("<f4", "(1, 1", "0123"), ErrorCode::kBadFormat, "NPY header: found");
  expect_npy_error(npy("{'descr': '<f4', 'fortran_order': False, 'shape': (1, 1)} x", "0123"), ErrorCode::kBadFormat,
                   "expected the end of the header");
}

TEST(Npy, AnNpyFileHasNoLabels) {
  test::expect_error(npy_dataset(files::as_bytes(test::read_corpus("npy/f4.npy")), "t.npy", true),
                     ErrorCode::kBadOption, "expected an NPZ file with arrays X and y");
}

/// Class names of the labels in an NPY file, in the order of the rows.
Result<std::vector<std::string>> labels(const std::string& bytes, std::size_t count) {
  Dataset data;
  data.input_shape = {1};
  data.features.resize(count);
  data.source_index.resize(count);
  const auto array = parse_npy(files::as_bytes(bytes), "y.npy");
  if (!array) return array.error();
  if (const auto status = labels_from_array(*array, "y.npy", data); !status) return status.error();
  std::vector<std::string> names;
  for (const auto label : data.labels) names.push_back(data.class_names[static_cast<std::size_t>(label)]);
  return names;
}

TEST(Npy, LabelsAreTextIntegersOrNumbers) {
  using Names = std::vector<std::string>;
  EXPECT_EQ(*labels(test::read_corpus("npy/text.npy"), 3), (Names{"spam", "\xC3\xA9", "mail"}));
  EXPECT_EQ(*labels(test::read_corpus("npy/bytes.npy"), 2), (Names{"a", "bc"}));
  EXPECT_EQ(*labels(test::read_corpus("npy/bool.npy"), 2), (Names{"1", "0"}));
  EXPECT_EQ(*labels(npy("<f4", "(2, 1)", floats({3, 0.5F})), 2), (Names{"3", "0.5"}));
  EXPECT_EQ(*labels(npy("<i8", "(1,)", std::string("\x01\0\0\0\0\0\x20\0", 8)), 1), (Names{"9007199254740993"}));
}

TEST(Npy, BadLabelsAreRefused) {
  test::expect_error(labels(test::read_corpus("npy/text.npy"), 4), ErrorCode::kBadShape, "has shape (3), expected (4)");
  test::expect_error(labels(npy("<f4", "(1,)", floats({std::numeric_limits<float>::quiet_NaN()})), 1),
                     ErrorCode::kBadValue, "y.npy: row 0: found nan, expected a label");
  test::expect_error(labels(npy("|S2", "(2,)", std::string("ab\0\0", 4)), 2), ErrorCode::kBadValue,
                     "row 1: the label is missing");
  test::expect_error(labels(npy("<U1", "(1,)", "\xFF\xFF\xFF\xFF"), 1), ErrorCode::kBadValue, "expected UTF-8 text");
  test::expect_error(labels(npy("<U1", "(1,)", std::string("\x00\xD8\x00\x00", 4)), 1), ErrorCode::kBadValue,
                     "expected UTF-8 text");
}

}  // namespace
}  // namespace standfast::data
