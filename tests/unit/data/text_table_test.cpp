#include "data/text_table.hpp"

#include "unit/data/data_support.hpp"

namespace standfast::data {
namespace {

using Words = std::vector<std::string>;

Result<Dataset> parse(std::string_view text, const std::string& column, const TableOptions& options = {}) {
  return parse_text_table(text, "t.tsv", column, options);
}

TEST(TextTable, OneColumnBecomesWords) {
  const auto data = parse("label\ttext\nham\tsee you at nine\nspam\tFREE nine nine\n", "text");
  ASSERT_TRUE(data.ok()) << data.error().message;
  EXPECT_EQ(data->feature_names, (Words{"at", "free", "nine", "see", "you"}));
  EXPECT_EQ(data->dense_rows(0, 2), (std::vector<float>{1, 0, 1, 1, 1, 0, 1, 1, 0, 0}));
  EXPECT_EQ(data->class_names, (Words{"ham", "spam"}));
  EXPECT_EQ(data->text_column, "text");
  EXPECT_EQ(data->label_column, "label");
  EXPECT_EQ(data->input_shape, (std::vector<std::int64_t>{5}));
}

TEST(TextTable, InTabSeparatedTextQuotesAreLiteral) {
  const auto data = parse("label\ttext\nham\t\"not closed\nspam\tsay \"hi\" now\n", "text");
  ASSERT_TRUE(data.ok()) << data.error().message;
  EXPECT_EQ(data->count(), 2U);
  // commas keep the rules of RFC 4180
  const auto quoted = parse("text,label\n\"one, two\",a\nthree,b\n", "text");
  ASSERT_TRUE(quoted.ok()) << quoted.error().message;
  EXPECT_EQ(quoted->feature_names, (Words{"one", "three", "two"}));
}

TEST(TextTable, OtherColumnsArePassedOverAndNamed) {
  const auto data = parse("id,text,label\n1,one,a\n2,two,b\n", "TEXT");
  ASSERT_TRUE(data.ok()) << data.error().message;
  ASSERT_EQ(data->notes.size(), 2U);
  EXPECT_EQ(data->notes[1], "t.tsv: not read: \"id\"");
}

TEST(TextTable, TheLabelIsTheOtherOfTwoColumns) {
  EXPECT_EQ(parse("kind,text\na,one\nb,two\n", "text")->label_column, "kind");
  EXPECT_EQ(parse("text,kind\none,a\ntwo,b\n", "text")->label_column, "kind");
  EXPECT_TRUE(parse("text\none\n", "text", {"", false})->labels.empty());
}

TEST(TextTable, BadTablesAreRefusedWithTheirPlace) {
  test::expect_error(parse("a,b\n1,2\n", "text"), ErrorCode::kBadOption, "has no column \"text\"");
  test::expect_error(parse("a,b,text\n1,2,x\n", "text"), ErrorCode::kBadOption, "name the label's with --label");
  test::expect_error(parse("label,b\n1,2\n", "label"), ErrorCode::kBadOption, "is the text and the label");
  test::expect_error(parse("text\nx\n", "text"), ErrorCode::kBadFormat, "has only the column \"text\"");
  test::expect_error(parse("label,text\na,b,c\n", "text"), ErrorCode::kBadFormat, "line 2 has 3 fields, expected 2");
  test::expect_error(parse("label,text\n,b\n", "text"), ErrorCode::kBadValue, "line 2, column \"label\": the label");
  test::expect_error(parse("label,text\n", "text"), ErrorCode::kBadFormat, "has a header and no rows");
  test::expect_error(parse("", "text"), ErrorCode::kBadFormat, "is empty");
}

TEST(TextTable, IsReadByTheNotation) {
  const test::TempFolder folder;
  DataRequest request;
  request.source = folder.write("t.csv", "label,text\na,one two\nb,two three\n");
  request.text_column = "text";
  EXPECT_EQ(read_data(request)->feature_names, (Words{"one", "three", "two"}));
  request.text_column = "";
  request.vocabulary = {"two"};
  test::expect_error(read_data(request), ErrorCode::kBadOption, "name the column that holds their text with --text");
  request.usual_text = "text";
  EXPECT_EQ(read_data(request)->dense_rows(0, 2), (std::vector<float>{1, 1}));
  request.source = folder.write("a/1.eml", "x");
  request.require_labels = false;
  request.text_column = "text";
  test::expect_error(read_data(request), ErrorCode::kBadOption, "names a column of a table, and this is none");
}

TEST(TextTable, BytesThatAreNoUtf8DoNoHarm) {
  const auto data = parse("label,text\na,caf\xe9 ok\nb,\xff\xfe\n", "text");
  ASSERT_TRUE(data.ok()) << data.error().message;
  EXPECT_EQ(data->feature_names, (Words{"caf", "ok"}));
  EXPECT_EQ(data->words.row(1).size(), 0U);
}

}  // namespace
}  // namespace standfast::data
