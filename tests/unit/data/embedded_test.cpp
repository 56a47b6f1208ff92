#include <algorithm>
#include <filesystem>
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

TEST(Embedded, MailIsWhole) {
  const auto data = read("mail");
  ASSERT_TRUE(data.ok()) << data.error().message;
  EXPECT_EQ(data->count(), 5797U);
  EXPECT_EQ(count_of(*data, "spam"), 1697U);
  EXPECT_EQ(count_of(*data, "mail"), 4100U);
  EXPECT_TRUE(data->is_text());
  EXPECT_TRUE(data->notes.empty());
  std::vector<std::size_t> messages(data->dim());
  for (const auto word : data->words.word) ++messages[word];
  EXPECT_EQ(*std::ranges::min_element(messages), 5U) << "rarer words are left out";
}

TEST(Embedded, NoMailHoldsAnAddress) {
  const auto data = read("mail");
  for (const auto& word : data->feature_names) {
    EXPECT_EQ(word.find('@'), std::string::npos) << word;
    EXPECT_EQ(word.find_first_of("/?:", word.starts_with("http://") ? 7 : 0), std::string::npos) << word;
  }
}

TEST(Embedded, NoTestMailOccursInTraining) {
  std::set<std::vector<std::uint32_t>> seen;
  const auto data = read("mail");
  for (std::size_t i = 0; i < data->count(); ++i) {
    const auto row = data->words.row(i);
    EXPECT_TRUE(seen.emplace(row.begin(), row.end()).second) << i;
  }
  const auto test = read("mail:test");
  EXPECT_EQ(read("mail:train")->count() + test->count(), data->count());
  EXPECT_EQ(test->count(), 1159U);
}

TEST(Embedded, AFolderOfTheSameNameIsSaid) {
  const auto before = std::filesystem::current_path();
  const auto folder = std::filesystem::temp_directory_path() / "standfast-embedded-name";
  std::filesystem::create_directories(folder / "mail");
  std::filesystem::current_path(folder);
  const auto data = read("mail:test");
  std::filesystem::current_path(before);
  std::filesystem::remove_all(folder);
  ASSERT_TRUE(data.ok());
  EXPECT_EQ(data->notes,
            std::vector<std::string>{"mail: the embedded data set; the file or folder of that name is ./mail"});
}

TEST(Embedded, TheListSaysWhereDataComeFrom) {
  const auto all = embedded_data();
  ASSERT_EQ(all.size(), 2U);
  EXPECT_EQ(all[0].name, "mail");
  EXPECT_EQ(all[0].licence, "PDDL 1.0 (database), CC0 1.0 (contents)");
  EXPECT_NE(all[0].citation.find("SpamAssassin"), std::string::npos);
  EXPECT_NE(all[0].title.find("5,797"), std::string::npos);
  EXPECT_EQ(all[1].name, "spam");
  EXPECT_EQ(all[1].licence, "CC BY 4.0");
  EXPECT_NE(all[1].citation.find("10.24432/C53G6X"), std::string::npos);
  EXPECT_NE(all[1].title.find("4,601"), std::string::npos);
}

}  // namespace
}  // namespace standfast::data
