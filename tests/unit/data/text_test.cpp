#include "data/text.hpp"

#include <cstdlib>
#include <string>

#include <gtest/gtest.h>

#include "base/random.hpp"

namespace standfast::data {
namespace {

TEST(Text, NamesAreValidUtf8WithoutNul) {
  EXPECT_TRUE(is_name_text("caf\xC3\xA9 \xE2\x82\xAC \xF0\x9F\x98\x80"));
  for (const std::string_view bad : {"\xC3", "\xC0\xAF", "\xE0\x80\x80", "\xED\xA0\x80", "\xF4\x90\x80\x80",
                                     "\xF0\x80\x80\x80", "\x80", "\xFF", "\xE2\x82"}) {
    EXPECT_FALSE(is_name_text(bad));
  }
  EXPECT_FALSE(is_name_text(std::string_view("a\0b", 3)));
}

TEST(Text, NumbersAreReadWhole) {
  EXPECT_EQ(parse_number("-1.5e2"), -150);
  EXPECT_EQ(parse_number("+2"), 2);
  for (const std::string_view bad : {"", "+", "1 ", "1,5", "--1", "+-1", "1e", "abc"})
    EXPECT_FALSE(parse_number(bad)) << bad;
}

TEST(Text, ShortDecimalsAreTheSameBitsAsLongOnes) {
  Random random(1);
  for (int i = 0; i < 20000; ++i) {
    std::string text;
    const auto length = 1 + random.below(19);  // both sides of the 15 digits up to which there is a short way
    for (std::uint64_t k = 0; k < length; ++k) text += static_cast<char>('0' + random.below(10));
    if (random.below(4) > 0) text.insert(random.below(text.size() + 1), ".");
    const auto value = parse_number(text);
    ASSERT_TRUE(value.has_value()) << text;
    EXPECT_EQ(*value, std::strtod(text.c_str(), nullptr)) << text;
    EXPECT_EQ(parse_number(text + "e0"), value) << text;
  }
  for (const std::string_view bad : {".", "1.2.3", "..", "1..", "0x1", "1 2"}) EXPECT_FALSE(parse_number(bad)) << bad;
}

TEST(Text, NumbersAreWrittenShort) {
  EXPECT_EQ(number_text(3), "3");
  EXPECT_EQ(number_text(0.1), "0.1");
}

}  // namespace
}  // namespace standfast::data
