// Tables as their owners keep them: each fault that a real one had, in training and with a model.
#include "data/column_table.hpp"

#include <algorithm>

#include "unit/data/data_support.hpp"

namespace standfast::data {
namespace {

using Names = std::vector<std::string>;
using Values = std::vector<float>;

Result<Dataset> infer(std::string_view text, const TableOptions& options = {}, bool strict = false) {
  return parse_column_table(text, "t.csv", options, {}, strict);
}

Result<Dataset> through_model(const Columns& columns, std::string_view text, bool strict = false) {
  TableOptions options;
  options.known = columns;
  options.require_labels = false;
  options.usual_label = "y";
  return parse_column_table(text, "t.csv", options, {}, strict);
}

std::vector<ColumnKind> kinds_of(const Dataset& data) {
  std::vector<ColumnKind> kinds;
  for (const Column& column : data.columns) kinds.push_back(column.kind);
  return kinds;
}

bool notes(const Dataset& data, const std::string& part) {
  return std::ranges::any_of(data.notes, [&](const auto& note) { return note.find(part) != std::string::npos; });
}

constexpr std::string_view kPeople =
    "age,colour,vip,y\n"
    "30,red,True,a\n"
    "40,blue,False,b\n"
    ",red,True,a\n"
    "50,blue,False,b\n"
    "60,green,True,b\n";

TEST(ColumnTable, NumbersAloneAreReadAsEver) {
  const std::string text = "a,b,y\n1,2,x\n-3.5,4e2,z\n";
  const auto data = infer(text);
  const auto plain = parse_table(text, "t.csv", {});
  ASSERT_TRUE(data.ok()) << data.error().message;
  EXPECT_EQ(data->features, plain->features);
  EXPECT_EQ(data->feature_names, plain->feature_names);
  EXPECT_EQ(data->labels, plain->labels);
  EXPECT_EQ(data->notes, plain->notes);
  EXPECT_EQ(data->input_shape, plain->input_shape);
  EXPECT_EQ(data->columns, (Columns{{"a", ColumnKind::kNumber, {}, -3.5F}, {"b", ColumnKind::kNumber, {}, 2.0F}}));
}

TEST(ColumnTable, TextMissingValuesAndBooleansBecomeFeatures) {
  const auto data = infer(kPeople);
  ASSERT_TRUE(data.ok()) << data.error().message;
  EXPECT_EQ(data->feature_names,
            (Names{"age", "age is missing", "colour=blue", "colour=red", "colour=(other)", "vip"}));
  EXPECT_EQ(data->features, (Values{30, 0, 0, 1, 0, 1,     //
                                    40, 0, 1, 0, 0, 0,     //
                                    40, 1, 0, 1, 0, 1,     //
                                    50, 0, 1, 0, 0, 0,     //
                                    60, 0, 0, 0, 1, 1}));  // green is of one row
  EXPECT_TRUE(
      notes(*data, "1 column is text with values that repeat, a feature for each: \"colour\" (2 values, 1 as others)"));
  EXPECT_TRUE(notes(*data, "1 column is true or false: \"vip\""));
  EXPECT_TRUE(notes(*data, "1 column has missing values"));
  EXPECT_TRUE(notes(*data, "\"age\" (1 row: 40)"));
}

TEST(ColumnTable, EachSpellingOfNothingIsMissing) {
  const auto data = infer("a,y\nNA,0\nnan,1\nNULL,0\n?,1\nNone,0\n n/a ,1\n,0\n7,1\n");
  ASSERT_TRUE(data.ok()) << data.error().message;
  EXPECT_EQ(data->columns, (Columns{{"a", ColumnKind::kNumber, {}, 7.0F, true}}));
  EXPECT_EQ(std::ranges::count(data->features, 1.0F), 7);
}

TEST(ColumnTable, WhatTeachesNothingIsLeftOut) {
  const auto data = infer(
      ",when,who,note,source,same,a,y\n"
      "0,2024-01-05,anna@x,,lab,True,1,0\n"
      "1,2024-01-06,bert@x,,lab,True,2,1\n"
      "2,2024-01-06,carl@x,,lab,True,4,1\n");
  ASSERT_TRUE(data.ok()) << data.error().message;
  EXPECT_EQ(kinds_of(*data),
            (std::vector{ColumnKind::kIndex, ColumnKind::kDate, ColumnKind::kIdentifier, ColumnKind::kEmpty,
                         ColumnKind::kConstant, ColumnKind::kConstant, ColumnKind::kNumber}));
  EXPECT_EQ(data->features, (Values{1, 2, 4}));
  EXPECT_TRUE(notes(*data,
                    "6 columns are left out: \"\" (an index), \"when\" (dates), \"who\" (3 different texts), "
                    "\"note\" (empty), \"source\" (always the same), \"same\" (always the same)"));
}

TEST(ColumnTable, AFirstColumnOfRowNumbersIsAnIndexByItsName) {
  EXPECT_EQ(infer("id,a,y\n5,1,0\n9,2,1\n")->feature_names, Names{"a"});
  EXPECT_EQ(infer("Index,a,y\n0,1,0\n1,2,1\n")->feature_names, Names{"a"});
  EXPECT_EQ(infer("Unnamed: 0,a,y\n0,1,0\n1,2,1\n")->feature_names, Names{"a"});
  EXPECT_EQ(infer("id,a,y\n5,1,0\n5,2,1\n")->feature_names, (Names{"id", "a"})) << "numbers that repeat are values";
  EXPECT_EQ(infer("a,id,y\n1,5,0\n2,9,1\n")->feature_names, (Names{"a", "id"}));
  EXPECT_EQ(infer("account,a,y\n5,1,0\n9,2,1\n")->feature_names, (Names{"account", "a"}));
  test::expect_error(infer("a,,y\n1,5,0\n"), ErrorCode::kBadFormat, "column 2 has no name");
}

TEST(ColumnTable, AWrongFieldAmongNumbersIsRefusedByLineAndColumn) {
  test::expect_error(infer("a,b,y\n1,2,0\n1,oops,1\n1,3,0\n"), ErrorCode::kBadValue,
                     "t.csv: line 3, column \"b\": found \"oops\", expected a number");
  test::expect_error(infer("a,b,y\n1,2,0\n1,inf,1\n"), ErrorCode::kBadValue,
                     "line 3, column \"b\": found \"inf\", expected a finite float32 number");
  TableOptions ignoring;
  ignoring.ignored = {"B"};
  const auto data = infer("a,b,y\n1,2,0\n1,oops,1\n1,3,0\n", ignoring);
  ASSERT_TRUE(data.ok()) << data.error().message;
  EXPECT_EQ(kinds_of(*data), (std::vector{ColumnKind::kNumber, ColumnKind::kIgnored}));
  EXPECT_EQ(data->feature_names, Names{"a"});
}

TEST(ColumnTable, ManyTextsBesideNumbersAreText) {
  const auto data = infer("port,y\nhttp,0\n80,1\nhttp,0\nssh,1\nssh,0\n80,1\n");
  ASSERT_TRUE(data.ok()) << data.error().message;
  EXPECT_EQ(data->feature_names, (Names{"port=80", "port=http", "port=ssh", "port=(other)"}));
}

TEST(ColumnTable, AModelReadsItsColumnsInAnyOrder) {
  const Columns columns = infer(kPeople)->columns;
  const auto data = through_model(columns, "note,vip,colour,age\nx,0,red,30\ny,yes,blue,\nz,,,41\n");
  ASSERT_TRUE(data.ok()) << data.error().message;
  EXPECT_EQ(data->features, (Values{30, 0, 0, 1, 0, 0,  //
                                    40, 1, 1, 0, 0, 1,  //
                                    41, 0, 0, 0, 1, 1}));
  EXPECT_TRUE(data->labels.empty());
  EXPECT_TRUE(notes(*data, "1 column is unknown to the model and passed over: \"note\""));
  EXPECT_TRUE(notes(*data, "column \"vip\" lacks a value in 1 row, where 1 stands in for it"));
  EXPECT_FALSE(notes(*data, "colour")) << "a missing value is what (other) is for";
}

TEST(ColumnTable, AValueThatTheModelDoesNotKnowIsCounted) {
  const Columns columns = infer(kPeople)->columns;
  const auto data = through_model(columns, "age,colour,vip,y\n1,pink,True,a\n2,red,True,a\n3,gold,True,b\n");
  ASSERT_TRUE(data.ok()) << data.error().message;
  EXPECT_EQ(Values(data->row(0).begin(), data->row(0).end()), (Values{1, 0, 0, 0, 1, 1}));
  EXPECT_TRUE(notes(*data, "column \"colour\" has values without a feature in 2 rows, such as \"pink\""));
  EXPECT_EQ(data->labels.size(), 3U);
}

TEST(ColumnTable, AMissingColumnIsNamed) {
  const Columns columns = infer(kPeople)->columns;
  test::expect_error(through_model(columns, "age,color,vip\n1,red,1\n"), ErrorCode::kBadShape,
                     "lacks 1 of 3 columns that the model reads: \"colour\", did you mean \"color\"?");
  test::expect_error(through_model(columns, "vip\n1\n"), ErrorCode::kBadShape,
                     "lacks 2 of 3 columns that the model reads");
}

TEST(ColumnTable, WhatCannotBeAModelsValueIsRefused) {
  const Columns columns = infer(kPeople)->columns;
  test::expect_error(through_model(columns, "age,colour,vip\nold,red,1\n"), ErrorCode::kBadValue,
                     "line 2, column \"age\": found \"old\", expected a number");
  test::expect_error(through_model(columns, "age,colour,vip\n1,red,2\n"), ErrorCode::kBadValue,
                     "column \"vip\": found \"2\", expected true or false");
  test::expect_error(through_model(columns_of_names({"a", "b"}), "b,a\n1,\n"), ErrorCode::kBadValue,
                     "line 2, column \"a\": the value is missing");
}

TEST(ColumnTable, ACategoryOfNumbersStaysText) {
  const Columns columns = {{"zip", ColumnKind::kCategory, {"07", "7"}}};
  EXPECT_EQ(through_model(columns, "zip\n7\n07\n7.0\n")->features, (Values{0, 1, 0, 1, 0, 0, 0, 0, 1}));
}

TEST(ColumnTable, AModelsColumnIsNeverGuessedToBeTheLabel) {
  const Columns columns = columns_of_names({"class", "a"});
  EXPECT_EQ(through_model(columns, "class,a\n1,2\n")->features, (Values{1, 2}));
  TableOptions options;
  options.known = columns;
  test::expect_error(parse_column_table("class,a\n1,2\n", "t.csv", options, {}, false), ErrorCode::kBadOption,
                     "has no label");
  options.usual_label = "fraud";
  test::expect_error(parse_column_table("class,a\n1,2\n", "t.csv", options, {}, false), ErrorCode::kBadOption,
                     "has no column \"fraud\", the label that the model was trained with");
  EXPECT_EQ(parse_column_table("class,a,kind\n1,2,x\n", "t.csv", options, {}, false)->label_column, "kind");
}

TEST(ColumnTable, ALabelColumnWithoutAValueIsNone) {
  const Columns columns = columns_of_names({"a"});
  const auto data = through_model(columns, "a,y\n1,\n2,\n");
  ASSERT_TRUE(data.ok()) << data.error().message;
  EXPECT_TRUE(data->labels.empty());
  EXPECT_TRUE(data->label_column.empty());
  test::expect_error(through_model(columns, "a,y\n1,x\n2,\n"), ErrorCode::kBadValue,
                     "line 3, column \"y\": the label is missing");
}

TEST(ColumnTable, StrictRefusesWhatWouldBeLeftOutOrFilledIn) {
  EXPECT_TRUE(infer(kPeople, {}, true).ok()) << "a missing value with a feature of its own is no liberty";
  test::expect_error(infer("when,a,y\n2024-01-05,1,0\n2024-01-06,2,1\n", {}, true), ErrorCode::kBadValue,
                     "--strict: t.csv: 1 column is left out: \"when\" (dates)");
  TableOptions ignoring;
  ignoring.ignored = {"when"};
  EXPECT_TRUE(infer("when,a,y\n2024-01-05,1,0\n2024-01-06,2,1\n", ignoring, true).ok());
  const Columns columns = infer(kPeople)->columns;
  test::expect_error(through_model(columns, "age,colour,vip\n1,pink,1\n", true), ErrorCode::kBadValue,
                     "without a feature");
  test::expect_error(through_model(columns, "age,colour,vip\n1,red,\n", true), ErrorCode::kBadValue, "lacks a value");
  test::expect_error(through_model(columns, "age,colour,vip,more\n1,red,1,1\n", true), ErrorCode::kBadValue,
                     "passed over");
}

TEST(ColumnTable, TheModelsColumnsAndTheLabelCannotBeIgnored) {
  TableOptions options;
  options.known = columns_of_names({"a"});
  options.require_labels = false;
  options.ignored = {"a"};
  test::expect_error(parse_column_table("a,b\n1,2\n", "t.csv", options, {}, false), ErrorCode::kBadOption,
                     "--ignore: the model reads column \"a\"");
  TableOptions label;
  label.ignored = {"label"};
  label.label_column = "label";
  test::expect_error(infer("a,label\n1,2\n", label), ErrorCode::kBadOption, "is the label");
  TableOptions unknown;
  unknown.ignored = {"c"};
  test::expect_error(infer("a,b\n1,2\n", unknown), ErrorCode::kBadOption, "has no column \"c\"");
}

TEST(ColumnTable, ATableOfNothingButIdentifiersIsRefused) {
  test::expect_error(infer("who,y\nanna,0\nbert,1\n"), ErrorCode::kBadValue, "no column is left as a feature");
}

TEST(ColumnTable, TextThatIsNotUtf8IsNamedUnlessItIsLeftOut) {
  test::expect_error(infer("a,y\ncaf\xE9,0\ncaf\xE9,1\nx,0\nx,1\n"), ErrorCode::kBadValue, "expected UTF-8 text");
  EXPECT_TRUE(infer("a,b,y\ncaf\xE9,1,0\nth\xE9,2,1\n").ok());
}

/// 200 rows with an index, a date and a name of their own; half of them are equal but for these.
std::string rows_that_repeat() {
  std::string text = "id,when,who,colour,size,y\n";
  for (int i = 0; i < 200; ++i) {
    const int twin = i % 100;
    text += std::to_string(i) + ",2024-01-" + std::to_string(10 + i % 20) + ",person" + std::to_string(i) +
            (twin % 3 == 0 ? ",red," : ",blue,") + std::to_string(twin) + (twin % 2 == 0 ? ",a\n" : ",b\n");
  }
  return text;
}

Dataset read_side(const std::string& source, const Columns& columns = {}) {
  DataRequest request;
  request.source = source;
  request.infer_columns = true;
  request.columns = columns;
  auto data = read_data(request);
  EXPECT_TRUE(data.ok()) << data.error().message;
  return data.ok() ? *data : Dataset();
}

TEST(ColumnTable, EqualRowsStayOnOneSideWhateverTheirIdentifiers) {
  const test::TempFolder folder;
  const std::string path = folder.write("t.csv", rows_that_repeat());
  const Dataset train = read_side(path + ":train");
  std::vector<std::int64_t> sizes;
  for (std::size_t i = 0; i < train.count(); ++i) sizes.push_back(static_cast<std::int64_t>(train.row(i)[3]));
  EXPECT_EQ(train.feature_names[3], "size");
  const Dataset test = read_side(path + ":test");
  for (std::size_t i = 0; i < test.count(); ++i)
    EXPECT_EQ(std::ranges::count(sizes, static_cast<std::int64_t>(test.row(i)[3])), 0);
  EXPECT_EQ(train.count() + test.count(), 200U);
}

TEST(ColumnTable, AModelSeesTheTestSideThatItWasNotTrainedOn) {
  const test::TempFolder folder;
  const std::string path = folder.write("t.csv", rows_that_repeat());
  const Dataset train = read_side(path + ":train");
  const Dataset test = read_side(path + ":test", train.columns);
  std::vector<std::int64_t> all = train.source_index;
  all.insert(all.end(), test.source_index.begin(), test.source_index.end());
  std::ranges::sort(all);
  EXPECT_EQ(std::ranges::adjacent_find(all), all.end());
  EXPECT_EQ(all.size(), 200U);
  EXPECT_EQ(test.feature_names, train.feature_names);
}

TEST(ColumnTable, ColumnsAreFoundOnTheChosenSideOnly) {
  std::string text = "a,c,y\n";
  for (int i = 0; i < 100; ++i) text += std::to_string(i) + (i % 2 == 0 ? ",even,a\n" : ",odd,b\n");
  const auto last = [](const Dataset&) { return std::vector<std::size_t>{96, 97, 98, 99}; };
  const auto data = parse_column_table(text, "t.csv", {}, last, false);
  ASSERT_TRUE(data.ok()) << data.error().message;
  EXPECT_EQ(data->columns.front().filled, 97.0F);
  EXPECT_EQ(data->source_index, (std::vector<std::int64_t>{96, 97, 98, 99}));
  EXPECT_EQ(data->labels, (std::vector<std::int32_t>{0, 1, 0, 1}));
}

TEST(ColumnTable, SemicolonsAndQuotesPartTextAsWell) {
  const auto data = infer("a;colour;y\n1;\"light; blue\";0\n2;\"light; blue\";1\n3;red;1\n4;red;0\n");
  ASSERT_TRUE(data.ok()) << data.error().message;
  EXPECT_EQ(data->feature_names, (Names{"a", "colour=light; blue", "colour=red", "colour=(other)"}));
}

TEST(ColumnTable, AtMostAHundredValuesHaveFeatures) {
  std::string text = "service,y\n";
  for (int i = 0; i < 130; ++i)
    for (int copy = 0; copy < (i < 100 ? 3 : 2); ++copy)
      text += "s" + std::to_string(i) + "," + std::to_string(copy % 2) + "\n";
  const auto data = infer(text);
  ASSERT_TRUE(data.ok()) << data.error().message;
  EXPECT_EQ(data->dim(), 101U);
  EXPECT_EQ(std::ranges::count(data->feature_names, "service=s99"), 1);
  EXPECT_EQ(std::ranges::count(data->feature_names, "service=s100"), 0);
}

}  // namespace
}  // namespace standfast::data
