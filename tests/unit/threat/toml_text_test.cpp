#include "threat/toml_text.hpp"

#include <string>

#include <gtest/gtest.h>

namespace standfast::threat {
namespace {

TEST(TomlText, EveryByteComesBack) {
  std::string bytes;
  for (int byte = 0; byte < 256; ++byte) bytes += static_cast<char>(byte);
  const auto encoded = percent_encoded(bytes);
  for (const char c : encoded) EXPECT_LT(static_cast<unsigned char>(c), 0x80);
  EXPECT_EQ(percent_decoded(encoded), bytes);
  EXPECT_EQ(percent_decoded(percent_encoded("%41%C3 ä %")), "%41%C3 ä %");
}

TEST(TomlText, AByteOrderMarkIsDropped) { EXPECT_EQ(percent_encoded("\xef\xbb\xbf[default]"), "[default]"); }

TEST(TomlText, APercentSignWithoutACodeStays) {
  for (const std::string text : {"%", "%4", "%41", "%zz", "100 %", "%-1", "%%"}) EXPECT_EQ(percent_decoded(text), text);
}

}  // namespace
}  // namespace standfast::threat
