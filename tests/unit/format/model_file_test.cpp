#include "format/model_file.hpp"

#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <limits>
#include <sstream>

#include <gtest/gtest.h>
#include <unistd.h>

#include "random_models.hpp"
#include "unit/model/builders.hpp"

namespace standfast::format {
namespace {

using test::random_model;
using test::small_model;

Result<model::Model> parse(const std::string& bytes) { return parse_model(std::as_bytes(std::span(bytes)), "m"); }

std::string whole_file() { return *serialise_model(small_model()); }

void expect_refused(const std::string& bytes, ErrorCode code, const std::string& part) {
  const auto model = parse(bytes);
  ASSERT_FALSE(model.ok()) << part;
  EXPECT_EQ(model.error().code, code) << model.error().message;
  EXPECT_NE(model.error().message.find(part), std::string::npos) << model.error().message;
}

std::string with_header(std::string header, const std::string& data) {
  std::uint64_t length = header.size();
  std::string bytes(8, '\0');
  std::memcpy(bytes.data(), &length, 8);
  return bytes + header + data;
}

// The header and the data of a whole file, with one text in the header replaced by another.
std::string edited(const std::string& before, const std::string& after, const std::string& file = whole_file()) {
  std::uint64_t length = 0;
  std::memcpy(&length, file.data(), 8);
  std::string header = file.substr(8, length);
  const auto position = header.find(before);
  EXPECT_NE(position, std::string::npos) << before << " is not in " << header;
  if (position != std::string::npos) header.replace(position, before.size(), after);
  return with_header(header, file.substr(8 + length));
}

std::uint64_t test_seed() {
  const char* text = std::getenv("STANDFAST_TEST_SEED");
  return text == nullptr ? 3 : std::strtoull(text, nullptr, 10);
}

/// small_model with columns, whatever its features were called.
model::Model model_with_columns() {
  model::Model model = small_model();
  model.columns = {{"row", ColumnKind::kIndex}};
  while (feature_names(model.columns).size() < model.dim())
    model.columns.push_back({"n" + std::to_string(model.columns.size()), ColumnKind::kNumber, {}, 0.1F});
  model.feature_names = feature_names(model.columns);
  return model;
}

TEST(ModelFile, ColumnsAreKept) {
  model::Model model = model_with_columns();
  ASSERT_GE(model.dim(), 2U);
  const auto bytes = serialise_model(model);
  ASSERT_TRUE(bytes.ok()) << bytes.error().message;
  const auto read = parse(*bytes);
  ASSERT_TRUE(read.ok()) << read.error().message;
  EXPECT_EQ(read->columns, model.columns);

  // a category of one value in the place of two numbers
  model.columns.pop_back();
  model.columns.back() = {"colour", ColumnKind::kCategory, {"red"}};
  model.feature_names = feature_names(model.columns);
  EXPECT_EQ(*parse(*serialise_model(model)), model);
}

TEST(ModelFile, FalseColumnsAreRefused) {
  const std::string file = *serialise_model(model_with_columns());
  expect_refused(edited(R"(\"kind\":\"index\")", R"(\"kind\":\"number\")", file), ErrorCode::kBadShape,
                 "columns: make");
  expect_refused(edited(R"(\"kind\":\"index\")", R"(\"kind\":\"rows\")", file), ErrorCode::kBadFormat, "a column kind");
  expect_refused(edited(R"(\"kind\":\"index\")", R"(\"kind\":\"index\",\"more\":1)", file), ErrorCode::kBadFormat,
                 "more");
  expect_refused(edited(R"(\"filled\":0.1)", R"(\"filled\":1e99,\"x\":0.1)", file), ErrorCode::kBadFormat, "x");
  expect_refused(edited(R"(\"name\":\"n1\")", R"(\"name\":\"n9\")", file), ErrorCode::kBadShape, "feature 0");
  expect_refused(edited(R"(\"name\":\"row\")", R"(\"name\":\"n1\")", file), ErrorCode::kBadValue, "twice");
}

TEST(ModelFile, WhatIsWrittenIsRead) {
  Random random(test_seed());
  for (int trial = 0; trial < 300; ++trial) {
    const model::Model model = random_model(random);
    const auto bytes = serialise_model(model);
    ASSERT_TRUE(bytes.ok()) << bytes.error().message;
    const auto read = parse(*bytes);
    ASSERT_TRUE(read.ok()) << read.error().message;
    EXPECT_EQ(*read, model) << "seed " << test_seed() << ", trial " << trial;
    EXPECT_EQ(*serialise_model(*read), *bytes) << "equal models give equal bytes";
  }
}

TEST(ModelFile, EveryTruncationIsRefused) {
  const std::string bytes = whole_file();
  for (std::size_t length = 0; length < bytes.size(); ++length) {
    const auto model = parse(bytes.substr(0, length));
    ASSERT_FALSE(model.ok()) << length;
    EXPECT_EQ(model.error().code, ErrorCode::kBadFormat);
  }
  expect_refused(bytes + "x", ErrorCode::kBadFormat, "bytes of tensors");
}

TEST(ModelFile, WhatIsSomethingElseIsNamed) {
  expect_refused("  <html><body>Not found</body></html>", ErrorCode::kBadFormat, "is a page of HTML or XML");
  expect_refused("version https://git-lfs.github.com/spec/v1\noid", ErrorCode::kBadFormat, "is a Git LFS pointer");
  expect_refused("PK\x03\x04 and more", ErrorCode::kBadFormat, "is a ZIP archive, expected a model file");
  expect_refused("\x1F\x8B\x08 and more", ErrorCode::kBadFormat, "is a gzip file, expected a model file");
  expect_refused("\x93NUMPY and more", ErrorCode::kBadFormat, "is an NPY file, expected a model file");
  expect_refused("{\"input_shape\": [3]}", ErrorCode::kBadFormat, "is JSON text, expected a model file");
  expect_refused("links,capitals\n4,2\n", ErrorCode::kBadFormat, "is text, such as a table, expected a model file");
}

TEST(ModelFile, ALyingHeaderLengthIsRefused) {
  for (const std::uint64_t lie :
       {~std::uint64_t{0}, std::uint64_t{1} << 63, std::uint64_t{1} << 40, std::uint64_t{100000}}) {
    std::string bytes = whole_file();
    std::memcpy(bytes.data(), &lie, 8);
    expect_refused(bytes, ErrorCode::kBadFormat, "header length");
  }
  std::string bytes = whole_file();
  std::memset(bytes.data(), 0, 8);
  expect_refused(bytes, ErrorCode::kBadFormat, "header");
}

TEST(ModelFile, LyingOffsetsAreRefused) {
  // graph.first.bias holds the first 12 bytes, graph.first.weight the next 48
  expect_refused(edited("[0,12]", "[0,16]"), ErrorCode::kBadFormat, "spans 16 bytes, expected 12");
  expect_refused(edited("[0,12]", "[12,0]"), ErrorCode::kBadFormat, "begin <= end");
  expect_refused(edited("[0,12]", "[-12,0]"), ErrorCode::kBadFormat, "data_offsets");
  expect_refused(edited("[0,12]", "[0,12.0]"), ErrorCode::kBadFormat, "data_offsets");
  expect_refused(edited("[0,12]", "[12,24]"), ErrorCode::kBadFormat, "begins at byte 12, expected");
  expect_refused(edited("[0,12]", "[18446744073709551604,18446744073709551615]"), ErrorCode::kBadFormat,
                 "data_offsets");
  expect_refused(edited("[0,12]", "[9223372036854775795,9223372036854775807]"), ErrorCode::kBadFormat,
                 "begins at byte");
}

TEST(ModelFile, AHugeTensorIsRefusedBeforeItIsAllocated) {
  expect_refused(edited("\"shape\":[3]", "\"shape\":[1152921504606846976]"), ErrorCode::kUnsupported, "2^31");
  expect_refused(edited("\"shape\":[3]", "\"shape\":[4294967296,4294967296,4294967296]"), ErrorCode::kUnsupported,
                 "2^31");
  expect_refused(edited("\"shape\":[3]", "\"shape\":[2147483648]"), ErrorCode::kBadFormat, "expected 8589934592");
  expect_refused(edited("\"shape\":[3]", "\"shape\":[0]"), ErrorCode::kBadShape, "at least 1");
  expect_refused(edited("\"shape\":[3]", "\"shape\":[1,1,1,1,1,1,1,1,3]"), ErrorCode::kBadFormat, "at most 8");
  expect_refused(edited("\"shape\":[3]", "\"shape\":[18446744073709551615]"), ErrorCode::kBadFormat, "whole number");
}

TEST(ModelFile, OtherTypesAreRefused) {
  expect_refused(edited("\"F32\"", "\"F64\""), ErrorCode::kUnsupported, "dtype is \"F64\", expected F32");
  expect_refused(edited("\"F32\"", "7"), ErrorCode::kUnsupported, "expected F32");
  expect_refused(edited("\"shape\":[3]", "\"shape\":\"3\""), ErrorCode::kBadFormat, "shape");
  expect_refused(edited("\"shape\":[3]", "\"shape\":[3],\"extra\":1"), ErrorCode::kBadFormat, "exactly these");
}

TEST(ModelFile, HeadersThatAreNotJsonObjectsAreRefused) {
  expect_refused(with_header("[]", ""), ErrorCode::kBadFormat, "not a JSON object");
  expect_refused(with_header("", ""), ErrorCode::kBadFormat, "byte");
  expect_refused(with_header("{\"a\":\"\xff\"}", ""), ErrorCode::kBadFormat, "byte");
  expect_refused(with_header(std::string(100000, '['), ""), ErrorCode::kBadFormat, "deeper than 3");
  expect_refused(with_header("{\"a\":1e999}", ""), ErrorCode::kBadFormat, "not what JSON allows");
  expect_refused(with_header("{}", ""), ErrorCode::kBadFormat, "Standfast model file");
  expect_refused(with_header("{\"__metadata__\":[]}", ""), ErrorCode::kBadFormat, "__metadata__");
  expect_refused(with_header("{\"__metadata__\":{\"format\":1}}", ""), ErrorCode::kBadFormat, "not a string");
}

TEST(ModelFile, AKeyThatIsThereTwiceIsRefused) {
  expect_refused(with_header("{\"a\":1,\"a\":2}", ""), ErrorCode::kBadFormat, "key \"a\" is there twice");
  expect_refused(edited("\\\"threshold\\\":", "\\\"threshold\\\":1,\\\"threshold\\\":"), ErrorCode::kBadFormat,
                 "key \"threshold\" is there twice");
}

TEST(ModelFile, AnotherFormatIsNamed) {
  expect_refused(edited("standfast/1", "standfast/2"), ErrorCode::kUnsupported, "standfast/2");
}

TEST(ModelFile, UnknownMissingAndMistypedFieldsAreRefused) {
  expect_refused(edited("\\\"threshold\\\"", "\\\"treshold\\\""), ErrorCode::kBadFormat, "has the field \"treshold\"");
  expect_refused(edited("\\\"sensitive\\\":\\\"spam\\\",", ""), ErrorCode::kBadFormat, "no field \"sensitive\"");
  expect_refused(edited("\\\"spam\\\"", "5"), ErrorCode::kBadFormat, "is not a string");
  expect_refused(edited("\\\"input_shape\\\":[4]", "\\\"input_shape\\\":[4.5]"), ErrorCode::kBadFormat, "whole number");
  expect_refused(edited("\\\"input_shape\\\":[4]", "\\\"input_shape\\\":4"), ErrorCode::kBadFormat, "not an array");
  expect_refused(edited("\\\"names\\\":[]", "\\\"names\\\":[1,2,3,4]"), ErrorCode::kBadFormat, "strings");
  expect_refused(edited("\\\"relu\\\"", "\\\"tanh\\\""), ErrorCode::kBadFormat, "is \"tanh\"");
  expect_refused(edited("\\\"center\\\"", "\\\"centre\\\""), ErrorCode::kBadFormat, "is \"centre\"");
  expect_refused(edited("\\\"provenance\\\":{}", "\\\"provenance\\\":{\\\"a\\\":1}"), ErrorCode::kBadFormat,
                 "provenance");
  expect_refused(edited("\\\"threshold\\\":0.1", "\\\"threshold\\\":1e300,\\\"x\\\":0.1"), ErrorCode::kBadFormat,
                 "\"x\"");
}

TEST(ModelFile, AThresholdBeyondFloatIsRefused) {
  model::Model model = small_model();
  model.threshold = 2;
  expect_refused(edited("\\\"threshold\\\":2.0", "\\\"threshold\\\":1e300", *serialise_model(model)),
                 ErrorCode::kBadFormat, "threshold");
}

TEST(ModelFile, TensorsAreUsedExactlyOnce) {
  expect_refused(edited("\\\"bias\\\":\\\"graph.first.bias\\\"", "\\\"bias\\\":\\\"graph.other\\\""),
                 ErrorCode::kBadFormat, "names tensor \"graph.other\"");
  expect_refused(edited(",\\\"bias\\\":\\\"graph.first.bias\\\"", ""), ErrorCode::kBadFormat,
                 "never uses tensor \"graph.first.bias\"");
  expect_refused(edited("\\\"bias\\\":\\\"graph.first.bias\\\"", "\\\"bias\\\":\\\"graph.first.weight\\\""),
                 ErrorCode::kBadFormat, "not used before");
}

TEST(ModelFile, ACyclicGraphIsRefused) {
  expect_refused(edited("\\\"inputs\\\":[\\\"first\\\"]", "\\\"inputs\\\":[\\\"z1\\\"]"), ErrorCode::kBadFormat,
                 "node 1: \"inputs\": names \"z1\", expected \"input\" or an earlier node");
  expect_refused(edited("\\\"inputs\\\":[\\\"first\\\"]", "\\\"inputs\\\":[\\\"score\\\"]"), ErrorCode::kBadFormat,
                 "an earlier node");
  expect_refused(edited("\\\"name\\\":\\\"z1\\\"", "\\\"name\\\":\\\"first\\\""), ErrorCode::kBadFormat,
                 "name of its own");
  expect_refused(edited("\\\"name\\\":\\\"z1\\\"", "\\\"name\\\":\\\"input\\\""), ErrorCode::kBadFormat,
                 "name of its own");
}

TEST(ModelFile, WeightsThatAreNotFiniteAreRefused) {
  for (const float bad : {std::numeric_limits<float>::quiet_NaN(), -std::numeric_limits<float>::infinity()}) {
    std::string bytes = whole_file();
    std::memcpy(bytes.data() + bytes.size() - 4, &bad, 4);
    expect_refused(bytes, ErrorCode::kBadValue, "feature map step 0 (center) values: value 3");
  }
}

TEST(ModelFile, ANegativeWeightAfterTheFirstLayerNamesItsNode) {
  model::Model model = small_model();
  const float marker = 0.6875F;  // so that the weight can be found in the bytes
  model.graph.nodes[2].weight.values[1] = marker;
  std::string bytes = *serialise_model(model);
  const auto position = bytes.find(std::string(reinterpret_cast<const char*>(&marker), 4));
  ASSERT_NE(position, std::string::npos);
  const float negative = -marker;
  std::memcpy(bytes.data() + position, &negative, 4);
  expect_refused(bytes, ErrorCode::kNotConvex, "m: node 2 \"top\" (linear): weight 1 is -0.6875");
}

TEST(ModelFile, NoDamagedByteBreaksTheReader) {
  Random random(test_seed());
  const std::string whole = whole_file();
  for (int trial = 0; trial < 20000; ++trial) {
    std::string bytes = whole;
    for (std::uint64_t hits = 1 + random.below(3); hits > 0; --hits) {
      bytes[random.below(bytes.size())] = static_cast<char>(random.below(256));
    }
    const auto model = parse(bytes);
    EXPECT_TRUE(!model.ok() || model::validate(*model).ok());
    EXPECT_TRUE(model.ok() || model.error().message.find('\n') == std::string::npos);
  }
}

TEST(ModelFile, AnInvalidModelIsNotWritten) {
  model::Model model = small_model();
  model.graph.nodes[2].weight.values[0] = -1;
  EXPECT_EQ(serialise_model(model).error().code, ErrorCode::kNotConvex);
  EXPECT_EQ(save_model(model, "/nonexistent/m").error().code, ErrorCode::kNotConvex);
}

class ModelFileOnDisk : public ::testing::Test {
 protected:
  void SetUp() override {
    std::string pattern = (std::filesystem::temp_directory_path() / "standfast_XXXXXX").string();
    ASSERT_NE(::mkdtemp(pattern.data()), nullptr);
    folder_ = pattern;
  }
  void TearDown() override { std::filesystem::remove_all(folder_); }
  [[nodiscard]] std::string path(const char* name) const { return (folder_ / name).string(); }
  [[nodiscard]] std::size_t file_count() const {
    return static_cast<std::size_t>(std::distance(std::filesystem::directory_iterator(folder_), {}));
  }
  std::filesystem::path folder_;
};

TEST_F(ModelFileOnDisk, SaveThenLoadGivesTheSameModelAndLeavesNothingElse) {
  model::Model model = small_model();
  ASSERT_TRUE(save_model(model, path("m")).ok());
  model.threshold = 5;
  ASSERT_TRUE(save_model(model, path("m")).ok()) << "replaces the old one";
  const auto loaded = load_model(path("m"));
  ASSERT_TRUE(loaded.ok()) << loaded.error().message;
  EXPECT_EQ(*loaded, model);
  EXPECT_EQ(file_count(), 1U);
}

TEST_F(ModelFileOnDisk, AFailedSaveKeepsWhatWasThere) {
  std::filesystem::create_directory(path("taken"));
  std::ofstream(path("taken/file")) << "kept";
  const Status status = save_model(small_model(), path("taken"));
  ASSERT_FALSE(status.ok());
  EXPECT_EQ(status.error().code, ErrorCode::kIo);
  EXPECT_TRUE(std::filesystem::exists(path("taken/file")));
  EXPECT_EQ(file_count(), 1U) << "no temporary file stays";
  EXPECT_EQ(save_model(small_model(), path("missing/m")).error().code, ErrorCode::kIo);
}

TEST_F(ModelFileOnDisk, WhatCannotBeReadIsAnIoError) {
  EXPECT_EQ(load_model(path("absent")).error().code, ErrorCode::kIo);
  EXPECT_EQ(load_model(folder_.string()).error().code, ErrorCode::kIo);
  EXPECT_EQ(load_model("/dev/zero").error().code, ErrorCode::kIo);
  std::ofstream(path("empty")).flush();
  EXPECT_EQ(load_model(path("empty")).error().code, ErrorCode::kBadFormat);
}

TEST_F(ModelFileOnDisk, AFileThatOnlyClaimsToBeHugeIsRefused) {
  std::ofstream(path("sparse")).flush();
  std::filesystem::resize_file(path("sparse"), std::uintmax_t{1} << 40);
  EXPECT_EQ(load_model(path("sparse")).error().code, ErrorCode::kBadFormat);
}

}  // namespace
}  // namespace standfast::format
