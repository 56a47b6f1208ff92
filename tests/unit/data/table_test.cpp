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
  EXPECT_EQ(parse_csv("a,b,z\n1,2,3\n")->feature_names, (Names{"a", "b"}));
  EXPECT_EQ(parse_csv("a,b,label\n1,2,3\n", {"b", true})->feature_names, (Names{"a", "label"}));
}

TEST(Table, LabelNamesAreComparedWithoutCase) {
  EXPECT_EQ(parse_csv("Class,a,b\n1,2,3\n0,2,4\n")->feature_names, (Names{"a", "b"}));
  EXPECT_EQ(parse_csv("a,LABEL,b\n1,x,3\n")->label_column, "LABEL");
  EXPECT_EQ(parse_csv("a, label,b\n1,x,3\n")->label_column, " label");
  EXPECT_EQ(parse_csv("Kind,a\n1,2\n", {"kind", true})->label_column, "Kind");
  // the column with exactly the name comes before one that differs in case
  EXPECT_EQ(parse_csv("KIND,kind,a\n1,2,3\n", {"kind", true})->label_column, "kind");
}

TEST(Table, WhereTwoColumnsMayBeTheLabelNoneIsTaken) {
  expect_csv_error("a,target,class\n1,2,3\n", ErrorCode::kBadOption,
                   "columns \"target\" and \"class\" may both be the label; name it with --label");
  expect_csv_error("Label,label,a\n1,2,3\n", ErrorCode::kBadOption, "columns \"Label\" and \"label\" may both be");
  expect_csv_error("KIND,kInd,a\n1,2,3\n", ErrorCode::kBadOption, "columns \"KIND\" and \"kInd\"", {"kind", true});
  // a bag of words with the word "class"
  const std::string words = "free,class,win,is_spam\n1,0,0,1\n1,1,0,0\n1,0,1,1\n";
  expect_csv_error(words, ErrorCode::kBadOption, "columns \"class\" and \"is_spam\" may both be the label");
  expect_csv_error(words, ErrorCode::kBadOption, "columns \"class\" and \"is_spam\"", {"", false});
  EXPECT_EQ(parse_csv(words, {"is_spam", true})->label_column, "is_spam");
  EXPECT_EQ(parse_csv(words, {"", false, "is_spam"})->label_column, "is_spam");
}

TEST(Table, AColumnBetweenOthersIsTheLabelIfTheLastOneCannotBe) {
  EXPECT_EQ(parse_csv("a,class,b\n1,x,0\n1,y,1\n")->label_column, "class");         // text is no feature
  EXPECT_EQ(parse_csv("a,class,b\n1,0,1\n1,1,2\n1,1,3\n")->label_column, "class");  // three values are measured
}

TEST(Table, TheModelsLabelIsTakenIfTheTableHasIt) {
  EXPECT_EQ(parse_csv("a,kind,z\n1,2,3\n", {"", false, "Kind"})->label_column, "kind");
  EXPECT_EQ(parse_csv("a,label,z\n1,2,3\n", {"", false, "Kind"})->label_column, "label");
  EXPECT_EQ(parse_csv("a,b,z\n1,2,3\n", {"", false, "Kind"})->label_column, "");
  EXPECT_EQ(parse_csv("a,label,kind\n1,2,3\n", {"a", false, "kind"})->label_column, "a");
}

TEST(Table, TheNotesSayWhichColumnIsTheLabel) {
  EXPECT_EQ(parse_csv("Class,a\n1,2\n")->notes, Names{"t.csv: the label is column \"Class\""});
  EXPECT_EQ(parse_csv("a,z\n1,2\n")->notes,
            Names{"t.csv: the label is column \"z\", the last one; --label names another"});
  EXPECT_EQ(parse_csv("a,z\n1,2\n", {"", false})->notes, Names{"t.csv: no column is taken as the label"});
  EXPECT_EQ(parse_csv("a;z\n1;2\n", {"z", false})->notes,
            (Names{"t.csv: columns are parted by `;`", "t.csv: the label is column \"z\""}));
}

TEST(Table, AMissingLabelColumnIsAnError) {
  expect_csv_error("a,b\n1,2\n", ErrorCode::kBadOption, "has no column \"kind\", expected one of its 2 columns",
                   {"kind", true});
  expect_csv_error("a,b\n1,2\n", ErrorCode::kBadOption, "has no column \"kind\"", {"kind", false});
  expect_csv_error("a,verdict\n1,2\n", ErrorCode::kBadOption, "has no column \"verdit\", did you mean \"verdict\"?",
                   {"verdit", true});
  EXPECT_EQ(parse_csv("a,b\n1,2\n", {"", false})->dim(), 2U);
}

TEST(Table, ALastColumnOfTextMayBeTheLabel) {
  expect_csv_error("a,kind\n1,x\n", ErrorCode::kBadValue,
                   "column \"kind\": found \"x\", expected a number; if it is the label, name it with --label",
                   {"", false});
}

TEST(Table, TheSeparatorIsSeenInTheHeader) {
  for (const std::string_view text : {"a;b;y\n1;2;x\n", "a\tb\ty\n1\t2\tx\n", "a|b|y\n1|2|x\n", "sep=;\na;b;y\n1;2;x\n",
                                      "\xEF\xBB\xBFsep=;\r\na;b;y\r\n1;2;x\r\n", "\"a\";\"b\";y\n1;2;x\n"}) {
    const auto data = parse_csv(text);
    ASSERT_TRUE(data.ok()) << data.error().message;
    EXPECT_EQ(data->feature_names, (Names{"a", "b"})) << text;
    EXPECT_EQ(data->features, (std::vector<float>{1, 2})) << text;
  }
  // a comma that parts both lines alike comes first
  EXPECT_EQ(parse_csv("a;b,y\n1,x\n")->feature_names, Names{"a;b"});
  EXPECT_EQ(parse_csv("a,b;y\n1;x\n")->feature_names, Names{"a,b"});
  EXPECT_EQ(parse_csv("a;b;y\n1;2;x\n", {"", true, "", ';'})->dim(), 2U);
  expect_csv_error("a,b,y\n1,2,x\n", ErrorCode::kBadFormat, "has only the label column \"a,b,y\"", {"", true, "", ';'});
  // lines count from the top of the file
  expect_csv_error("sep=;\na;y\n1;x\nq;x\n", ErrorCode::kBadValue, "line 4, column \"a\": found \"q\"");
}

TEST(Table, CarriageReturnsAloneAreNamed) {
  expect_csv_error("a,b,y\r1,0,x\r2,0,w\r", ErrorCode::kBadFormat,
                   "t.csv: line 1: found a carriage return alone, expected lines that end in LF or CRLF");
  EXPECT_EQ(parse_csv("a,y\r\n1,x\r")->class_names, Names{"x"});  // at the end of the file it is a line's end
}

TEST(Table, BlankLinesAreNamed) {
  expect_csv_error("\na,y\n1,x\n", ErrorCode::kBadFormat, "t.csv: line 1 is blank, expected a header line");
  expect_csv_error("a,b,y\n1,2,x\n\n1,2,x\n", ErrorCode::kBadFormat, "line 3 is blank, expected 3 fields");
  expect_csv_error("a,b,y\n1,2,x\n1\n", ErrorCode::kBadFormat, "line 3 has 1 field, expected 3");
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
