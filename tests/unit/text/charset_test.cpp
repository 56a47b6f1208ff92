// Character sets that are right, wrong, unknown or missing.
#include "text/charset.hpp"

#include <string>
#include <string_view>

#include <gtest/gtest.h>

#include "files/bytes.hpp"
#include "files/utf8.hpp"

namespace standfast::text {
namespace {

std::string decoded(std::string_view bytes, std::string_view declared, std::size_t max_bytes = 1000) {
  return decode_text(files::as_bytes(bytes), declared, max_bytes);
}

TEST(DecodeText, DeclaredCharacterSetsAreRead) {
  EXPECT_EQ(decoded("\xe9t\xe9", "iso-8859-1"), "été");
  EXPECT_EQ(decoded("\xa4", "ISO-8859-15"), "€");
  EXPECT_EQ(decoded("\xd7\xc9\xc1\xc7\xd2\xc1", "koi8-r"), "виагра");
  EXPECT_EQ(decoded("\x1b$B%P%$%\"%0%i\x1b(B", "iso-2022-jp"), "バイアグラ");
  EXPECT_EQ(decoded("+AOk-t+AOk-", "utf-7"), "été");
  EXPECT_EQ(decoded(std::string_view("v\0i\0", 4), "utf-16le"), "vi");
  EXPECT_EQ(decoded("\x81\x30\x89\x38", "gb2312"), decoded("\x81\x30\x89\x38", "gb18030"));  // in truth the larger set
}

TEST(DecodeText, Utf8IsKnownWhateverWasDeclared) {
  EXPECT_EQ(decoded("été", "iso-8859-1"), "été");
  EXPECT_EQ(decoded("été", "no-such-set"), "été");
  EXPECT_EQ(decoded("été", ""), "été");
  EXPECT_EQ(decoded("\xEF\xBB\xBFx", "koi8-r"), "x");
}

TEST(DecodeText, ByteOrderMarksDecide) {
  EXPECT_EQ(decoded(std::string_view("\xFF\xFEv\0i\0", 6), "utf-8"), "vi");
  EXPECT_EQ(decoded(std::string_view("\xFE\xFF\0v\0i", 6), ""), "vi");
}

TEST(DecodeText, WideSetsThatAreNotAreReadBothWays) {
  for (const char* declared : {"utf-16", "UTF-16LE", "utf-16be", "ucs-2", "utf-32", "unicode", "utf16"}) {
    const std::string text = decoded("buy viagra now", declared);
    EXPECT_TRUE(text.ends_with("\nbuy viagra now")) << declared << ": " << text;
    EXPECT_TRUE(files::is_utf8(text)) << declared;
  }
  EXPECT_EQ(decoded("buy!", "utf-16le"), "畢ⅹ\nbuy!");
  EXPECT_EQ(decoded("\xFF\xFE"
                    "buy!",
                    ""),
            "畢ⅹ\nbuy!");
  EXPECT_EQ(decoded("\xFF\xFE"
                    "buy!",
                    "utf-8"),
            "畢ⅹ\nbuy!");
  EXPECT_LE(decoded(std::string(5000, 'x'), "utf-16").size(), 1000U);
  EXPECT_LE(decoded("xx", "utf-16", 1).size(), 1U);
  EXPECT_EQ(decoded("xx", "utf-16", 0), "");
}

TEST(DecodeText, UnknownAndLyingSetsAreWindows1252) {
  for (const char* declared : {"", "no-such-set", "utf-8", "us-ascii", "iso-8859-1", "../../etc/passwd",
                               "utf-8//IGNORE x", "an-endless-name-an-endless-name-an-endless-name-an-endless-name"})
    EXPECT_EQ(decoded("\x80 5 \x93x\x94 \xe9t\xe9", declared), "€ 5 “x” été") << declared;
}

TEST(DecodeText, AFewBadBytesLeaveUtf8Standing) {
  EXPECT_EQ(decoded("été\xff", "utf-8"), "été\xEF\xBF\xBD");
  EXPECT_EQ(decoded("été\xc3", ""), "été\xEF\xBF\xBD");
}

TEST(DecodeText, BadBytesOfADeclaredSetAreReplaced) {
  EXPECT_EQ(decoded("a\xff\xff", "euc-jp"), "a\xEF\xBF\xBD\xEF\xBF\xBD");
  EXPECT_TRUE(files::is_utf8(decoded("\x1b$B%P%", "iso-2022-jp")));
}

TEST(DecodeText, NulIsDropped) {
  EXPECT_EQ(decoded(std::string_view("v\0i\0agra", 8), ""), "viagra");
  EXPECT_EQ(decoded(std::string_view("v\0\xe9", 3), "iso-8859-1"), "vé");
}

TEST(DecodeText, EndsBeforeACharacterWithoutRoom) {
  EXPECT_EQ(decoded("aé", "", 2), "a");
  EXPECT_EQ(decoded("a\xe9", "iso-8859-1", 2), "a");
  EXPECT_EQ(decoded("a\xd7", "koi8-r", 2), "a");
  EXPECT_EQ(decoded("a", "", 0), "");
}

}  // namespace
}  // namespace standfast::text
