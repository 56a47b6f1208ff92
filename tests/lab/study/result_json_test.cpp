#include <cmath>
#include <limits>
#include <string>
#include <utility>

#include <gtest/gtest.h>

#include "lab/study/study.hpp"
#include "tests/lab/study/example.hpp"

namespace standfast::lab {
namespace {

std::string replaced(std::string text, const std::string& from, const std::string& to) {
  const auto at = text.find(from);
  EXPECT_NE(at, std::string::npos) << from;
  return text.replace(at, from.size(), to);
}

TEST(RecipeResultJson, ReadsBackWhatWasWritten) {
  auto result = example::result("mnist-linf", "ours", true, 1.0 / 3);
  result.shortened = "2 of 40 epochs";
  result.protocols[1].bounds[3][2].radii[5] = std::numeric_limits<double>::infinity();
  result.protocols[0].bounds[2][0].milliseconds = std::nan("");
  const std::string text = to_json(result);
  const auto back = recipe_result_from_json(text, "file");
  ASSERT_TRUE(back.ok()) << back.error().message;
  EXPECT_EQ(to_json(*back), text);
  EXPECT_EQ(back->protocols[0].bounds[1][1].radii, result.protocols[0].bounds[1][1].radii);
}

TEST(RecipeResultJson, EveryTruncationIsRefusedInOneSentence) {
  const std::string text = to_json(example::result("r", "l", false, 1));
  for (std::size_t length = 0; length + 2 < text.size(); length += 7) {
    const auto read = recipe_result_from_json(text.substr(0, length), "file.json");
    ASSERT_FALSE(read.ok()) << length;
    EXPECT_TRUE(read.error().message.starts_with("file.json: ")) << read.error().message;
    EXPECT_EQ(read.error().message.find('\n'), std::string::npos);
  }
}

TEST(RecipeResultJson, WrongTypesAndValuesAreRefused) {
  const std::string text = to_json(example::result("r", "l", false, 1));
  const std::pair<const char*, const char*> faults[] = {
      {"standfast/reproduce-recipe/1", "standfast/reproduce-recipe/2"},
      {"\"ours\": false", "\"ours\": 0"},
      {"\"label\": \"l\"", "\"label\": [\"l\"]"},
      {"\"sensitive_count\": 10", "\"sensitive_count\": -10"},
      {"\"training_seconds\": 12.5", "\"training_seconds\": 1e999"},
      {"\"accuracy_sensitive\": 0.8", "\"accuracy_sensitive\": 1.8"},
      {"\"threshold\": 0.25", "\"threshold\": 1e300"},
      {"\"milliseconds\": 0.125", "\"milliseconds\": \"inf\""},
      {"\"separable\"", "\"seperable\""},
      {"\"linf\"", "\"l3\""},
      {"\"radii\": [", "\"radii\": [-1,"},
      {"\"radii\": [", "\"radii\": [null,"},
      {"\"radii\": [", "\"radii\": [\"nan\","},
      {"\"protocols\": {", "\"protocols\": [{"},
      {"\"recipe\": \"r\"", "\"data\": \"r\""}};
  for (const auto& [from, to] : faults) {
    const auto read = recipe_result_from_json(replaced(text, from, to), "f");
    EXPECT_FALSE(read.ok()) << to;
  }
  for (const auto* hostile : {"", "null", "[]", "7", "{}", "\xff\xfe", "{\"protocols\": 1}"})
    EXPECT_FALSE(recipe_result_from_json(hostile, "f").ok()) << hostile;
  EXPECT_FALSE(recipe_result_from_json(std::string(100'000, '['), "f").ok());
}

}  // namespace
}  // namespace standfast::lab
