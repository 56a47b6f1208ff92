#include "data/table.hpp"

#include <clocale>

#include "unit/data/data_support.hpp"

namespace standfast::data {
namespace {

using Names = std::vector<std::string>;

Result<Dataset> parse_csv(std::string_view text, const TableOptions& options = {}) {
  return parse_table(text, "t.csv", options);
}

void expect_csv_error(std::string_view text, ErrorCode code, std::string_view part, const TableOptions& options = {}) {
  test::expect_error(parse_csv(text, options), code, part);
}

TEST(Table, ReadsNumbersLabelsAndNames) {
  const auto data = parse_csv("a,label,b\n1,x,-2.5e1\n+3,w, 4\t\n");
  ASSERT_TRUE(data.ok()) << data.error().message;
  EXPECT_EQ(data->feature_names, (Names{"a", "b"}));
  EXPECT_EQ(data->features, (std::vector<float>{1, -25, 3, 4}));
  EXPECT_EQ(data->class_names, (Names{"w", "x"}));
  EXPECT_EQ(data->labels, (std::vector<std::int32_t>{1, 0}));
  EXPECT_EQ(data->source_index, (std::vector<std::int64_t>{0, 1}));
  EXPECT_EQ(data->input_shape, (std::vector<std::int64_t>{2}));
  EXPECT_FALSE(data->is_image);
}

TEST(Table, PicksTheLabelColumnByNameThenByUsualNamesThenLast) {
  EXPECT_EQ(parse_csv("a,target,z\n1,2,3\n")->feature_names, (Names{"a", "z"}));
  EXPECT_EQ(parse_csv("a,target,class\n1,2,3\n")->feature_names, (Names{"a", "target"}));
  EXPECT_EQ(parse_csv("a,b,z\n1,2,3\n")->feature_names, (Names{"a", "b"}));
  EXPECT_EQ(parse_csv("a,b,label\n1,2,3\n", {"b", true})->feature_names, (Names{"a", "label"}));
}

TEST(Table, AMissingLabelColumnIsAnErrorOnlyWhereLabelsAreRequired) {
  expect_csv_error("a,b\n1,2\n", ErrorCode::kBadOption, "has no column \"kind\", expected one of its 2 columns",
                   {"kind", true});
  const auto unlabelled = parse_csv("a,b\n1,2\n", {"kind", false});
  ASSERT_TRUE(unlabelled.ok());
  EXPECT_TRUE(unlabelled->labels.empty());
  EXPECT_EQ(unlabelled->dim(), 2U);
  EXPECT_EQ(parse_csv("a,b\n1,2\n", {"", false})->dim(), 2U);
}

TEST(Table, NumericClassesAreOrderedByValue) {
  EXPECT_EQ(parse_csv("a,y\n1,10\n1,9\n1,-1\n")->class_names, (Names{"-1", "9", "10"}));
  EXPECT_EQ(parse_csv("a,y\n1,10\n1,9\n1,x\n")->class_names, (Names{"10", "9", "x"}));
}

TEST(Table, MissingValuesAreNamedWithLineAndColumn) {
  expect_csv_error("a,b,y\n1,2,x\n1,,x\n", ErrorCode::kBadValue, "t.csv: line 3, column \"b\": the value is missing");
  expect_csv_error("a,b,y\n1,2,\n", ErrorCode::kBadValue, "line 2, column \"y\": the label is missing");
}

TEST(Table, WhatIsNoFiniteNumberIsNamedWithLineAndColumn) {
  expect_csv_error("a,y\nabc,x\n", ErrorCode::kBadValue, "line 2, column \"a\": found \"abc\", expected a number");
  expect_csv_error("a,y\n\"1\n2\",x\n", ErrorCode::kBadValue, "found \"1\\n2\", expected a number");
  expect_csv_error("a,y\n1.5.2,x\n", ErrorCode::kBadValue, "expected a number");
  expect_csv_error("a,y\n0x10,x\n", ErrorCode::kBadValue, "expected a number");
  expect_csv_error("a,y\n+-1,x\n", ErrorCode::kBadValue, "expected a number");
  for (const std::string bad : {"nan", "NaN", "inf", "-Infinity", "1e39", "-1e300"}) {
    expect_csv_error("a,y\n" + bad + ",x\n", ErrorCode::kBadValue, "found \"" + bad + "\", expected a finite float32");
  }
  expect_csv_error("a,y\n1e999,x\n", ErrorCode::kBadValue, "found \"1e999\"");
}

TEST(Table, RaggedRowsAreNamed) {
  expect_csv_error("a,b,y\n1,2,x\n1,2\n", ErrorCode::kBadFormat, "line 3 has 2 fields, expected 3");
  expect_csv_error("a,b,y\n1,2,x,4\n", ErrorCode::kBadFormat, "line 2 has 4 fields, expected 3");
  expect_csv_error("a,b,y\n1,2,x\n\n1,2,x\n", ErrorCode::kBadFormat, "line 3 has 1 fields, expected 3");
}

TEST(Table, AHeaderIsRequired) {
  expect_csv_error("", ErrorCode::kBadFormat, "t.csv: is empty");
  expect_csv_error("1,2,3\n4,5,6\n", ErrorCode::kBadFormat, "line 1 holds only numbers");
  expect_csv_error("a,y\n", ErrorCode::kBadFormat, "has a header and no rows");
  expect_csv_error(",a,y\n0,1,x\n", ErrorCode::kBadFormat, "column 1 has no name");
  expect_csv_error("a,a,y\n0,1,x\n", ErrorCode::kBadFormat, "two columns are named \"a\"");
  expect_csv_error("y\nx\n", ErrorCode::kBadFormat, "has only the label column \"y\"");
}

TEST(Table, NamesThatAreNotUtf8AreRefused) {
  expect_csv_error("a\xFF,y\n0,x\n", ErrorCode::kBadFormat, "named \"a\\ufffd\", expected UTF-8 text");
  expect_csv_error("a,y\n0,x\xC0\x80\n", ErrorCode::kBadValue,
                   "column \"y\": found label \"x\\ufffd\\ufffd\", expected UTF-8 text");
  EXPECT_TRUE(parse_csv("gr\xC3\xB6\xC3\x9F"
                        "e,y\n0,x\n")
                  .ok());
}

TEST(Table, ALocaleWithDecimalCommasChangesNothing) {
  // where the locale is not installed setlocale changes nothing, and the numbers must be right all the same
  const char* const changed = std::setlocale(LC_NUMERIC, "de_DE.UTF-8");
  const auto data = parse_csv("a,y\n1.5,x\n");
  std::setlocale(LC_NUMERIC, "C");
  ASSERT_TRUE(data.ok()) << (changed != nullptr ? changed : "C");
  EXPECT_EQ(data->features[0], 1.5F);
}

}  // namespace
}  // namespace standfast::data
