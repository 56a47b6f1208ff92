#include "format/certificate_file.hpp"

#include <cmath>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <limits>

#include <gtest/gtest.h>
#include <unistd.h>

#include "base/random.hpp"

namespace standfast::format {
namespace {

constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();

// Two inputs of three features; one cut of bits, one of fractions. The golden file holds exactly this.
CertificateFile example() {
  CertificateFile file;
  file.model_sha256 = std::string(63, '0') + "f";
  file.threat.cost = {1, 0.1, 2};
  file.threat.lower = {0, -kInfinity, -1e-300};
  file.threat.upper = {1, kInfinity, 5e-324};
  file.threat.price_unit = "words \"changed\"";
  RadiusProof both{{{0.25, {1, 0, 1, 1, 0, 0, 1, 0, 1}, {0, 7}}, {0.1, {0.5F, 0.1F, 1, 0, 0, 0, 0, 0, 0}, {3, 4}}},
                   kInfinity,
                   1.0 / 3};
  RadiusProof one{{{1e300, {0, 0, 0, 0, 0, 0, 0, 0, 0}, {2, 2147483647}}}, 0, 0};
  file.inputs = {{0, {0.5F, 0.1F, -3.4028235e38F}, {{Norm::l1(), 0.1, both}, {Norm::linf(), kInfinity, one}}},
                 {7, {0, -0.0F, 1e-45F}, {{Norm::l0(), 3, one}, {Norm::l2(), 1e-300, both}}}};
  return file;
}

std::string text_of(const CertificateFile& file) {
  const auto text = serialise_certificates(file);
  EXPECT_TRUE(text.ok()) << text.error().message;
  return text.ok() ? *text : "";
}

std::string file_text(const std::string& path) {
  std::ifstream stream(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(stream), {}};
}

void expect_refused_proofs(const std::string& text, ErrorCode code, const std::string& part) {
  const auto file = parse_certificates(text, "c.jsonl");
  ASSERT_FALSE(file.ok()) << part;
  EXPECT_EQ(file.error().code, code) << file.error().message;
  EXPECT_NE(file.error().message.find(part), std::string::npos) << file.error().message;
}

std::string edited_proofs(const std::string& before, const std::string& after) {
  std::string text = text_of(example());
  const auto position = text.find(before);
  EXPECT_NE(position, std::string::npos) << before << " is not in " << text;
  return position == std::string::npos ? text : text.replace(position, before.size(), after);
}

void expect_equal(const CertificateFile& read, const CertificateFile& file) {
  EXPECT_EQ(read.model_sha256, file.model_sha256);
  EXPECT_EQ(read.threat.cost, file.threat.cost);
  EXPECT_EQ(read.threat.lower, file.threat.lower);
  EXPECT_EQ(read.threat.upper, file.threat.upper);
  EXPECT_EQ(read.threat.max_decrease, file.threat.max_decrease);
  EXPECT_EQ(read.threat.max_increase, file.threat.max_increase);
  EXPECT_EQ(read.threat.price_unit, file.threat.price_unit);
  ASSERT_EQ(read.inputs.size(), file.inputs.size());
  for (std::size_t i = 0; i < file.inputs.size(); ++i) {
    EXPECT_EQ(read.inputs[i].index, file.inputs[i].index);
    EXPECT_EQ(sha256_of(read.inputs[i].values), sha256_of(file.inputs[i].values)) << "bit for bit, signs of 0 too";
    ASSERT_EQ(read.inputs[i].certificates.size(), file.inputs[i].certificates.size());
    for (std::size_t c = 0; c < file.inputs[i].certificates.size(); ++c) {
      const Certificate &found = read.inputs[i].certificates[c], &expected = file.inputs[i].certificates[c];
      EXPECT_EQ(found.norm, expected.norm);
      EXPECT_EQ(found.radius, expected.radius);
      EXPECT_EQ(found.proof.reach, expected.proof.reach);
      EXPECT_EQ(found.proof.multiplier, expected.proof.multiplier);
      ASSERT_EQ(found.proof.cuts.size(), expected.proof.cuts.size());
      for (std::size_t k = 0; k < expected.proof.cuts.size(); ++k) {
        EXPECT_EQ(found.proof.cuts[k].weight, expected.proof.cuts[k].weight);
        EXPECT_EQ(found.proof.cuts[k].slopes, expected.proof.cuts[k].slopes);
        EXPECT_EQ(found.proof.cuts[k].winners, expected.proof.cuts[k].winners);
      }
    }
  }
}

TEST(CertificateFile, WhatIsWrittenIsRead) {
  const auto read = parse_certificates(text_of(example()), "c.jsonl");
  ASSERT_TRUE(read.ok()) << read.error().message;
  expect_equal(*read, example());
  EXPECT_EQ(text_of(*read), text_of(example())) << "equal contents give equal bytes";
}

CertificateFile example_with_categories() {
  CertificateFile file = example();
  file.threat.categories = {{"col\"our", {2, 0}, 0.1}};
  file.inputs[0].values = {1, 0.1F, 0};
  file.inputs[1].values = {-0.0F, 3, 1};
  return file;
}

TEST(CertificateFile, CategoriesAreWrittenAndRead) {
  const std::string text = text_of(example_with_categories());
  EXPECT_NE(text.find(R"("categories":[{"name":"col\"our","features":[2,0],"cost":0.1}],"price_unit")"),
            std::string::npos)
      << text;
  const auto read = parse_certificates(text, "c.jsonl");
  ASSERT_TRUE(read.ok()) << read.error().message;
  expect_equal(*read, example_with_categories());
  EXPECT_EQ(read->threat.categories, example_with_categories().threat.categories);
  EXPECT_EQ(text_of(*read), text);
}

TEST(CertificateFile, CategoriesThatAreNoneAreRefused) {
  const std::string whole = R"([{"name":"col\"our","features":[2,0],"cost":0.1}])";
  const auto expect = [&](const std::string& after, ErrorCode code, const std::string& part) {
    std::string text = text_of(example_with_categories());
    const std::size_t at = text.find(whole);
    ASSERT_NE(at, std::string::npos);
    expect_refused_proofs(text.replace(at, whole.size(), after), code, part);
  };
  expect("[]", ErrorCode::kBadFormat, "is empty, expected no such field");
  expect(R"([{"name":"a","features":[2,0]}])", ErrorCode::kBadFormat, "cost");
  expect(R"([{"name":"a","features":[2,0],"cost":1,"frozen":true}])", ErrorCode::kBadFormat, "frozen");
  expect(R"([{"name":"a","features":[2],"cost":1}])", ErrorCode::kBadValue, "at least 2");
  expect(R"([{"name":"a","features":[2,3],"cost":1}])", ErrorCode::kBadValue, "the feature 3");
  expect(R"([{"name":"a","features":[2,2],"cost":1}])", ErrorCode::kBadValue, "a second time");
  expect(R"([{"name":"a","features":[2,-1],"cost":1}])", ErrorCode::kBadFormat, "whole number");
  expect(R"([{"name":"a","features":[2,4294967296],"cost":1}])", ErrorCode::kBadFormat, "the number of a feature");
  expect(R"([{"name":"a","features":[2,0],"cost":0}])", ErrorCode::kBadValue, "cost 0");
  expect(R"([{"name":"a","features":[2,1],"cost":1}])", ErrorCode::kBadValue, "category \"a\"");
}

TEST(CertificateFile, RandomNumbersSurviveTheFile) {
  const char* given = std::getenv("STANDFAST_TEST_SEED");
  const std::uint64_t seed = given == nullptr ? 5 : std::strtoull(given, nullptr, 10);
  Random random(seed);
  for (int trial = 0; trial < 200; ++trial) {
    CertificateFile file;
    file.model_sha256 = sha256_of(std::vector<float>{static_cast<float>(trial)});
    const std::size_t dim = 1 + random.below(5), units = random.below(20), maxima = random.below(3);
    for (std::size_t i = 0; i < dim; ++i) file.threat.cost.push_back(std::exp(random.uniform(-700, 700)));
    for (std::size_t i = 0; i < random.below(4); ++i) {
      CertificateFile::Input input{10 * i + random.below(10), {}, {}};
      for (std::size_t k = 0; k < dim; ++k) input.values.push_back(static_cast<float>(random.normal()));
      RadiusProof proof{{}, random.uniform(), std::exp(random.uniform(-700, 700))};
      for (std::size_t c = 0; c < 1 + random.below(3); ++c) {
        auto& cut = proof.cuts.emplace_back(RadiusProof::Cut{random.uniform(1e-9, 1), {}, {}});
        const bool bits = random.below(2) == 0;
        for (std::size_t k = 0; k < units; ++k)
          cut.slopes.push_back(bits ? static_cast<float>(random.below(2)) : static_cast<float>(random.uniform()));
        for (std::size_t k = 0; k < maxima; ++k) cut.winners.push_back(static_cast<std::int32_t>(random.below(1000)));
      }
      input.certificates.push_back({Norm::l2(), std::exp(random.uniform(-700, 700)), proof});
      file.inputs.push_back(input);
    }
    const auto read = parse_certificates(text_of(file), "c.jsonl");
    ASSERT_TRUE(read.ok()) << read.error().message << ", seed " << seed << ", trial " << trial;
    expect_equal(*read, file);
  }
}

TEST(CertificateFile, TheFileOfVersion1IsReadForEver) {
  const std::string path = std::string(STANDFAST_TEST_DIR) + "/golden/v1/certificates.jsonl";
  const auto read = read_certificates(path);
  ASSERT_TRUE(read.ok()) << read.error().message;
  expect_equal(*read, example());
  EXPECT_EQ(text_of(example()), file_text(path));
}

TEST(CertificateFile, EveryTruncationIsRefused) {
  const std::string text = text_of(example());
  for (std::size_t length = 0; length < text.size(); ++length) {
    const auto file = parse_certificates(text.substr(0, length), "c.jsonl");
    ASSERT_FALSE(file.ok()) << length;
    EXPECT_EQ(file.error().code, ErrorCode::kBadFormat);
  }
  expect_refused_proofs(text + "\n", ErrorCode::kBadFormat, "c.jsonl: line 4: byte");
}

TEST(CertificateFile, AMessageNamesTheLineAndTheField) {
  expect_refused_proofs(edited_proofs("\"index\":7", "\"index\":-7"), ErrorCode::kBadFormat,
                        "c.jsonl: line 3: \"index\": is not");
  expect_refused_proofs(edited_proofs("\"weight\":0.1", "\"weight\":\"much\""), ErrorCode::kBadFormat,
                        "c.jsonl: line 2: certificate 0: cut 1: \"weight\": is");
}

TEST(CertificateFile, OtherTypesAreRefused) {
  expect_refused_proofs("[]\n", ErrorCode::kBadFormat, "line 1: is not an object");
  expect_refused_proofs("7\n", ErrorCode::kBadFormat, "line 1: is not an object");
  expect_refused_proofs(edited_proofs("\"inputs\":2", "\"inputs\":2.0"), ErrorCode::kBadFormat, "whole number");
  expect_refused_proofs(edited_proofs("\"inputs\":2", "\"inputs\":-2"), ErrorCode::kBadFormat, "whole number");
  expect_refused_proofs(edited_proofs("\"norm\":\"l1\"", "\"norm\":1"), ErrorCode::kBadFormat,
                        "\"norm\": is not a string");
  expect_refused_proofs(edited_proofs("\"multiplier\":0,", "\"multiplier\":true,"), ErrorCode::kBadFormat,
                        "\"multiplier\": is");
  expect_refused_proofs(edited_proofs("\"multiplier\":0,", "\"multiplier\":null,"), ErrorCode::kBadFormat,
                        "\"multiplier\": is");
  expect_refused_proofs(edited_proofs("\"cost\":[1,0.1,2]", "\"cost\":1"), ErrorCode::kBadFormat,
                        "\"cost\": is not an array");
  expect_refused_proofs(edited_proofs("\"cost\":[1,0.1,2]", "\"cost\":[1,[],2]"), ErrorCode::kBadFormat,
                        "\"cost\": is");
  expect_refused_proofs(edited_proofs("\"cost\":[1,0.1,2]", "\"cost\":[]"), ErrorCode::kBadFormat, "\"cost\" is empty");
  expect_refused_proofs(edited_proofs("\"values\":\"", "\"values\":[],\"value\":\""), ErrorCode::kBadFormat,
                        "line 2: has the field");
}

TEST(CertificateFile, AKeyThatIsThereTwiceIsRefused) {
  expect_refused_proofs(edited_proofs("\"radius\":0.1", "\"radius\":9,\"radius\":0.1"), ErrorCode::kBadFormat,
                        "line 2: key \"radius\" is there twice");
}

TEST(CertificateFile, UnknownAndMissingFieldsAreRefused) {
  expect_refused_proofs(edited_proofs("\"threat\":{", "\"note\":\"\",\"threat\":{"), ErrorCode::kBadFormat,
                        "has the field \"note\"");
  expect_refused_proofs(edited_proofs("\"cost\"", "\"costs\""), ErrorCode::kBadFormat, "has the field \"costs\"");
  expect_refused_proofs(edited_proofs("\"reach\":\"inf\",", ""), ErrorCode::kBadFormat, "has no field \"reach\"");
  expect_refused_proofs(edited_proofs("\"active\":", "\"inactive\":"), ErrorCode::kBadFormat,
                        "has the field \"inactive\"");
  expect_refused_proofs(edited_proofs("\"weight\":0.25,", "\"weight\":0.25,\"slopes\":\"\","), ErrorCode::kBadFormat,
                        "one of them");
}

TEST(CertificateFile, AnotherSchemaIsNamed) {
  expect_refused_proofs(edited_proofs("certificates/1", "certificates/2"), ErrorCode::kUnsupported, "certificates/2");
}

TEST(CertificateFile, NumbersOutsideTheirRangeAreRefused) {
  expect_refused_proofs(edited_proofs("\"weight\":0.1", "\"weight\":-0.1"), ErrorCode::kBadValue, "weight is -0.1");
  expect_refused_proofs(edited_proofs("\"weight\":0.1", "\"weight\":\"inf\""), ErrorCode::kBadValue, "weight is inf");
  expect_refused_proofs(edited_proofs("\"weight\":0.1", "\"weight\":1e999"), ErrorCode::kBadFormat,
                        "not what JSON allows");
  expect_refused_proofs(edited_proofs("\"weight\":0.1", "\"weight\":NaN"), ErrorCode::kBadFormat,
                        "not what JSON allows");
  expect_refused_proofs(edited_proofs("\"weight\":0.1", "\"weight\":\"nan\""), ErrorCode::kBadFormat, "\"weight\": is");
  expect_refused_proofs(edited_proofs("\"weight\":1e+300", "\"weight\":0"), ErrorCode::kBadValue,
                        "no cut has a weight > 0");
  expect_refused_proofs(edited_proofs("\"radius\":0.1", "\"radius\":0"), ErrorCode::kBadValue, "radius is 0");
  expect_refused_proofs(edited_proofs("\"radius\":0.1", "\"radius\":-1"), ErrorCode::kBadValue, "radius is -1");
  expect_refused_proofs(edited_proofs("\"radius\":3", "\"radius\":3.5"), ErrorCode::kBadValue,
                        "whole number of features");
  expect_refused_proofs(edited_proofs("\"multiplier\":0,", "\"multiplier\":-1,"), ErrorCode::kBadValue,
                        "multiplier is -1");
  expect_refused_proofs(edited_proofs("\"multiplier\":0,", "\"multiplier\":\"inf\","), ErrorCode::kBadValue,
                        "multiplier is inf");
  expect_refused_proofs(edited_proofs("\"reach\":0,", "\"reach\":-1,"), ErrorCode::kBadValue, "reach is -1");
  expect_refused_proofs(edited_proofs("\"norm\":\"l1\"", "\"norm\":\"l3\""), ErrorCode::kBadValue, "norm is l3");
  expect_refused_proofs(edited_proofs("\"norm\":\"l1\"", "\"norm\":\"1\""), ErrorCode::kBadFormat, "norm is \"1\"");
  expect_refused_proofs(edited_proofs("\"cost\":[1,0.1,2]", "\"cost\":[1,0,2]"), ErrorCode::kBadValue,
                        "cost of feature 1 is 0");
  expect_refused_proofs(edited_proofs("\"cost\":[1,0.1,2]", "\"cost\":[1,0.1]"), ErrorCode::kBadShape,
                        "cost has 2 entries");
  expect_refused_proofs(edited_proofs("\"lower\":[0", "\"lower\":[2"), ErrorCode::kBadValue, "lower 2 and upper 1");
}

TEST(CertificateFile, HashesThatDoNotFitAreRefused) {
  expect_refused_proofs(edited_proofs("000f\"", "00f\""), ErrorCode::kBadValue, "expected 64 digits");
  expect_refused_proofs(edited_proofs("000f\"", "000F\""), ErrorCode::kBadValue, "expected 64 digits");
  const std::string hash = sha256_of(example().inputs[0].values);
  expect_refused_proofs(edited_proofs(hash, std::string(64, '0')), ErrorCode::kBadValue,
                        "expected that of the values, " + hash);
}

TEST(CertificateFile, ArraysThatDoNotFitAreRefused) {
  expect_refused_proofs(edited_proofs("\"features\":3", "\"features\":4"), ErrorCode::kBadShape,
                        "cost has 3 entries, expected 4");
  expect_refused_proofs(edited_proofs("\"slopes\":9", "\"slopes\":17"), ErrorCode::kBadFormat, "expected 17 bits");
  expect_refused_proofs(edited_proofs("\"slopes\":9", "\"slopes\":18446744073709551615"), ErrorCode::kBadFormat,
                        "bits");
  expect_refused_proofs(edited_proofs("\"slopes\":9", "\"slopes\":8"), ErrorCode::kBadFormat, "expected 8 bits");
  expect_refused_proofs(edited_proofs("\"winners\":2", "\"winners\":3"), ErrorCode::kBadShape,
                        "winners holds 2 values, expected 3");
  expect_refused_proofs(edited_proofs("\"active\":\"TQE=\"", "\"active\":\"TQM=\""), ErrorCode::kBadFormat,
                        "zeros up to");
  expect_refused_proofs(edited_proofs("\"active\":\"TQE=\"", "\"active\":\"TQF=\""), ErrorCode::kBadFormat, "base64");
  expect_refused_proofs(edited_proofs("\"active\":\"TQE=\"", "\"active\":\"TQE\""), ErrorCode::kBadFormat, "base64");
  expect_refused_proofs(edited_proofs("\"active\":\"TQE=\"", "\"active\":\"TQ=E\""), ErrorCode::kBadFormat, "base64");
  expect_refused_proofs(edited_proofs("\"active\":\"TQE=\"", "\"active\":\"T Q=\""), ErrorCode::kBadFormat, "base64");
  expect_refused_proofs(edited_proofs("\"active\":\"TQE=\"", "\"active\":\"====\""), ErrorCode::kBadFormat, "base64");
  expect_refused_proofs(edited_proofs("\"active\":\"TQE=\"", "\"slopes\":\"TQE=\""), ErrorCode::kBadFormat,
                        "multiple of 4");
}

TEST(CertificateFile, InputsStandInOrderAndAsManyAsSaid) {
  expect_refused_proofs(edited_proofs("\"index\":7", "\"index\":0"), ErrorCode::kBadValue,
                        "line 3: index is 0, expected one above 0");
  expect_refused_proofs(edited_proofs("\"inputs\":2", "\"inputs\":3"), ErrorCode::kBadFormat,
                        "has 2 inputs, expected 3");
  expect_refused_proofs(edited_proofs("\"inputs\":2", "\"inputs\":18446744073709551615"), ErrorCode::kBadFormat,
                        "has 2 inputs");
}

TEST(CertificateFile, DeepAndForeignTextIsRefused) {
  expect_refused_proofs(std::string(100000, '[') + "\n", ErrorCode::kBadFormat, "deeper than 7");
  expect_refused_proofs(edited_proofs("\"price_unit\":\"words", "\"price_unit\":\"\xff"), ErrorCode::kBadFormat,
                        "not what JSON allows");
}

TEST(CertificateFile, TheWriterHoldsToTheSameRules) {
  const auto refused = [](auto change, ErrorCode code, const std::string& part) {
    CertificateFile file = example();
    change(file);
    const auto text = serialise_certificates(file);
    ASSERT_FALSE(text.ok()) << part;
    EXPECT_EQ(text.error().code, code);
    EXPECT_NE(text.error().message.find(part), std::string::npos) << text.error().message;
  };
  using File = CertificateFile;
  const auto bad_value = ErrorCode::kBadValue;
  refused([](File& f) { f.inputs[1].values[2] = NAN; }, bad_value, "input 1: value 2 is nan");
  refused([](File& f) { f.inputs[1].certificates[0].radius = kNaN; }, bad_value, "radius is nan");
  refused([](File& f) { f.inputs[1].certificates[0].proof.multiplier = kNaN; }, bad_value, "multiplier is nan");
  refused([](File& f) { f.inputs[1].certificates[0].proof.reach = kNaN; }, bad_value, "reach is nan");
  refused([](File& f) { f.inputs[1].certificates[0].proof.cuts[0].weight = kNaN; }, bad_value, "weight is nan");
  refused([](File& f) { f.inputs[1].certificates[0].proof.cuts[0].slopes[8] = NAN; }, bad_value, "slope 8 is nan");
  refused([](File& f) { f.inputs[1].certificates[0].proof.cuts[0].slopes[8] = 1.0001F; }, bad_value,
          "slope 8 is 1.0001");
  refused([](File& f) { f.inputs[1].certificates[0].proof.cuts[0].winners[1] = -1; }, bad_value, "winner 1 is -1");
  refused([](File& f) { f.inputs[1].certificates[0].proof.cuts.clear(); }, bad_value, "no cut");
  refused([](File& f) { f.inputs[1].certificates[0].proof.cuts[0].slopes.pop_back(); }, ErrorCode::kBadShape,
          "8 values");
  refused([](File& f) { f.inputs[1].values.pop_back(); }, ErrorCode::kBadShape, "values holds 2 values");
  refused([](File& f) { f.inputs[1].index = 0; }, bad_value, "index is 0");
  refused([](File& f) { f.model_sha256 = ""; }, bad_value, "expected 64 digits");
  refused([](File& f) { f.threat.lower = {0}; }, ErrorCode::kBadShape, "lower has 1 entries");
}

TEST(CertificateFile, NoInputsAtAllIsAFile) {
  CertificateFile file = example();
  file.inputs.clear();
  const auto read = parse_certificates(text_of(file), "c.jsonl");
  ASSERT_TRUE(read.ok()) << read.error().message;
  expect_equal(*read, file);
}

class OnDisk : public testing::Test {
 protected:
  void SetUp() override { std::filesystem::create_directory(folder_); }
  void TearDown() override { std::filesystem::remove_all(folder_); }
  std::filesystem::path folder_ =
      std::filesystem::temp_directory_path() / ("standfast-certificates-" + std::to_string(::getpid()));
};

TEST_F(OnDisk, TheFileIsReplacedWholeAndReadBack) {
  const std::string path = folder_ / "c.jsonl";
  std::ofstream(path) << "what was there";
  ASSERT_TRUE(write_certificates(path, example()).ok());
  const auto read = read_certificates(path);
  ASSERT_TRUE(read.ok()) << read.error().message;
  expect_equal(*read, example());
  EXPECT_EQ(std::distance(std::filesystem::directory_iterator(folder_), {}), 1) << "nothing is left beside it";
}

TEST_F(OnDisk, WhatIsNotAFileIsRefused) {
  EXPECT_EQ(read_certificates(folder_ / "missing").error().code, ErrorCode::kIo);
  EXPECT_EQ(read_certificates(folder_).error().code, ErrorCode::kIo);
  EXPECT_EQ(sha256_of_file(folder_ / "missing").error().code, ErrorCode::kIo);
  EXPECT_EQ(sha256_of_file(folder_).error().code, ErrorCode::kIo);
  EXPECT_EQ(write_certificates(folder_ / "no" / "c.jsonl", example()).error().code, ErrorCode::kIo);
}

TEST_F(OnDisk, Sha256IsThatOfTheStandard) {
  const std::string path = folder_ / "abc";
  std::ofstream(path) << "abc";  // FIPS 180-2, appendix B.1
  EXPECT_EQ(*sha256_of_file(path), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  EXPECT_EQ(sha256_of({}), "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
  const std::vector<float> values(1 << 19, 0.5F);  // longer than one piece of the reader
  std::ofstream(path, std::ios::binary).write(reinterpret_cast<const char*>(values.data()), sizeof(float) << 19);
  EXPECT_EQ(*sha256_of_file(path), sha256_of(values));
}

}  // namespace
}  // namespace standfast::format
