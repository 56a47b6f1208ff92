#include <algorithm>
#include <set>

#include "unit/data/data_support.hpp"

namespace standfast::data {
namespace {

using test::read;

std::size_t count_of(const Dataset& data, std::string_view name) {
  return static_cast<std::size_t>(std::count(data.labels.begin(), data.labels.end(), *data.class_index(name)));
}

TEST(Embedded, SpamIsWhole) {
  const auto data = read("spam");
  ASSERT_TRUE(data.ok()) << data.error().message;
  EXPECT_EQ(data->count(), 4601U);
  EXPECT_EQ(data->dim(), 57U);
  EXPECT_EQ(count_of(*data, "spam"), 1813U);
  EXPECT_EQ(count_of(*data, "mail"), 2788U);
}

TEST(Embedded, EachFeatureHasItsNameAndUnit) {
  const auto data = read("spam");
  ASSERT_EQ(data->feature_names.size(), 57U);
  ASSERT_EQ(data->feature_units.size(), 57U);
  for (std::size_t i = 0; i < 57; ++i) {
    const std::string& name = data->feature_names[i];
    const std::string expected = name.starts_with("word_freq_")   ? "percent of words"
                                 : name.starts_with("char_freq_") ? "percent of characters"
                                                                  : "letters";
    EXPECT_EQ(data->feature_units[i], expected) << name;
  }
  EXPECT_EQ(data->feature_names[52], "char_freq_$");
  EXPECT_EQ(data->feature_names[56], "capital_run_length_total");
}

TEST(Embedded, TheFixedSplitNeverMoves) {
  const auto train = read("spam:train");
  const auto test = read("spam:test");
  EXPECT_EQ(train->count() + test->count(), 4601U);
  EXPECT_EQ(test->count(), 920U);
  EXPECT_EQ(count_of(*test, "spam"), 362U);
  std::uint64_t hash = 0;  // of the rows chosen: published figures depend on them
  for (const auto row : test->source_index) hash = hash * 1000003 + static_cast<std::uint64_t>(row);
  EXPECT_EQ(hash, 6050481371021643754U);
}

TEST(Embedded, NoTestMessageOccursInTraining) {
  const auto train = read("spam:train");
  const auto test = read("spam:test");
  std::set<std::vector<float>> seen;
  for (std::size_t i = 0; i < train->count(); ++i) seen.emplace(train->row(i).begin(), train->row(i).end());
  for (std::size_t i = 0; i < test->count(); ++i) {
    EXPECT_FALSE(seen.contains(std::vector<float>(test->row(i).begin(), test->row(i).end()))) << i;
  }
}

TEST(Embedded, TheListSaysWhereDataComeFrom) {
  const auto all = embedded_data();
  ASSERT_EQ(all.size(), 1U);
  EXPECT_EQ(all[0].name, "spam");
  EXPECT_EQ(all[0].licence, "CC BY 4.0");
  EXPECT_NE(all[0].citation.find("10.24432/C53G6X"), std::string::npos);
  EXPECT_NE(all[0].title.find("4,601"), std::string::npos);
}

}  // namespace
}  // namespace standfast::data
