#include "columns/words.hpp"

#include <gtest/gtest.h>

namespace standfast::columns {
namespace {

TEST(ColumnWords, MissingValuesAreKnownInAnyCase) {
  for (const char* word : {"", "NA", "n/a", "NaN", "nan", "NULL", "None", "?", "<NA>", "NaT"})
    EXPECT_TRUE(is_missing(word)) << word;
  for (const char* word : {"0", "no", "-", "nano", "nothing", "N/A?", "??"}) EXPECT_FALSE(is_missing(word)) << word;
}

TEST(ColumnWords, BooleansComeInPairs) {
  EXPECT_TRUE(parse_boolean("True")->value);
  EXPECT_FALSE(parse_boolean("FALSE")->value);
  EXPECT_EQ(parse_boolean("True")->pair, parse_boolean("false")->pair);
  EXPECT_EQ(parse_boolean("yes")->pair, parse_boolean("No")->pair);
  EXPECT_NE(parse_boolean("t")->pair, parse_boolean("true")->pair);
  for (const char* word : {"", "1", "0", "truth", "m", "on"}) EXPECT_FALSE(parse_boolean(word)) << word;
}

TEST(ColumnWords, DatesAreRecognisedWithAndWithoutTimes) {
  for (const char* date :
       {"2023-11-30", "2023/11/30", "30.11.2023", "11/30/2023", "2023-11-30T12:30", "2023-11-30 12:30:59",
        "2023-11-30T12:30:59.123Z", "2023-11-30T12:30:59+01:00", "2023-11-30T12:30:59-0330"})
    EXPECT_TRUE(is_date(date)) << date;
  for (const char* text :
       {"", "2023", "2023-13-01", "2023-11-32", "2023-11", "2023-11/30", "31/31/2023", "1.2.3.4", "10.11.2023.5",
        "2023-11-30T", "2023-11-30T25:00", "2023-11-30T12:30:", "2023-11-30T12:30:59.", "2023-11-30T12:30x",
        "192.168.10.10", "2023-11-30T12:30+", "20231130"})
    EXPECT_FALSE(is_date(text)) << text;
}

}  // namespace
}  // namespace standfast::columns
