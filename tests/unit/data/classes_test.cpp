#include "data/classes.hpp"

#include "unit/data/data_support.hpp"

namespace standfast::data {
namespace {

using Names = std::vector<std::string>;
using Labels = std::vector<std::int32_t>;

/// Rows 0, 1, 2, 3 of classes a, b, c, b.
Dataset four_rows() { return {"four", {1}, {}, {}, {"a", "b", "c"}, {0, 1, 2, 3}, {0, 1, 2, 1}, {0, 1, 2, 3}, false}; }

TEST(Classes, SelectionKeepsRowsOfTheClassesInTheirOrder) {
  const auto chosen = select_classes(four_rows(), Names{"c", "b"});
  ASSERT_TRUE(chosen.ok());
  EXPECT_EQ(chosen->class_names, (Names{"c", "b"}));
  EXPECT_EQ(chosen->features, (std::vector<float>{1, 2, 3}));
  EXPECT_EQ(chosen->labels, (Labels{1, 0, 1}));
  EXPECT_EQ(chosen->source_index, (std::vector<std::int64_t>{1, 2, 3}));
}

TEST(Classes, AnUnknownClassIsRefusedNamingThoseThatExist) {
  test::expect_error(select_classes(four_rows(), Names{"a", "d"}), ErrorCode::kBadOption,
                     "has no class \"d\", expected one of: a, b, c");
}

TEST(Classes, AClassNamedTwiceIsRefused) {
  test::expect_error(select_classes(four_rows(), Names{"a", "a"}), ErrorCode::kBadOption, "named twice");
}

TEST(Classes, UnlabelledDataHaveNoClassesToChoose) {
  Dataset data = four_rows();
  data.labels.clear();
  test::expect_error(select_classes(data, Names{"a"}), ErrorCode::kBadOption, "holds no labels");
}

TEST(Classes, ConcatenationMergesClassesByName) {
  Dataset second = four_rows();
  second.class_names = {"c", "0", "a"};
  const auto both = concatenate_datasets(four_rows(), second);
  ASSERT_TRUE(both.ok());
  EXPECT_EQ(both->class_names, (Names{"0", "a", "b", "c"}));
  EXPECT_EQ(both->labels, (Labels{1, 2, 3, 2, 3, 0, 1, 0}));
  EXPECT_EQ(both->source_index.back(), 7);
}

TEST(Classes, ConcatenationNeedsEqualShapes) {
  Dataset second = four_rows();
  second.input_shape = {2, 2};
  test::expect_error(concatenate_datasets(four_rows(), second), ErrorCode::kBadShape,
                     "inputs are (2, 2), expected (1)");
}

TEST(Classes, SubsetsTakeRowsInTheOrderAsked) {
  const Dataset part = four_rows().subset(std::vector<std::size_t>{3, 0});
  EXPECT_EQ(part.features, (std::vector<float>{3, 0}));
  EXPECT_EQ(part.labels, (Labels{1, 0}));
  EXPECT_EQ(part.count(), 2U);
}

TEST(Classes, OneClassAgainstTheRestComesFirstAndTheOthersBecomeOne) {
  const auto split = put_against_rest(four_rows(), "b");
  ASSERT_TRUE(split.ok()) << split.error().message;
  EXPECT_EQ(split->class_names, (Names{"b", "not b"}));
  EXPECT_EQ(split->labels, (Labels{1, 0, 1, 0}));
  EXPECT_EQ(split->notes.back(), "four: the class \"b\" against the rest, 2 other classes");
}

TEST(Classes, AClassThatIsNotThereIsNotPutAgainstTheRest) {
  test::expect_error(put_against_rest(four_rows(), "d"), ErrorCode::kBadOption, "has no class \"d\"");
  const auto lenient = put_against_rest_unless_done(four_rows(), "d");
  ASSERT_TRUE(lenient.ok());
  EXPECT_EQ(lenient->labels, (Labels{1, 1, 1, 1}));
}

TEST(Classes, AClassNamedAsTheRestIsRefused) {
  Dataset data = four_rows();
  data.class_names[2] = "not a";
  test::expect_error(put_against_rest(data, "a"), ErrorCode::kBadOption, "a class is called \"not a\"");
  test::expect_error(put_against_rest_unless_done(data, "a"), ErrorCode::kBadOption, "a class is called \"not a\"");
}

TEST(Classes, DataOfTheTwoClassesAndUnlabelledDataStayAsTheyAre) {
  Dataset data = four_rows();
  data.class_names = {"not a", "a"};
  data.labels = {0, 1, 1, 0};
  const auto same = put_against_rest_unless_done(data, "a");
  ASSERT_TRUE(same.ok());
  EXPECT_EQ(same->labels, data.labels);
  data.labels.clear();
  EXPECT_TRUE(put_against_rest_unless_done(data, "a")->labels.empty());
  test::expect_error(put_against_rest(data, "a"), ErrorCode::kBadOption, "holds no labels");
}

}  // namespace
}  // namespace standfast::data
