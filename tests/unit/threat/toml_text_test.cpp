#include "threat/toml_text.hpp"

#include <string>

#include <gtest/gtest.h>

namespace standfast {
namespace {

TEST(TomlText, LettersOutsideAsciiStandInQuotesAndComments) {
  for (const std::string text :
       {"", "a = 1 # ä\n", "\"ä\\\"ö\" = 'ü'\n[x]\n", "\xef\xbb\xbf# with a mark", "'ä\\' = 1"}) {
    EXPECT_TRUE(check_toml_text(text, "t").ok()) << text;
  }
}

TEST(TomlText, LettersOutsideAsciiAnywhereElseAreNamedWithTheirLine) {
  for (const std::string text : {"a = 1\nä = 2\n", "# c\na = 'b' ü\n", "a = \"b\\\\\"\n\xff"}) {
    const auto status = check_toml_text(text, "t");
    ASSERT_FALSE(status.ok()) << text;
    EXPECT_NE(status.error().message.find(": found a character outside ASCII"), std::string::npos);
  }
  EXPECT_EQ(check_toml_text("\n\nä", "t").error().message.substr(0, 4), "t:3:");
}

TEST(TomlText, StringsOverSeveralLinesAreRefused) {
  EXPECT_EQ(check_toml_text("a = \"\"\"x\"\"\"", "t").error().code, ErrorCode::kUnsupported);
  EXPECT_EQ(check_toml_text("a = '''x'''", "t").error().code, ErrorCode::kUnsupported);
  EXPECT_TRUE(check_toml_text("a = \"\"\nb = ''", "t").ok());
}

TEST(TomlText, AnUnfinishedStringIsLeftToTheParser) {
  EXPECT_TRUE(check_toml_text("a = \"x\nä", "t").ok());
  EXPECT_TRUE(check_toml_text("a = 'x", "t").ok());
  EXPECT_TRUE(check_toml_text("a = \"x\\", "t").ok());
}

}  // namespace
}  // namespace standfast
