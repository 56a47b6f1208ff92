#include "report/html_text.hpp"

#include <limits>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "unit/report/example.hpp"

namespace standfast::report {
namespace {

TEST(HtmlText, EscapesWhatHasAMeaning) {
  EXPECT_EQ(html_escape("<a href=\"x\">&'"), "&lt;a href=&quot;x&quot;&gt;&amp;&#39;");
}

TEST(HtmlText, KeepsLettersAndReplacesBrokenOnes) {
  EXPECT_EQ(html_escape("größe ℓ∞ 😀"), "größe ℓ∞ 😀");
  EXPECT_EQ(html_escape("a\xff\x80z"), "a\xEF\xBF\xBD\xEF\xBF\xBDz");
  EXPECT_EQ(html_escape("\xe2\x84"), "\xEF\xBF\xBD\xEF\xBF\xBD");
}

TEST(HtmlText, WritesControlCharactersOut) {
  EXPECT_EQ(html_escape(std::string("a\0b\x1b[1m\n\x7f", 9)), "a\\x00b\\x1b[1m \\x7f");
  EXPECT_EQ(html_escape("mail\u202egnp.exe"), "mail\\u{202e}gnp.exe") << "the direction of the text stays";
}

TEST(HtmlText, CutsLongTextBetweenCharacters) {
  EXPECT_EQ(html_escape("abcdef", 3), "abc…");
  EXPECT_EQ(html_escape("aäb", 2), "aä…");
  EXPECT_EQ(html_escape("abc", 3), "abc");
}

TEST(HtmlText, AnImageBecomesAPng) {
  Dataset data = example::images(3, 4, 4);
  data.features[0] = std::numeric_limits<float>::quiet_NaN();
  data.features[1] = -7;
  data.features[2] = 1e30F;
  ASSERT_TRUE(drawable(data));
  EXPECT_TRUE(image_uri(data, 0).starts_with("data:image/png;base64,iVBORw0KGgo"));
  EXPECT_NE(image_uri(data, 0), image_uri(data, 5));
}

TEST(HtmlText, LyingShapesAreNotDrawable) {
  Dataset data = example::images(1, 4, 4);
  for (const std::vector<std::int64_t>& shape :
       {std::vector<std::int64_t>{1, 4, 5}, {1, 0, 4}, {1, -4, -4}, {16}, {1, 1, 4, 4}, {}}) {
    data.input_shape = shape;
    EXPECT_FALSE(drawable(data));
  }
}

}  // namespace
}  // namespace standfast::report
