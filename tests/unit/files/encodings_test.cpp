// SHA-256, base64 and UTF-8 against the examples of their standards.
#include <string>
#include <string_view>

#include <gtest/gtest.h>

#include "base/random.hpp"
#include "files/base64.hpp"
#include "files/bytes.hpp"
#include "files/message.hpp"
#include "files/sha256.hpp"
#include "files/utf8.hpp"

namespace standfast::files {
namespace {

TEST(Sha256, IsThatOfTheStandard) {  // FIPS 180-2, appendix B
  EXPECT_EQ(sha256_of_text(""), "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
  EXPECT_EQ(sha256_of_text("abc"), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  EXPECT_EQ(sha256_of_text(std::string(1'000'000, 'a')),
            "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0");
}

TEST(Sha256, PiecesAreHashedAsTheWhole) {
  Sha256 hash;
  for (const std::string_view piece : {"a", "", "bc"}) hash.add(as_bytes(piece));
  EXPECT_EQ(hash.digits(), sha256_of_text("abc"));
}

TEST(Base64, IsThatOfTheStandard) {  // RFC 4648, section 10
  const std::pair<const char*, const char*> examples[] = {{"", ""},
                                                          {"f", "Zg=="},
                                                          {"fo", "Zm8="},
                                                          {"foo", "Zm9v"},
                                                          {"foob", "Zm9vYg=="},
                                                          {"fooba", "Zm9vYmE="},
                                                          {"foobar", "Zm9vYmFy"},
                                                          {"\xff\xfe\xfd", "//79"}};
  for (const auto& [bytes, text] : examples) {
    EXPECT_EQ(base64_of(as_bytes(bytes)), text);
    const auto back = base64_bytes(text);
    ASSERT_TRUE(back.has_value()) << text;
    EXPECT_EQ(as_text(*back), bytes);
  }
}

TEST(Base64, EveryLengthComesBack) {
  Random random(5);
  for (std::size_t length = 0; length < 100; ++length) {
    Buffer bytes(length);
    for (std::byte& byte : bytes) byte = static_cast<std::byte>(random.below(256));
    EXPECT_EQ(base64_bytes(base64_of(bytes)), bytes);
  }
}

TEST(Base64, AnotherSpellingIsRefused) {
  for (const char* bad : {"Zg=", "Zg", "Zg===", "Zh==", "Zm9=", "Z===", "====", "Zm9v\n", " m9v", "Zm-v", "Zg==Zg=="})
    EXPECT_FALSE(base64_bytes(bad)) << bad;
}

TEST(Utf8, CharactersHaveTheLengthThatTheyTake) {
  EXPECT_EQ(utf8_character_length("a"), 1U);
  EXPECT_EQ(utf8_character_length("\xC3\xA9x"), 2U);
  EXPECT_EQ(utf8_character_length("\xE2\x82\xAC"), 3U);
  EXPECT_EQ(utf8_character_length("\xF0\x9F\x98\x80"), 4U);
  EXPECT_EQ(utf8_character_length(std::string_view("\0", 1)), 1U);
  EXPECT_EQ(utf8_character_length(""), 0U);
}

TEST(Utf8, TruncatedOverlongAndSurrogateFormsAreNone) {
  for (const std::string_view bad :
       {"\xC3", "\xE2\x82", "\xF0\x9F\x98", "\xC0\xAF", "\xE0\x9F\xBF", "\xED\xA0\x80", "\xF0\x8F\xBF\xBF",
        "\xF4\x90\x80\x80", "\xF5\x80\x80\x80", "\x80", "\xFF", "\xE2\x28\xA1"}) {
    EXPECT_EQ(utf8_character_length(bad), 0U);
    EXPECT_FALSE(is_utf8("good" + std::string(bad)));
  }
  EXPECT_TRUE(is_utf8("\xED\x9F\xBF\xEE\x80\x80\xF4\x8F\xBF\xBF"));
  EXPECT_TRUE(is_utf8(""));
}

TEST(Messages, ForeignTextIsQuotedAsciiAndShort) {
  EXPECT_EQ(quote_for_message("a\"b\n"), "\"a\\\"b\\n\"");
  EXPECT_EQ(quote_for_message("\xC3\xA9\x80"), "\"\\u00e9\\ufffd\"");
  EXPECT_EQ(quote_for_message(std::string(61, 'x')), "\"" + std::string(60, 'x') + "\"...");
}

TEST(VisibleText, OrdinaryTextStays) {
  for (const char* text : {"", "spam", "größe ℓ∞ 😀", "a\tb", "נמל", "a\u200db"}) EXPECT_EQ(visible_text(text), text);
}

TEST(VisibleText, WhatHidesOrTurnsTextIsWrittenOut) {
  EXPECT_EQ(visible_text("mail\u202egnp.exe"), "mail\\u{202e}gnp.exe");
  EXPECT_EQ(visible_text("\u2066a\u2069\u200f\u061c"), "\\u{2066}a\\u{2069}\\u{200f}\\u{061c}");
  EXPECT_EQ(visible_text("\ufeffa\u200bb\u2028"), "\\u{feff}a\\u{200b}b\\u{2028}");
  EXPECT_EQ(visible_text(std::string("a\0\x1b[31m\n", 8)), "a\\x00\\x1b[31m\\x0a");
  EXPECT_EQ(visible_text("\u0085"), "\\u{0085}");
}

TEST(VisibleText, BytesThatAreNotUtf8AreWrittenOut) {
  EXPECT_EQ(visible_text("a\xff\xc3"), "a\\xff\\xc3");
  EXPECT_EQ(visible_text("\xe2\x84z"), "\\xe2\\x84z");
}

}  // namespace
}  // namespace standfast::files
