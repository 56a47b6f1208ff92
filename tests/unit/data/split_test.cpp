#include <algorithm>
#include <cmath>
#include <map>
#include <set>

#include "base/random.hpp"
#include "unit/data/data_support.hpp"

namespace standfast::data {
namespace {

/// Rows of two small integers, so that many are equal, with labels 0 to 2 whatever the row.
Dataset rows_with_repeats(std::size_t count, std::uint64_t seed) {
  Random random(seed);
  Dataset data;
  data.input_shape = {2};
  data.class_names = {"a", "b", "c"};
  for (std::size_t i = 0; i < count; ++i) {
    data.features.push_back(static_cast<float>(random.below(20)));
    data.features.push_back(static_cast<float>(random.below(20)));
    data.labels.push_back(static_cast<std::int32_t>(random.below(3)));
    data.source_index.push_back(static_cast<std::int64_t>(i));
  }
  return data;
}

std::set<std::vector<float>> distinct_rows(const Dataset& data, const std::vector<std::size_t>& positions) {
  std::set<std::vector<float>> rows;
  for (const auto i : positions) rows.emplace(data.row(i).begin(), data.row(i).end());
  return rows;
}

TEST(Split, EachRowIsOnOneSideAndPositionsAscend) {
  const Dataset data = rows_with_repeats(500, 1);
  const Split split = split_data(data, 0.2, 7);
  EXPECT_TRUE(std::ranges::is_sorted(split.first));
  EXPECT_TRUE(std::ranges::is_sorted(split.second));
  std::set<std::size_t> all(split.first.begin(), split.first.end());
  all.insert(split.second.begin(), split.second.end());
  EXPECT_EQ(all.size(), 500U);
  EXPECT_EQ(split.first.size() + split.second.size(), 500U);
}

TEST(Split, EqualRowsStayTogetherWhateverTheirLabels) {
  for (std::uint64_t seed = 0; seed < 20; ++seed) {
    const Dataset data = rows_with_repeats(500, seed);
    const Split split = split_data(data, 0.3, seed);
    const auto second = distinct_rows(data, split.second);
    for (const auto& row : distinct_rows(data, split.first)) EXPECT_FALSE(second.contains(row));
  }
}

TEST(Split, MinusZeroEqualsZero) {
  Dataset data = rows_with_repeats(2, 1);
  data.features = {0.0F, 1.0F, -0.0F, 1.0F};
  const Split split = split_data(data, 0.5, 1);
  EXPECT_EQ(split.first.size() * split.second.size(), 0U);
}

TEST(Split, EachClassIsSharedOut) {
  Dataset data = rows_with_repeats(3000, 3);
  for (std::size_t i = 0; i < data.features.size(); ++i) data.features[i] = static_cast<float>(i);  // no equal rows
  const Split split = split_data(data, 0.2, 1);
  std::map<std::int32_t, double> all, second;
  for (const auto label : data.labels) ++all[label];
  for (const auto i : split.second) ++second[data.labels[i]];
  for (const auto& [label, count] : all) EXPECT_EQ(second[label], std::round(0.2 * count)) << label;
}

TEST(Split, TheSeedDecidesAndNothingElse) {
  const Dataset data = rows_with_repeats(500, 1);
  EXPECT_EQ(split_data(data, 0.2, 7).second, split_data(data, 0.2, 7).second);
  EXPECT_NE(split_data(data, 0.2, 7).second, split_data(data, 0.2, 8).second);
}

TEST(Split, SharesZeroAndOneGiveEverythingToOneSide) {
  const Dataset data = rows_with_repeats(50, 1);
  EXPECT_TRUE(split_data(data, 0, 1).second.empty());
  EXPECT_TRUE(split_data(data, 1, 1).first.empty());
}

TEST(Split, UnlabelledDataAreSplitAsOneClass) {
  Dataset data = rows_with_repeats(100, 1);
  data.labels.clear();
  EXPECT_NEAR(static_cast<double>(split_data(data, 0.2, 1).second.size()), 20, 1);
}

}  // namespace
}  // namespace standfast::data
