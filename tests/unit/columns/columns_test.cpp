#include "columns/columns.hpp"

#include <limits>

#include <gtest/gtest.h>

namespace standfast::columns {
namespace {

using Names = std::vector<std::string>;

Columns some_columns() {
  return {{"row", ColumnKind::kIndex},
          {"age", ColumnKind::kNumber, {}, 37.0F, true},
          {"colour", ColumnKind::kCategory, {"blue", "red"}},
          {"when", ColumnKind::kDate},
          {"vip", ColumnKind::kBoolean, {}, 0.0F},
          {"size", ColumnKind::kCategory, {"s"}}};
}

void expect_refused(const Columns& columns, const std::string& part) {
  const Status status = check_columns(columns, feature_names(columns));
  ASSERT_FALSE(status.ok()) << part;
  EXPECT_NE(status.error().message.find(part), std::string::npos) << status.error().message;
}

TEST(Columns, HaveFeaturesNamedAfterThem) {
  const Names expected = {"age", "age is missing", "colour=blue", "colour=red", "colour=(other)",
                          "vip", "size=s",         "size=(other)"};
  EXPECT_EQ(feature_names(some_columns()), expected);
  EXPECT_TRUE(check_columns(some_columns(), expected).ok());
}

TEST(Columns, CategoriesKnowTheirFeatures) {
  const auto categories = category_columns(some_columns());
  ASSERT_EQ(categories.size(), 2U);
  EXPECT_EQ(categories[0].name, "colour");
  EXPECT_EQ(categories[0].features, (std::vector<std::uint32_t>{2, 3, 4}));
  EXPECT_EQ(categories[0].values, (Names{"blue", "red", "(other)"}));
  EXPECT_EQ(categories[1].features, (std::vector<std::uint32_t>{6, 7}));
}

TEST(Columns, OfNamesAreNumbersUnlessTwoNamesAreEqual) {
  const Columns columns = columns_of_names({"a", "b"});
  ASSERT_EQ(columns.size(), 2U);
  EXPECT_EQ(columns[1], Column{"b"});
  EXPECT_TRUE(columns_of_names({"a", "a"}).empty());
  EXPECT_TRUE(columns_of_names({"a", ""}).empty());
}

TEST(Columns, EachKindIsReadBackFromItsName) {
  for (const Column& column : some_columns()) EXPECT_EQ(parse_column_kind(column_kind_name(column.kind)), column.kind);
  EXPECT_FALSE(parse_column_kind("Number"));
}

TEST(Columns, FalseClaimsAreRefused) {
  const float infinity = std::numeric_limits<float>::infinity();
  expect_refused({{""}}, "expected a name");
  expect_refused({{"a\xFF"}}, "expected a name in UTF-8");
  expect_refused({{"a"}, {"a", ColumnKind::kDate}}, "is there twice");
  expect_refused({{"a", ColumnKind::kNumber, {"x"}}}, "has values");
  expect_refused({{"a", ColumnKind::kCategory}}, "without values");
  expect_refused({{"a", ColumnKind::kCategory, {"y", "x"}}}, "out of order");
  expect_refused({{"a", ColumnKind::kCategory, {"x", "x"}}}, "out of order");
  expect_refused({{"a", ColumnKind::kCategory, {"NaN"}}}, "no missing value");
  expect_refused({{"a", ColumnKind::kCategory, {"(other)"}}}, "no missing value");
  expect_refused({{"a", ColumnKind::kCategory, {"x\xFF"}}}, "UTF-8");
  expect_refused({{"a", ColumnKind::kCategory, {"x"}, 1.0F}}, "fills missing values");
  expect_refused({{"a", ColumnKind::kDate, {}, {}, true}}, "fills missing values");
  expect_refused({{"a", ColumnKind::kNumber, {}, {}, true}}, "expected a value that stands in");
  expect_refused({{"a", ColumnKind::kNumber, {}, infinity}}, "not finite");
  expect_refused({{"a=x"}, {"a", ColumnKind::kCategory, {"x"}}}, "two features are named");
  EXPECT_EQ(check_columns({{"a"}}, {"a", "b"}).error().code, ErrorCode::kBadShape);
  EXPECT_EQ(check_columns({{"a"}}, {"b"}).error().code, ErrorCode::kBadShape);
}

}  // namespace
}  // namespace standfast::columns
