// What categories can do at one input, and what it costs.
#include "threat/moves.hpp"

#include <string>
#include <vector>

#include <gtest/gtest.h>

namespace standfast::threat {
namespace {

ThreatModel colours_and_sizes() {
  ThreatModel threat;
  threat.categories = {{"colour", {1, 2, 3}, 2}, {"size", {5, 4}, 0.5}};
  return threat;
}

const std::vector<float> kInput = {7, 0, 1, 0, 0, 1};

TEST(Moves, EachOtherValueCanBeTaken) {
  const ThreatModel threat = colours_and_sizes();
  const auto moves = moves_at(threat, kInput);
  ASSERT_TRUE(moves.ok());
  ASSERT_EQ(moves->size(), 2U);
  EXPECT_EQ((*moves)[0].from, 2U);
  EXPECT_EQ((*moves)[0].cost, 2);
  ASSERT_EQ((*moves)[0].to.size(), 2U);
  EXPECT_EQ((*moves)[0].to[0].feature, 1U);
  EXPECT_EQ((*moves)[0].to[1].feature, 3U);
  EXPECT_EQ((*moves)[1].from, 5U);
}

TEST(Moves, BoundsCloseValues) {
  ThreatModel threat = colours_and_sizes();
  threat.max_increase = {kInfinity, 0, 1, 1, 0.99, 1};
  threat.max_decrease = {kInfinity, 0, 1, 0, 0, 1};
  auto moves = moves_at(threat, kInput);
  ASSERT_TRUE(moves.ok());
  ASSERT_EQ((*moves)[0].to.size(), 1U) << "1 may not rise";
  EXPECT_EQ((*moves)[0].to[0].feature, 3U);
  EXPECT_TRUE((*moves)[1].to.empty()) << "4 may not rise the whole way";
  threat.max_decrease[2] = 0;
  moves = moves_at(threat, kInput);
  ASSERT_TRUE(moves.ok());
  EXPECT_TRUE((*moves)[0].to.empty()) << "2 may not fall";
  ThreatModel bounded = colours_and_sizes();
  bounded.upper = {9, 0.5, 1, 1, 1, 1};
  bounded.lower = {0, 0, 0, 0, 0, 0.5};
  moves = moves_at(bounded, kInput);
  ASSERT_TRUE(moves.ok());
  ASSERT_EQ((*moves)[0].to.size(), 1U);
  EXPECT_TRUE((*moves)[1].to.empty());
}

TEST(Moves, AnInputWithoutOneValueIsRefusedByName) {
  const auto refusal = [](std::vector<float> x) {
    const ThreatModel threat = colours_and_sizes();
    const Status status = check_values(threat, x, "input 3");
    EXPECT_FALSE(status.ok());
    EXPECT_EQ(status.ok() ? ErrorCode::kIo : status.error().code, ErrorCode::kBadValue);
    EXPECT_FALSE(moves_at(threat, x).ok());
    return status.ok() ? std::string() : status.error().message;
  };
  EXPECT_EQ(refusal({7, 0, 0, 0, 0, 1}),
            "input 3: category \"colour\": all of its features are 0, expected one feature of 1 and 2 of 0");
  EXPECT_EQ(refusal({7, 0, 1, 1, 0, 1}),
            "input 3: category \"colour\": feature 2 is 1, feature 3 is 1, expected one feature of 1 and 2 of 0");
  EXPECT_EQ(refusal({7, 0, 1, 0, 0, 0.5F}),
            "input 3: category \"size\": feature 5 is 0.5, expected one feature of 1 and 1 of 0");
}

TEST(Moves, APriceHasOneEntryPerCategory) {
  const std::vector<double> cost = {10, 20, 30, 40, 50, 60};
  const std::vector<double> entries =
      price_entries(colours_and_sizes(), cost, std::vector<double>{-0.5, 1, -1, 0, 0, 0});
  EXPECT_EQ(entries, (std::vector<double>{5, 2, 0, 0, 0, 0}));
  EXPECT_EQ(Norm::l0().of_vector(entries), 2);
  EXPECT_EQ(Norm::l1().of_vector(entries), 7);
}

TEST(Moves, CategoriesAreChecked) {
  const auto message = [](std::vector<Category> categories) {
    ThreatModel threat;
    threat.categories = std::move(categories);
    const Status status = threat.validate(4);
    EXPECT_FALSE(status.ok());
    return status.ok() ? std::string() : status.error().message;
  };
  EXPECT_EQ(message({{"a", {0}, 1}}), "threat model: category \"a\" has 1 features, expected at least 2");
  EXPECT_EQ(message({{"a", {0, 4}, 1}}), "threat model: category \"a\" has the feature 4, expected one of 4");
  EXPECT_EQ(message({{"a", {0, 1}, 0}}), "threat model: category \"a\" has the cost 0, expected a finite number > 0");
  EXPECT_EQ(message({{"a", {0, 1}, 1}, {"b", {2, 1}, 1}}),
            "threat model: category \"b\" has the feature 1 a second time, expected it once in one category");
  EXPECT_EQ(message({{"a", {0, 0}, 1}}),
            "threat model: category \"a\" has the feature 0 a second time, expected it once in one category");
  EXPECT_FALSE(message({{"a", {0, 1}, kInfinity}}).empty());
}

}  // namespace
}  // namespace standfast::threat
