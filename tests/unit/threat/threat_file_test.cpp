#include <cstdio>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "standfast/threat.hpp"

namespace standfast::threat {
namespace {

const std::vector<std::string> kNames = {"free", "word_1", "word_2", "a*b"};

Result<ThreatModel> parse(const std::string& text) { return parse_threat(text, "t.toml", kNames, kNames.size()); }

void expect_refused(const std::string& text, ErrorCode code, const std::string& message) {
  const auto threat = parse(text);
  ASSERT_FALSE(threat.ok()) << text;
  EXPECT_EQ(threat.error().code, code) << threat.error().message;
  EXPECT_NE(threat.error().message.find(message), std::string::npos) << threat.error().message;
}

TEST(ThreatFile, AnEmptyFileBoundsNothing) {
  for (const auto* text : {"", "\n# only a comment\n", "[default]\n", "[group]\n[feature]\n"}) {
    const auto threat = parse(text);
    ASSERT_TRUE(threat.ok()) << threat.error().message;
    EXPECT_TRUE(threat->unbounded());
    EXPECT_TRUE(threat->cost.empty());
  }
}

TEST(ThreatFile, ThePriceUnitIsKeptForReaders) {
  const auto threat = parse("price_unit = 'Wörter'\n[default]\ncost = 2\n");
  ASSERT_TRUE(threat.ok()) << threat.error().message;
  EXPECT_EQ(threat->price_unit, "Wörter");
  const auto wrong = parse("price_unit = 3\n");
  ASSERT_FALSE(wrong.ok());
  EXPECT_NE(wrong.error().message.find("price_unit"), std::string::npos);
}

TEST(ThreatFile, AFeatureComesOverAGroupAndAGroupOverTheDefault) {
  const auto threat = parse(R"(
[feature.word_2]
cost = 9
[group.words]
features = ["word_*"]
cost = 4
upper = 50
[default]
cost = 1.5
lower = 0.0
upper = 100
)");
  ASSERT_TRUE(threat.ok()) << threat.error().message;
  EXPECT_EQ(threat->cost, (std::vector<double>{1.5, 4, 9, 1.5}));
  EXPECT_EQ(threat->lower, (std::vector<double>(4, 0)));
  EXPECT_EQ(threat->upper, (std::vector<double>{100, 50, 50, 100}));
  EXPECT_TRUE(threat->max_decrease.empty());
}

TEST(ThreatFile, ALaterGroupComesOverAnEarlierOneWhateverTheirNames) {
  const auto threat = parse("[group.z]\nfeatures = ['*']\ncost = 1\n[group.a]\nfeatures = ['word_1']\ncost = 2\n");
  ASSERT_TRUE(threat.ok()) << threat.error().message;
  EXPECT_EQ(threat->cost, (std::vector<double>{1, 2, 1, 1}));
  const auto swapped = parse("[group.b]\nfeatures = ['word_1']\ncost = 2\n[group.a]\nfeatures = ['*']\ncost = 1\n");
  ASSERT_TRUE(swapped.ok());
  EXPECT_EQ(swapped->cost, (std::vector<double>{1, 1, 1, 1}));
}

TEST(ThreatFile, TheChangeSettingClosesDirections) {
  const auto threat = parse(R"(
[default]
change = "frozen"
[feature.free]
change = "any"
[feature.word_1]
change = "increase-only"
max_increase = 2
[feature.word_2]
change = "decrease-only"
max_increase = 2
)");
  ASSERT_TRUE(threat.ok()) << threat.error().message;
  EXPECT_EQ(threat->max_decrease, (std::vector<double>{kInfinity, 0, kInfinity, 0}));
  EXPECT_EQ(threat->max_increase, (std::vector<double>{kInfinity, 2, 0, 0}));
}

TEST(ThreatFile, InfiniteLimitsAndReaderNotesAreAllowed) {
  const auto threat = parse("[default]\nlower = -inf\nupper = inf\nmax_increase = inf\nunit = '%'\nnote = 'a note'\n");
  ASSERT_TRUE(threat.ok()) << threat.error().message;
  EXPECT_TRUE(threat->unbounded());
}

TEST(ThreatFile, WithoutNamesFeaturesAreTheirNumbers) {
  const auto threat = parse_threat("[feature.2]\ncost = 3\n", "t.toml", {}, 4);
  ASSERT_TRUE(threat.ok()) << threat.error().message;
  EXPECT_EQ(threat->cost, (std::vector<double>{1, 1, 3, 1}));
  EXPECT_FALSE(parse_threat("[feature.4]\ncost = 3\n", "t.toml", {}, 4).ok());
}

TEST(ThreatFile, AFeatureTableTakesAStarLiterally) {
  const auto threat = parse("[feature.'a*b']\ncost = 2\n");
  ASSERT_TRUE(threat.ok()) << threat.error().message;
  EXPECT_EQ(threat->cost, (std::vector<double>{1, 1, 1, 2}));
  expect_refused("[feature.'word*']\ncost = 2\n", ErrorCode::kBadOption, "t.toml:1: 'word*' is not a feature");
}

TEST(ThreatFile, EqualNamesAreAllMeant) {
  const std::vector<std::string> twins = {"x", "x"};
  const auto threat = parse_threat("[feature.x]\ncost = 2\n", "t.toml", twins, 2);
  ASSERT_TRUE(threat.ok());
  EXPECT_EQ(threat->cost, (std::vector<double>{2, 2}));
}

TEST(ThreatFile, WhatDoesNotExistIsNamedWithItsLine) {
  expect_refused(
      "\n[feature.fre]\ncost = 2\n", ErrorCode::kBadOption,
      "t.toml:2: 'fre' is not a feature, expected the name of one of the 4 features, did you mean \"free\"?");
  expect_refused("[group.g]\nfeatures = [\n 'word_1',\n 'nothing*']\n", ErrorCode::kBadOption,
                 "t.toml:4: 'nothing*' matches no feature");
  expect_refused("[group.g]\nfeatures = ['word']\n", ErrorCode::kBadOption, "t.toml:2: 'word' is not a feature");
  expect_refused("[group.g]\nfeatures = ['']\n", ErrorCode::kBadOption, "t.toml:2: '' is not a feature");
}

TEST(ThreatFile, UnknownKeysAreNamedWithTheirLine) {
  expect_refused("[defaults]\n", ErrorCode::kBadFormat, "t.toml:1: unknown key 'defaults', expected price_unit");
  expect_refused("[default]\ncosts = 2\n", ErrorCode::kBadFormat, "t.toml:2: unknown key 'costs', expected cost");
  expect_refused("[default]\nfeatures = ['*']\n", ErrorCode::kBadFormat, "t.toml:2: unknown key 'features'");
  expect_refused("[feature.free]\nfeatures = ['*']\n", ErrorCode::kBadFormat, "t.toml:2: unknown key 'features'");
}

TEST(ThreatFile, WrongTypesAreNamedWithTheirLine) {
  expect_refused("default = 3\n", ErrorCode::kBadFormat, "t.toml:1: 'default' is an integer, expected a table");
  expect_refused("[[feature]]\n", ErrorCode::kBadFormat, "t.toml:1: 'feature' is an array, expected a table");
  expect_refused("[feature]\nfree = 1.5\n", ErrorCode::kBadFormat, "t.toml:2: 'free' is a number, expected a table");
  expect_refused("[group]\ng = true\n", ErrorCode::kBadFormat, "t.toml:2: 'g' is a boolean, expected a table");
  expect_refused("[default]\ncost = '1'\n", ErrorCode::kBadFormat, "t.toml:2: 'cost' is a string, expected");
  expect_refused("[default]\ncost = 1979-05-27\n", ErrorCode::kBadFormat, "'cost' is a date or time");
  expect_refused("[default]\nlower = [0]\n", ErrorCode::kBadFormat, "t.toml:2: 'lower' is an array");
  expect_refused("[default]\nchange = 1\n", ErrorCode::kBadFormat, "t.toml:2: change is an integer, expected any");
  expect_refused("[default]\nnote = 1\n", ErrorCode::kBadFormat, "t.toml:2: 'note' is an integer, expected a string");
  expect_refused("[group.g]\nfeatures = 'free'\n", ErrorCode::kBadFormat,
                 "t.toml:1: group 'g' has no list of features");
  expect_refused("[group.g]\nfeatures = []\n", ErrorCode::kBadFormat, "t.toml:1: group 'g' has no list of features");
  expect_refused("[group.g]\nfeatures = ['free', 3]\n", ErrorCode::kBadFormat,
                 "t.toml:2: an entry of features is an integer");
}

TEST(ThreatFile, ForbiddenValuesAreNamedWithTheirLine) {
  for (const std::string value : {"0", "-1", "0.0", "nan", "inf", "-inf", "1e-999"}) {
    expect_refused("[default]\ncost = " + value + "\n", ErrorCode::kBadValue, "t.toml:2: cost is ");
  }
  expect_refused("[default]\nlower = nan\n", ErrorCode::kBadValue, "t.toml:2: lower is nan");
  expect_refused("[default]\nlower = inf\n", ErrorCode::kBadValue, "t.toml:2: lower is inf");
  expect_refused("[default]\nupper = -inf\n", ErrorCode::kBadValue, "t.toml:2: upper is -inf");
  expect_refused("[default]\nmax_decrease = -1\n", ErrorCode::kBadValue, "t.toml:2: max_decrease is -1");
  expect_refused("[default]\nmax_increase = nan\n", ErrorCode::kBadValue, "t.toml:2: max_increase is nan");
  expect_refused("[default]\nchange = 'up'\n", ErrorCode::kBadValue, "t.toml:2: change is 'up', expected any");
}

TEST(ThreatFile, LowerAboveUpperIsFoundAcrossTables) {
  expect_refused("[default]\nupper = 1\n[feature.free]\nlower = 2\n", ErrorCode::kBadValue,
                 "t.toml:3: feature 'free' has lower = 2 and upper = 1, expected lower <= upper");
}

TEST(ThreatFile, TextThatIsNotTomlIsRefusedWithItsLine) {
  expect_refused("[default]\ncost =\n", ErrorCode::kBadFormat, "t.toml:2: ");
  expect_refused("[default\n", ErrorCode::kBadFormat, "t.toml:1: ");
  expect_refused("[default]\ncost = 1\ncost = 2\n", ErrorCode::kBadFormat, "t.toml:3: ");
  expect_refused(std::string("\x00\xff\xfe", 3), ErrorCode::kBadFormat, "t.toml:");
  expect_refused("x = " + std::string(10'000, '[') + std::string(10'000, ']'), ErrorCode::kBadFormat, "t.toml:");
}

TEST(ThreatFile, TextThatBreaksTheParsersAssumptionsIsRefused) {
  for (const auto* text : {"[%]", "[ %x]\n", "[[%]]", "[\xc2\x85]", "[a.%]", "[]", "[", "[[", "a.%=1"}) {
    expect_refused(text, ErrorCode::kBadFormat, "t.toml:");
  }
}

TEST(ThreatFile, NamesMayHoldAnyLetterAndPercentSigns) {
  const std::vector<std::string> names = {"größe_%", "x"};
  for (const std::string text :
       {"[feature.'größe_%']\ncost = 2 # für alle\n", "[feature.\"gr\\u00f6ße_%\"]\ncost = 2\n",
        "[group.ganz]\nfeatures = ['gr*e_%']\ncost = 2\n", "\xef\xbb\xbf[feature.'größe_%']\ncost=2"}) {
    const auto threat = parse_threat(text, "t.toml", names, 2);
    ASSERT_TRUE(threat.ok()) << threat.error().message;
    EXPECT_EQ(threat->cost, (std::vector<double>{2, 1}));
  }
  expect_refused("[feature.'ü%']\ncost = 2\n", ErrorCode::kBadOption, "t.toml:1: 'ü%' is not a feature");
  expect_refused("ü = 2\n", ErrorCode::kBadFormat, "t.toml:1: ");
  expect_refused("[default]\ncost = 1ü\n", ErrorCode::kBadFormat, "t.toml:2: ");
}

TEST(ThreatFile, AMessageCarriesNoControlCharacterOfTheFile) {
  const auto threat = parse("[feature.\"\\u001b[31mred\"]\ncost = 1\n");
  ASSERT_FALSE(threat.ok());
  EXPECT_EQ(threat.error().message.find('\x1b'), std::string::npos);
  EXPECT_NE(threat.error().message.find("\\x1b"), std::string::npos) << threat.error().message;
  const auto lengthy = parse("[feature." + std::string(100'000, 'x') + "]\n");
  ASSERT_FALSE(lengthy.ok());
  EXPECT_LT(lengthy.error().message.size(), 200u);
}

TEST(ThreatFile, AFileAboveOneMebibyteIsRefused) {
  const std::string just(std::size_t{1} << 20, '\n');
  EXPECT_TRUE(parse(just).ok());
  expect_refused(just + "\n", ErrorCode::kUnsupported, "larger than 1048576 bytes");
}

TEST(ThreatFile, MoreFeaturesInGroupsThanTheLimitAreRefused) {
  std::string text = "[group.g]\nfeatures = [";
  for (int i = 0; i < 10'001; ++i) text += "'*',";
  expect_refused(text + "]\n", ErrorCode::kUnsupported, "more than 10000");
}

TEST(ThreatFile, AnotherNumberOfNamesIsABadShape) {
  const auto threat = parse_threat("", "t.toml", kNames, 3);
  ASSERT_FALSE(threat.ok());
  EXPECT_EQ(threat.error().code, ErrorCode::kBadShape);
}

TEST(ThreatFile, IsReadFromDisk) {
  const auto path = std::filesystem::temp_directory_path() / "standfast_threat_file_test.toml";
  std::ofstream(path) << "[default]\ncost = 2\n";
  const auto threat = read_threat_file(path.string(), kNames, kNames.size());
  std::filesystem::remove(path);
  ASSERT_TRUE(threat.ok()) << threat.error().message;
  EXPECT_EQ(threat->cost, (std::vector<double>(4, 2)));
}

TEST(ThreatFile, TheExampleOfTheDocumentationIsOne) {
  std::ifstream page(std::string(STANDFAST_TEST_DIR) + "/../docs/threat-files.md");
  const std::string text{std::istreambuf_iterator<char>(page), {}};
  const auto begin = text.find("```toml\n");
  const auto end = text.find("```\n", begin + 1);
  ASSERT_NE(begin, std::string::npos);
  ASSERT_NE(end, std::string::npos);
  const std::vector<std::string> names = {"word_freq_free", "word_freq_650", "capital_run", "word_freq_you"};
  const auto threat = parse_threat(text.substr(begin + 8, end - begin - 8), "example", names, 4);
  ASSERT_TRUE(threat.ok()) << threat.error().message;
  EXPECT_EQ(threat->cost, (std::vector<double>{3, 1, 1, 1}));
  EXPECT_EQ(threat->max_increase, (std::vector<double>{0, 0, 0, kInfinity}));
  EXPECT_EQ(threat->max_decrease, (std::vector<double>{kInfinity, 0, 0, kInfinity}));
  EXPECT_EQ(threat->upper, (std::vector<double>(4, 100)));
}

const std::vector<std::string> kColumns = {"amount", "country=DE", "country=XK", "type=a", "type=b", "country"};

Result<ThreatModel> parse_with_categories(const std::string& text) {
  const std::vector<Category> categories = {{"country", {1, 2}, 1}, {"type", {3, 4}, 1}};
  return parse_threat(text, "t.toml", std::span(kColumns).first(5), 5, categories);
}

TEST(ThreatFile, ACategoryIsNamedByItsColumn) {
  const auto threat = parse_with_categories(
      "[default]\ncost = 3\nlower = 0.5\nchange = 'increase-only'\n[group.g]\nfeatures = ['t*', 'country=XK']\n"
      "change = 'frozen'\n[feature.country]\ncost = 2\n");
  ASSERT_TRUE(threat.ok()) << threat.error().message;
  ASSERT_EQ(threat->categories.size(), 2U);
  EXPECT_EQ(threat->categories[0], (Category{"country", {1, 2}, 2}));
  EXPECT_EQ(threat->categories[1], (Category{"type", {3, 4}, 3}));
  EXPECT_EQ(threat->cost, (std::vector<double>{3, 1, 1, 1, 1}));
  EXPECT_EQ(threat->lower, (std::vector<double>{0.5, -kInfinity, -kInfinity, -kInfinity, -kInfinity}));
  EXPECT_EQ(threat->max_increase, (std::vector<double>{kInfinity, kInfinity, 0, 0, 0}));
  EXPECT_EQ(threat->max_decrease, (std::vector<double>{0, kInfinity, 0, 0, 0}));
}

TEST(ThreatFile, WithoutATableForThemCategoriesAreAsTheModelHasThem) {
  const auto threat = parse_with_categories("");
  ASSERT_TRUE(threat.ok()) << threat.error().message;
  EXPECT_EQ(threat->categories[1], (Category{"type", {3, 4}, 1}));
  EXPECT_TRUE(threat->unbounded());
}

TEST(ThreatFile, WhatACategoryCannotHaveIsRefused) {
  const auto expect = [](const std::string& text, const std::string& part) {
    const auto threat = parse_with_categories(text);
    ASSERT_FALSE(threat.ok()) << text;
    EXPECT_EQ(threat.error().code, ErrorCode::kBadOption);
    EXPECT_NE(threat.error().message.find(part), std::string::npos) << threat.error().message;
  };
  expect("\n[feature.country]\nlower = 0\n", "t.toml:2: 'country' is a category, which has no amounts");
  expect("[feature.country]\nchange = 'increase-only'\n", "no direction");
  expect("[feature.'type=a']\ncost = 2\n", "'type=a' is a value of the category 'type', expected change alone");
  expect("[group.g]\nfeatures = ['type=a']\nupper = 2\n", "'type=a' is a value of the category 'type'");
  expect("[group.g]\nfeatures = ['country=*']\n", "matches no feature");
}

TEST(ThreatFile, CategoriesOfAnotherModelAreRefused) {
  const std::vector<Category> categories = {{"country", {1, 9}, 1}};
  const auto threat = parse_threat("", "t.toml", kNames, kNames.size(), categories);
  ASSERT_FALSE(threat.ok());
  EXPECT_EQ(threat.error().code, ErrorCode::kBadValue);
}

TEST(ThreatFile, AMissingFileAndAFolderAreIoErrors) {
  for (const std::string path : {"/nowhere/t.toml", "/tmp"}) {
    const auto threat = read_threat_file(path, kNames, kNames.size());
    ASSERT_FALSE(threat.ok());
    EXPECT_EQ(threat.error().code, ErrorCode::kIo);
    EXPECT_NE(threat.error().message.find(path), std::string::npos);
  }
}

TEST(ThreatFile, AnEndlessFileIsCutOff) {
  const auto threat = read_threat_file("/dev/zero", kNames, kNames.size());
  ASSERT_FALSE(threat.ok());
  EXPECT_EQ(threat.error().code, ErrorCode::kUnsupported);
}

}  // namespace
}  // namespace standfast::threat
