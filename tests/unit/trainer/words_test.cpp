// Messages in training: the vocabulary of the training side, batches of words, and the words that lower a score most.
#include <algorithm>
#include <array>
#include <bit>
#include <cmath>
#include <cstdint>
#include <functional>
#include <numeric>
#include <set>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "base/random.hpp"
#include "standfast/text.hpp"
#include "trainer/batches.hpp"
#include "trainer/prepare.hpp"
#include "trainer/words/vocabulary.hpp"
#include "trainer/words/word_moves.hpp"

namespace standfast::trainer {
namespace {

/// Messages over words named so that their bytes are in the order of their numbers.
Dataset messages(const std::vector<std::vector<std::uint32_t>>& rows, std::size_t words) {
  Dataset data;
  data.source = "mail";
  data.tokenizer = std::string(kTokenizer);
  data.class_names = {"ham", "spam"};
  for (std::size_t word = 0; word < words; ++word)
    data.feature_names.push_back(std::string("word") + static_cast<char>('a' + word));
  data.input_shape = {static_cast<std::int64_t>(words)};
  for (const auto& row : rows) {
    data.words.word.insert(data.words.word.end(), row.begin(), row.end());
    data.words.begin.push_back(data.words.word.size());
    data.source_index.push_back(static_cast<std::int64_t>(data.source_index.size()));
  }
  return data;
}

/// Random words; every message differs from the others.
Dataset random_messages(std::size_t count, std::size_t words) {
  Random random(7);
  std::set<std::vector<std::uint32_t>> rows;
  while (rows.size() < count) {
    std::vector<std::uint32_t> row;
    for (std::uint32_t word = 0; word < words; ++word)
      if (random.uniform() < 0.3) row.push_back(word);
    rows.insert(row);
  }
  Dataset data = messages({rows.begin(), rows.end()}, words);
  for (std::size_t i = 0; i < count; ++i) data.labels.push_back(i % 3 == 0 ? 1 : 0);
  return data;
}

TrainOptions options_for_spam() {
  TrainOptions options;
  options.sensitive = "spam";
  options.min_count = 1;
  options.validation_share = 0.25;
  return options;
}

using Names = std::vector<std::string>;

TEST(Vocabulary, HoldsWordsOfEnoughTrainingMessages) {
  const Dataset data = messages({{0, 1}, {1, 2}, {1, 3}, {2, 3}}, 5);
  const std::array<std::size_t, 3> rows = {0, 1, 2};  // the last message is not of the training side
  EXPECT_EQ(choose_vocabulary(data, rows, 100, 1), (Names{"worda", "wordb", "wordc", "wordd"}));
  EXPECT_EQ(choose_vocabulary(data, rows, 100, 2), (Names{"wordb"}));
  EXPECT_EQ(choose_vocabulary(data, rows, 100, 4), Names{});
}

TEST(Vocabulary, KeepsTheMostFrequentWordsAndTheFirstOfEqualOnes) {
  const Dataset data = messages({{2, 3, 4}, {0, 3, 4}, {1, 2, 4}}, 5);
  const std::array<std::size_t, 3> rows = {0, 1, 2};
  EXPECT_EQ(choose_vocabulary(data, rows, 1, 1), (Names{"worde"}));
  EXPECT_EQ(choose_vocabulary(data, rows, 2, 1), (Names{"wordc", "worde"}));
  EXPECT_EQ(choose_vocabulary(data, rows, 4, 1), (Names{"worda", "wordc", "wordd", "worde"}));
}

/// The lowest change of the score by at most `radius` words, over all sets of them.
double lowest_change(const std::vector<float>& slopes, const std::vector<std::int64_t>& present, int radius,
                     WordChanges allowed) {
  std::vector<double> moves;
  for (std::size_t word = 0; word < slopes.size(); ++word) {
    const bool has = std::ranges::binary_search(present, static_cast<std::int64_t>(word));
    if (has && allowed == WordChanges::kAdded) continue;
    moves.push_back(has ? -slopes[word] : slopes[word]);
  }
  double lowest = 0;
  for (std::uint32_t set = 0; set < (1U << moves.size()); ++set) {
    if (std::popcount(set) > radius) continue;
    double change = 0;
    for (std::size_t i = 0; i < moves.size(); ++i)
      if ((set >> i & 1U) != 0) change += moves[i];
    lowest = std::min(lowest, change);
  }
  return lowest;
}

double change_of(std::span<const WordMove> moves, const std::vector<float>& slopes) {
  double sum = 0;
  for (const WordMove& move : moves) sum += move.change * slopes[static_cast<std::size_t>(move.word)];
  return sum;
}

TEST(WordMoves, AreTheLowestOfAllSetsOfSoManyWords) {
  Random random(3);
  WordMoves moves;
  for (int round = 0; round < 60; ++round) {
    std::vector<float> slopes(12);
    for (float& slope : slopes) slope = static_cast<float>(random.normal());
    std::vector<std::int64_t> present;
    for (std::int64_t word = 0; word < 12; ++word)
      if (random.uniform() < 0.4) present.push_back(word);
    for (const int radius : {0, 1, 3, 12, 40})
      for (const WordChanges allowed : {WordChanges::kAddedOrRemoved, WordChanges::kAdded})
        EXPECT_NEAR(change_of(moves.find(slopes, present, radius, allowed), slopes),
                    lowest_change(slopes, present, radius, allowed), 1e-5);
  }
}

TEST(WordMoves, ARadiusBetweenTwoNumbersTakesAShareOfTheLastWord) {
  const std::vector<float> slopes = {-3, 2, -1, 4};
  const std::vector<std::int64_t> present = {1};
  WordMoves moves;
  EXPECT_DOUBLE_EQ(change_of(moves.find(slopes, present, 0.5, WordChanges::kAddedOrRemoved), slopes), -1.5);
  EXPECT_DOUBLE_EQ(change_of(moves.find(slopes, present, 2.25, WordChanges::kAddedOrRemoved), slopes), -5.25);
  EXPECT_DOUBLE_EQ(change_of(moves.find(slopes, present, 1.5, WordChanges::kAdded), slopes), -3.5);
  // three words help, so that the last of them is no share
  EXPECT_DOUBLE_EQ(change_of(moves.find(slopes, present, 3.5, WordChanges::kAddedOrRemoved), slopes), -6);
}

TEST(PrepareMessages, TakesTheWordsOfTheTrainingSideAlone) {
  const Dataset data = random_messages(40, 9);
  Split split = split_data(data, 0.25, 1);
  const auto prepared = prepare_training(data, split, options_for_spam());
  ASSERT_TRUE(prepared.ok()) << prepared.error().message;
  EXPECT_EQ(prepared->feature_names, choose_vocabulary(data, split.first, 100, 1));
  EXPECT_EQ(prepared->tokenizer, kTokenizer);
  EXPECT_TRUE(prepared->map.empty());
  EXPECT_TRUE(prepared->train.features.empty());
  ASSERT_EQ(prepared->train.count(), split.first.size());
  ASSERT_EQ(prepared->validation.count(), split.second.size());
  const std::vector<float> rows = dense_rows(prepared->validation, 9, 0, split.second.size());
  for (std::size_t i = 0; i < split.second.size(); ++i) {
    const auto expected = data.dense_rows(split.second[i], 1);
    EXPECT_TRUE(std::equal(expected.begin(), expected.end(), rows.begin() + static_cast<std::ptrdiff_t>(9 * i)));
    EXPECT_EQ(prepared->validation.labels[i], static_cast<float>(data.labels[split.second[i]]));
  }
}

TEST(PrepareMessages, AWordOfTheHeldOutSideAloneIsNoFeature) {
  Dataset data = random_messages(40, 9);
  const Split split = split_data(data, 0.25, 1);
  data.feature_names.push_back("wordz");
  data.input_shape = {10};
  // the last word of one message that is held out
  const std::size_t held_out = split.second.front();
  data.words.word.insert(data.words.word.begin() + static_cast<std::ptrdiff_t>(data.words.begin[held_out + 1]), 9);
  for (std::size_t i = held_out + 1; i < data.words.begin.size(); ++i) ++data.words.begin[i];
  const auto prepared = prepare_training(data, split, options_for_spam());
  ASSERT_TRUE(prepared.ok()) << prepared.error().message;
  EXPECT_EQ(std::ranges::count(prepared->feature_names, "wordz"), 0);
}

TEST(PrepareMessages, RefusesWhatIsForNumbers) {
  const Dataset data = random_messages(40, 9);
  const auto refusal = [&](const std::function<void(TrainOptions&)>& change) {
    TrainOptions options = options_for_spam();
    change(options);
    const auto prepared = prepare_training(data, options);
    return prepared.ok() ? std::string("accepted") : prepared.error().message;
  };
  EXPECT_EQ(refusal([](TrainOptions& o) { o.feature_map = InputMap::kAbs; }),
            "--feature-map: abs is for numbers, mail holds messages, expected identity");
  EXPECT_EQ(refusal([](TrainOptions& o) { o.network = Network::kConv; }),
            "--network: conv is for images, mail holds messages, expected mlp");
  EXPECT_EQ(refusal([](TrainOptions& o) {
              o.certify_norm = Norm::l2();
              o.certify_radius = 1.5;
            }),
            "--certify-for: found 2:1.5, and mail holds messages; expected words:R or added-words:R");
  EXPECT_EQ(refusal([](TrainOptions& o) { o.min_count = 100; }),
            "mail: no word occurs in 100 of 29 training messages, expected a smaller --min-count or more messages");
}

TEST(PrepareMessages, ATableOfNumbersHasNoWordsToCertify) {
  Dataset table;
  table.source = "table";
  table.input_shape = {1};
  table.class_names = {"ham", "spam"};
  table.features = {0, 1};
  table.labels = {0, 1};
  table.source_index = {0, 1};
  TrainOptions options = options_for_spam();
  options.certify_added_words = 3;
  EXPECT_EQ(prepare_training(table, options).error().message,
            "--certify-for: words and added-words are for messages, table holds a table of numbers; expected "
            "NORM:RADIUS");
}

TEST(PrepareMessages, HashTellsWordsAndMessagesApart) {
  const auto hash = [](const std::vector<std::vector<std::uint32_t>>& rows) { return hash_rows(messages(rows, 4)); };
  EXPECT_EQ(hash({{0, 1}, {2}}), hash({{0, 1}, {2}}));
  EXPECT_NE(hash({{0, 1}, {2}}), hash({{0}, {1, 2}}));
  EXPECT_NE(hash({{0, 1}, {2}}), hash({{0, 1}, {3}}));
}

TEST(BatchesOfMessages, HoldTheWordsOfEachMessageOnceAnEpoch) {
  const auto prepared = prepare_training(random_messages(50, 9), options_for_spam());
  ASSERT_TRUE(prepared.ok()) << prepared.error().message;
  Batches batches(*prepared, 8, 0, false, 1);
  batches.shuffle();
  using Row = std::pair<float, std::vector<std::int64_t>>;
  std::multiset<Row> seen, expected;
  for (std::size_t i = 0; i < batches.per_epoch(); ++i) {
    const Batch& batch = batches.next();
    EXPECT_TRUE(batch.features.empty());
    for (std::size_t row = 0; row < batch.count(); ++row) {
      const auto words = batch.words_of(row);
      seen.insert({batch.labels[row], {words.begin(), words.end()}});
    }
  }
  for (std::size_t i = 0; i < prepared->train.count(); ++i) {
    const auto words = prepared->train.words.row(i);
    expected.insert({prepared->train.labels[i], {words.begin(), words.end()}});
  }
  EXPECT_EQ(seen, expected);
}

}  // namespace
}  // namespace standfast::trainer
