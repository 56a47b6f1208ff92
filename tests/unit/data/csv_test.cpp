#include "data/csv.hpp"

#include "unit/data/data_support.hpp"

namespace standfast::data {
namespace {

using Records = std::vector<std::vector<std::string>>;

Result<Records> scan(std::string_view text) {
  CsvScanner scanner(text, "t.csv");
  Records records;
  for (;;) {
    const auto found = scanner.next_record();
    if (!found) return found.error();
    if (!*found) return records;
    records.emplace_back(scanner.fields().begin(), scanner.fields().end());
  }
}

void expect_records(std::string_view text, const Records& expected) {
  const auto records = scan(text);
  ASSERT_TRUE(records.ok()) << records.error().message;
  EXPECT_EQ(*records, expected);
}

TEST(Csv, SplitsAtCommasAndLineEnds) {
  expect_records("a,b\n1,2\n", {{"a", "b"}, {"1", "2"}});
  expect_records("a,b\r\n1,2", {{"a", "b"}, {"1", "2"}});
  expect_records("a,\n,", {{"a", ""}, {"", ""}});
}

TEST(Csv, AnEmptyTextHasNoRecords) {
  expect_records("", {});
  expect_records("\n\r\n\n", {});
}

TEST(Csv, ByteOrderMarkIsSkipped) {
  expect_records(
      "\xEF\xBB\xBF"
      "a\n",
      {{"a"}});
}

TEST(Csv, QuotedFieldsHoldCommasQuotesAndLines) {
  expect_records("\"a,b\",\"c\"\"d\"\n\"e\r\nf\",\"\"\n", {{"a,b", "c\"d"}, {"e\r\nf", ""}});
  expect_records("\"\"\"\"\n", {{"\""}});
}

TEST(Csv, LinesInsideQuotesCount) {
  CsvScanner scanner("\"a\nb\"\nc\n", "t.csv");
  ASSERT_TRUE(scanner.next_record().ok());
  EXPECT_EQ(scanner.line(), 1U);
  ASSERT_TRUE(scanner.next_record().ok());
  EXPECT_EQ(scanner.line(), 3U);
}

TEST(Csv, BrokenQuotesAreNamedWithTheirLine) {
  test::expect_error(scan("a\n\"b\n"), ErrorCode::kBadFormat, "t.csv: line 2: found a quote that never closes");
  test::expect_error(scan("\"a\"b\n"), ErrorCode::kBadFormat, "line 1: found text after a closing quote");
  test::expect_error(scan("a\nb\"c\n"), ErrorCode::kBadFormat, "line 2: found a quote inside an unquoted field");
}

TEST(Csv, EndlessRecordsAreRefused) {
  test::expect_error(scan(std::string(kMaxCsvFields + 1, ',')), ErrorCode::kBadFormat, "more than 1048576 fields");
}

}  // namespace
}  // namespace standfast::data
