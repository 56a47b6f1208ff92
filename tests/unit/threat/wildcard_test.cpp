#include "threat/wildcard.hpp"

#include <string>

#include <gtest/gtest.h>

namespace standfast::threat {
namespace {

TEST(Wildcard, AStarStandsForAnyRun) {
  EXPECT_TRUE(matches_wildcard("*", ""));
  EXPECT_TRUE(matches_wildcard("*", "anything"));
  EXPECT_TRUE(matches_wildcard("word_*", "word_"));
  EXPECT_TRUE(matches_wildcard("*_free", "word_free_free"));
  EXPECT_TRUE(matches_wildcard("a*b*c", "a-b-b-c"));
  EXPECT_TRUE(matches_wildcard("**a**", "xax"));
}

TEST(Wildcard, TheWholeNameMustFit) {
  EXPECT_FALSE(matches_wildcard("word", "word_1"));
  EXPECT_FALSE(matches_wildcard("*word", "word_1"));
  EXPECT_FALSE(matches_wildcard("", "x"));
  EXPECT_FALSE(matches_wildcard("a*b", "a-c"));
  EXPECT_FALSE(matches_wildcard("a*ba", "aba-b"));
  EXPECT_TRUE(matches_wildcard("", ""));
}

TEST(Wildcard, AHostilePatternEndsInTime) {
  std::string pattern;
  for (int i = 0; i < 2'000; ++i) pattern += "*a";
  EXPECT_FALSE(matches_wildcard(pattern + "b", std::string(20'000, 'a')));
}

}  // namespace
}  // namespace standfast::threat
