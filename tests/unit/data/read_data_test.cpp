#include <set>

#include "unit/data/data_support.hpp"

namespace standfast::data {
namespace {

using test::read;
using test::TempFolder;

/// A table of `count` different rows, two classes.
std::string table(int count) {
  std::string text = "a,b,class\n";
  for (int i = 0; i < count; ++i) text += std::to_string(i) + ",1," + (i % 4 == 0 ? "x" : "y") + "\n";
  return text;
}

TEST(ReadData, ATableIsSplitFourToOneInEachClass) {
  const TempFolder folder;
  const std::string file = folder.write("t.csv", table(100));
  const auto train = read(file + ":train");
  const auto test = read(file + ":test");
  ASSERT_TRUE(train.ok() && test.ok());
  EXPECT_EQ(train->count(), 80U);
  EXPECT_EQ(test->count(), 20U);
  EXPECT_EQ(std::count(test->labels.begin(), test->labels.end(), 0), 5);
  std::set<std::int64_t> rows(train->source_index.begin(), train->source_index.end());
  rows.insert(test->source_index.begin(), test->source_index.end());
  EXPECT_EQ(rows.size(), 100U);
  EXPECT_EQ(test->source, file + ":test");
}

TEST(ReadData, TheSplitIsTheSameWhicheverClassesAreKept) {
  const TempFolder folder;
  const std::string file = folder.write("t.csv", table(100));
  DataRequest request;
  request.source = file + ":test";
  request.classes = {"x"};
  const auto some = read_data(request);
  ASSERT_TRUE(some.ok());
  const auto all = read(file + ":test");
  for (const auto row : some->source_index) {
    EXPECT_NE(std::find(all->source_index.begin(), all->source_index.end(), row), all->source_index.end());
  }
  EXPECT_EQ(some->count(), 5U);
}

TEST(ReadData, ClassesAreKeptInTheOrderAsked) {
  const TempFolder folder;
  DataRequest request;
  request.source = folder.write("t.csv", table(8));
  request.classes = {"y", "x"};
  EXPECT_EQ(read_data(request)->class_names, request.classes);
  request.classes = {"x", "z"};
  test::expect_error(read_data(request), ErrorCode::kBadOption, "has no class \"z\", expected one of: x, y");
}

TEST(ReadData, FilesAreKnownByTheirNames) {
  const TempFolder folder;
  EXPECT_TRUE(read(folder.write("a.csv.gz", test::read_corpus("csv/plain.csv.gz"))).ok());
  EXPECT_TRUE(read(folder.write("a.npz", test::read_corpus("npy/stored.npz"))).ok());
  DataRequest request;
  request.source = folder.write("a.npy", test::read_corpus("npy/f4.npy"));
  request.require_labels = false;
  EXPECT_EQ(read_data(request)->count(), 2U);
  test::expect_error(read(folder.write("a.xlsx", "x")), ErrorCode::kUnsupported, "expected .csv, .csv.gz, .tsv");
}

TEST(ReadData, EndingsAreKnownInAnyCase) {
  const TempFolder folder;
  EXPECT_TRUE(read(folder.write("a.CSV", "a,y\n1,x\n")).ok());
  EXPECT_TRUE(read(folder.write("a.csv.GZ", test::read_corpus("csv/plain.csv.gz"))).ok());
  EXPECT_TRUE(read(folder.write("a.tsv", "a\ty\n1\tx\n")).ok());
  EXPECT_TRUE(read(folder.write("a.TSV.gz", test::read_corpus("csv/plain.csv.gz"))).ok());
  EXPECT_TRUE(read(folder.write("a.NPZ", test::read_corpus("npy/stored.npz"))).ok());
}

TEST(ReadData, TheSeparatorMayBeAskedFor) {
  const TempFolder folder;
  DataRequest request;
  request.source = folder.write("a.csv", "a,b;y\n1;x\n");
  request.separator = ";";
  EXPECT_EQ(read_data(request)->feature_names, std::vector<std::string>{"a,b"});
  request.source = folder.write("b.csv", "a\ty\n1\tx\n");
  request.separator = "tab";
  EXPECT_EQ(read_data(request)->dim(), 1U);
  request.separator = "semicolon";
  test::expect_error(read_data(request), ErrorCode::kBadOption, "--separator: 'semicolon' is not one of , ; | tab");
}

TEST(ReadData, TablesMayBeReadAsForTrainingWhereOtherFilesNeedNoLabels) {
  const TempFolder folder;
  DataRequest request;
  request.source = folder.write("t.csv", "a,b,z\n1,2,3\n");
  request.require_labels = false;
  request.tables_have_labels = true;
  EXPECT_EQ(read_data(request)->label_column, "z");
  request.source = folder.write("a.npy", test::read_corpus("npy/f4.npy"));
  EXPECT_TRUE(read_data(request)->labels.empty());
}

TEST(ReadData, ASubsetKeepsWhatTheReaderSaid) {
  const TempFolder folder;
  const std::string file = folder.write("t.csv", table(20));
  DataRequest request;
  request.source = file + ":test";
  request.classes = {"y"};
  EXPECT_EQ(read_data(request)->notes, std::vector<std::string>{file + ": the label is column \"class\""});
  EXPECT_EQ(read_data(request)->label_column, "class");
}

TEST(ReadData, TheEmbeddedDataNeedNoNote) { EXPECT_TRUE(read("spam")->notes.empty()); }

TEST(ReadData, ErrorsNameTheFile) {
  const TempFolder folder;
  const std::string file = folder.write("t.csv", "a,y\n,x\n");
  test::expect_error(read(file), ErrorCode::kBadValue, file + ": line 2, column \"a\": the value is missing");
}

TEST(ReadData, WhatDoesNotExistIsRefused) {
  test::expect_error(read("no/such/file.csv"), ErrorCode::kIo, "no/such/file.csv: no such file");
  test::expect_error(read(""), ErrorCode::kIo, "no such file");
  test::expect_error(read(":test"), ErrorCode::kIo, "no such file");
}

TEST(ReadData, AMistypedSplitIsExplained) {
  test::expect_error(read("spam:tset"), ErrorCode::kBadOption,
                     "found \":tset\" after the name, expected :train or :test");
  const TempFolder folder;
  test::expect_error(read(folder.path() + ":val"), ErrorCode::kBadOption, "found \":val\"");
  test::expect_error(read(folder.path() + ":train@3x3"), ErrorCode::kBadOption,
                     "the size stands before the side, as in " + folder.path() + "@3x3:train");
}

TEST(ReadData, AnEmptySideIsAnError) {
  const TempFolder folder;
  const std::string file = folder.write("t.csv", "a,y\n1,x\n2,z\n");
  test::expect_error(read(file + ":test"), ErrorCode::kBadFormat, "this side of the split is empty");
}

}  // namespace
}  // namespace standfast::data
