#include "text/tokenizer.hpp"

#include <algorithm>
#include <array>
#include <cctype>
#include <cstdint>
#include <iterator>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <gtest/gtest.h>

#include "files/utf8.hpp"
#include "support/cases.hpp"
#include "text/fold.hpp"

namespace standfast::text {
namespace {

using Words = std::vector<std::string>;

std::string joined(const Words& words) {
  std::string text;
  for (const auto& word : words) text += (text.empty() ? "" : " ") + word;
  return text;
}

std::string words_in(std::string_view text) { return joined(words_of(text)); }

bool is_surrogate(std::uint32_t c) { return c >= 0xD800 && c <= 0xDFFF; }

std::string utf8(std::uint32_t code_point) {
  std::string text;
  files::append_code_point(text, code_point);
  return text;
}

/// How many words one set has and the other has not: what moves between two texts.
std::size_t moves(const Words& a, const Words& b) {
  Words differences;
  std::ranges::set_symmetric_difference(a, b, std::back_inserter(differences));
  return differences.size();
}

/// Text of pieces that the rules are about: words, links, marks, foreign scripts, what hides, bytes that are no UTF-8.
std::string random_text(Random& random, std::size_t pieces) {
  static const std::array<std::string_view, 37> usual = {"http://",
                                                         "https://",
                                                         "www.",
                                                         ".",
                                                         "/",
                                                         "@",
                                                         ":",
                                                         "-",
                                                         "_",
                                                         "?",
                                                         "\"",
                                                         "<a>",
                                                         "!",
                                                         "!!!",
                                                         "$",
                                                         " ",
                                                         " ",
                                                         "\n",
                                                         "\r\n",
                                                         "0",
                                                         "1",
                                                         "2002",
                                                         "a",
                                                         "b",
                                                         "w",
                                                         "FREE",
                                                         "money",
                                                         "viagra",
                                                         "'",
                                                         "\xC2\xAD",
                                                         "\xE2\x80\x8B",
                                                         "\xD0\xB0",
                                                         "\xFF",
                                                         "\xE6\xBC\xA2",
                                                         "\xED\x95\x9C",
                                                         "\xC3\xA9",
                                                         "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"};
  std::string text;
  for (std::size_t k = 0; k < pieces; ++k) {
    if (random.chance(0.8)) {
      text += usual.at(random.below(usual.size()));
    } else if (random.chance(0.8)) {
      const auto c = static_cast<std::uint32_t>(random.below(random.chance(0.5) ? 0x3000 : 0x110000));
      if (!is_surrogate(c)) files::append_code_point(text, c);
    } else {
      text += static_cast<char>(random.below(256));
    }
  }
  return text;
}

TEST(Fold, FoldingEveryCodePointTwiceIsFoldingItOnce) {
  for (std::uint32_t c = 0; c < 0x110000; ++c) {
    if (is_surrogate(c)) continue;
    const FoldedText once = fold(utf8(c));
    const FoldedText twice = fold(once.bytes);
    ASSERT_EQ(once.bytes, twice.bytes) << std::hex << c;
    ASSERT_EQ(once.kinds, twice.kinds) << std::hex << c;
    ASSERT_EQ(once.bytes.size(), once.kinds.size()) << std::hex << c;
    ASSERT_TRUE(files::is_utf8(once.bytes)) << std::hex << c;
  }
}

TEST(Fold, TextIsFoldedCharacterByCharacter) {
  support::for_each_case(200, [](Random& random) {
    std::string whole = random_text(random, 20), parts;
    for (std::string_view rest = whole; !rest.empty();) {
      const std::size_t length = std::max<std::size_t>(files::utf8_character_length(rest), 1);
      parts += fold(rest.substr(0, length)).bytes;
      rest.remove_prefix(length);
    }
    EXPECT_EQ(fold(whole).bytes, parts);
  });
}

TEST(Fold, AsciiIsMergedByCaseAlone) {
  for (char a = ' '; a < 0x7F; ++a) {
    for (char b = ' '; b < 0x7F; ++b) {
      const std::string x = fold(std::string(1, a)).bytes, y = fold(std::string(1, b)).bytes;
      const bool same_letter = std::tolower(a) == std::tolower(b);
      EXPECT_EQ(x == y, same_letter || (x.empty() && y.empty())) << a << b;
    }
  }
  EXPECT_EQ(fold("0OlI1").bytes, "0oli1");
}

TEST(Fold, WhatLooksLikeAsciiIsAscii) {
  EXPECT_EQ(fold("\xD0\x85\xD0\xB0l\xD0\xB5").bytes, "sale");                                    // Cyrillic
  EXPECT_EQ(fold("\xD0\xBC\xD0\x9C\xD0\x92\xD0\xB2\xCE\x91\xCE\x9F\xCE\xA1").bytes, "mmbbaop");  // small as capital
  EXPECT_EQ(fold("\xEF\xBC\xB6\xEF\xBC\x91\xF0\x9D\x90\x80\xE2\x93\x98\xC4\xB1\xC4\xB0").bytes, "v1aiii");
  EXPECT_EQ(fold("\xF0\x9F\x87\xBA\xF0\x9F\x85\xB0\xE2\x84\x93\xEF\xAC\x81\xC3\x9F").bytes, "ualfiss");
  EXPECT_EQ(fold("\xD9\xA3\xE0\xA5\xAA").bytes, "34");  // digits by their value, not by their look
}

TEST(Fold, AccentsAndWhatNobodySeesVanish) {
  const std::string soft_hyphen = "\xC2\xAD", no_width = "\xE2\x80\x8B", backwards = "\xE2\x80\xAE";
  const std::string acute = "\xCC\x81", variant = "\xEF\xB8\x8F", i_acute = "\xC3\xAD";
  EXPECT_EQ(fold("V" + i_acute + "a" + acute + "g" + soft_hyphen + "r" + no_width + backwards + "a" + variant).bytes,
            "viagra");
  EXPECT_EQ(fold(std::string("a\0b\x01", 4)).bytes, "ab");
  EXPECT_EQ(fold("don't don\xE2\x80\x99t don`t don\xC2\xB4t").bytes, "dont dont dont dont");
  EXPECT_EQ(fold("Brand\xE2\x84\xA2 \xC2\xAE").bytes, "brand ");
  EXPECT_EQ(fold("a\xF3\xA0\x81\xA1z").bytes, "az");  // a tag letter
}

TEST(Words, AreDistinctFoldedAndSorted) {
  EXPECT_EQ(words_of("Buy NOW, buy now; b\xC3\xBCy"), (Words{"buy", "now"}));
  EXPECT_EQ(words_of("v1agra 3com x2"), (Words{"3com", "v1agra", "x2"}));
  EXPECT_EQ(words_in(""), "");
  EXPECT_EQ(words_in("a .. and, of the I of \xD0\xB8 . , ;"), "and of the");
}

TEST(Words, NumbersCountByTheirLength) {
  EXPECT_EQ(words_in("7 42 $1,000.00"), "$ 0 00 000");
  EXPECT_EQ(words_in("123456789 12345678901234567890"), "00000000");
  EXPECT_EQ(words_in("1" + std::string(40, '2') + "abc"), "00000000") << "what is left of a cut word is a number";
}

TEST(Words, MarksAndIdeographsAreWords) {
  EXPECT_EQ(words_in("100% FREE!!! #1! *"), "! !! # % 0 000 free");
  EXPECT_EQ(words_in("!! !!!!! $!$! \xE2\x82\xAC\xE2\x82\xAC"), "! !! $ \xE2\x82\xAC\xE2\x82\xAC");
  EXPECT_EQ(words_in("\xE2\x82\xAC"
                     "5 \xF0\x9F\x92\xB0"),
            "0 \xE2\x82\xAC \xF0\x9F\x92\xB0");
  EXPECT_EQ(words_in("\xE6\xBC\xA2\xE5\xAD\x97\xE3\x81\x8C"), "\xE3\x81\x8B \xE5\xAD\x97 \xE6\xBC\xA2");
  const std::string syllable = "\xED\x95\x9C", letters = "\xE1\x84\x92\xE1\x85\xA1\xE1\x86\xAB";
  EXPECT_EQ(words_in(syllable), letters) << "Hangul, composed or not";
  EXPECT_EQ(words_in(letters), letters);
}

TEST(Words, LinksCountByTheirHost) {
  EXPECT_EQ(words_in("see HTTP://www.Shop.example:8080/free/money?x=1#y now"), "http://shop.example now see");
  EXPECT_EQ(words_in("www.shop.example, <https://shop.example>"), "http://shop.example");
  EXPECT_EQ(words_in("http://bank.example@1.2.3.4/ http://3232235777"), "http://0");
  EXPECT_EQ(words_in("www.www.com http://..a-b..://x"), "http://a-b http://www.com");
  EXPECT_EQ(words_in("http:// http www. (www)"), "http http://www www");
  EXPECT_EQ(words_in("http://" + std::string(63, 'a') + ".b"), "http://" + std::string(63, 'a'));
  EXPECT_EQ(words_in("me@mail.example"), "example mail me");
}

TEST(Words, LongWordsAreCut) {
  EXPECT_EQ(words_in(std::string(32, 'a') + "b"), std::string(32, 'a'));
  std::string cyrillic;
  for (int k = 0; k < 40; ++k) cyrillic += "\xD0\xB8";
  EXPECT_EQ(words_in(cyrillic), cyrillic.substr(0, 64)) << "characters count, not bytes";
}

TEST(Words, SpeltWordsAreWords) {
  EXPECT_EQ(words_in("F r e e  m-o-n-e-y v.i.a.g.r.a"), "free money viagra");
  EXPECT_EQ(words_in("v * i * a * g * r * a"), "viagra");
  EXPECT_EQ(words_in("f!r!e!e"), "! free");
  EXPECT_EQ(words_in("e.g. the U.S.A., a b 1 c"), "0 ab eg the usa");
  EXPECT_EQ(words_in("a    b"), "") << "too far apart";
  EXPECT_EQ(words_in("a b\xE6\xBC\xA2"
                     "c"),
            "ab \xE6\xBC\xA2");
}

TEST(Words, OfWordsAreTheSameWords) {
  support::for_each_case(3000, [](Random& random) {
    const Words words = words_of(random_text(random, 1 + random.below(60)));
    EXPECT_EQ(words_of(joined(words)), words);
  });
}

TEST(Words, OfEveryCodePointAreTheSameWordsAgain) {
  for (std::uint32_t block = 0; block < 0xE1000; block += 64) {
    if (block == 0x32400) block = 0xE0000;  // nothing is assigned in between, and above is private use
    std::string text;
    for (std::uint32_t c = block; c < block + 64 && !is_surrogate(c); ++c)
      text += "ab" + utf8(c) + "c " + utf8(c) + " http://d" + utf8(c) + "e " + utf8(c) + utf8(c) + " ";
    const Words words = words_of(text);
    ASSERT_EQ(words_of(joined(words)), words) << std::hex << block;
  }
}

TEST(Words, HaveThePricesOfThePage) {
  support::for_each_case(500, [](Random& random) {
    const auto random_word = [&random] {
      std::string word;
      for (std::size_t k = 2 + random.below(4); k > 0; --k) word += static_cast<char>('a' + random.below(3));
      return word;
    };
    Words text;
    for (std::size_t k = 3 + random.below(20); k > 0; --k) text.push_back(random_word());
    const Words words = words_of(joined(text));
    const std::size_t at = random.below(text.size() - 1);
    const auto changed = [&](auto change) {
      Words copy = text;
      change(copy);
      return moves(words, words_of(joined(copy)));
    };
    const auto position = static_cast<std::ptrdiff_t>(at);
    EXPECT_LE(changed([&](Words& t) { t.insert(t.begin() + position, random_word()); }), 1);
    EXPECT_EQ(changed([&](Words& t) { std::erase(t, Words(t)[at]); }), 1);
    EXPECT_LE(changed([&](Words& t) { std::ranges::replace(t, Words(t)[at], random_word()); }), 2);
    EXPECT_LE(changed([&](Words& t) { t[at].insert(t[at].size() / 2, " "); }), 3);
    EXPECT_LE(changed([&](Words& t) { t[at] += t[at + 1], t.erase(t.begin() + position + 1); }), 3);
    EXPECT_EQ(changed([&](Words& t) { random.shuffle(std::span(t)); }), 0);
    EXPECT_EQ(changed([&](Words& t) { t.push_back(t[at]); }), 0);
    EXPECT_EQ(changed([&](Words& t) { t[at][0] = static_cast<char>(t[at][0] - 'a' + 'A'); }), 0);
    EXPECT_EQ(changed([&](Words& t) { t[at].insert(1, "\xE2\x80\x8B"); }), 0);
    EXPECT_EQ(changed([&](Words& t) { t[at] = t[at][0] == 'a' ? "\xD0\xB0" + t[at].substr(1) : t[at]; }), 0);
  });
}

TEST(Words, OfALongTextComeInTimeThatGrowsWithIt) {
  std::string letters, blanks(4'000'000, ' ');
  for (int k = 0; k < 1'000'000; ++k) letters += "a ";
  EXPECT_EQ(words_in(letters), std::string(32, 'a'));
  EXPECT_EQ(words_in(blanks + "a" + blanks), "");
  EXPECT_EQ(words_in("http://" + std::string(4'000'000, '@')), "");
}

}  // namespace
}  // namespace standfast::text
