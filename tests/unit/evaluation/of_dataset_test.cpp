#include <atomic>
#include <cmath>
#include <filesystem>
#include <string>
#include <vector>

#include <gtest/gtest.h>
#include <unistd.h>

#include "format/model_file.hpp"
#include "standfast/evaluation.hpp"

namespace standfast::evaluation {
namespace {

// f(x) = 2 free + 1.5 win + win2 - hello - 0.5: spam until enough of it is gone or greeted away.
Classifier word_classifier() {
  model::Model model;
  model.input_shape = {4};
  model.feature_names = {"free", "hello", "win", "winner"};
  model.tokenizer = "words/1";
  model.graph.input_shape = {4};
  model.graph.nodes = {{.kind = model::NodeKind::kLinear,
                        .name = "score",
                        .inputs = {model::kGraphInput},
                        .weight = {{1, 4}, {2, -1, 1.5F, 1}},
                        .bias = {{1}, {-0.5F}}}};
  model.sensitive_class = "spam";
  model.other_class = "mail";
  const auto path = std::filesystem::temp_directory_path() / ("standfast_of_dataset_" + std::to_string(::getpid()));
  const Status saved = format::save_model(model, path.string());
  EXPECT_TRUE(saved.ok()) << saved.error().message;
  auto loaded = Classifier::load(path.string());
  EXPECT_TRUE(loaded.ok()) << loaded.error().message;
  std::filesystem::remove(path);
  return std::move(loaded).value();
}

Dataset messages(std::size_t copies = 1) {
  Dataset data;
  data.source = "messages";
  data.tokenizer = "words/1";
  data.input_shape = {4};
  data.feature_names = {"free", "hello", "win", "winner"};
  data.class_names = {"mail", "spam"};
  for (std::size_t i = 0; i < copies; ++i) {
    for (const std::uint32_t word : {0U, 2U, 3U}) data.words.word.push_back(word);  // f = 4
    data.words.begin.push_back(data.words.word.size());
    data.words.word.push_back(1);  // f = -1.5
    data.words.begin.push_back(data.words.word.size());
    data.labels.insert(data.labels.end(), {1, 0});
    data.source_index.insert(data.source_index.end(),
                             {static_cast<std::int64_t>(2 * i), static_cast<std::int64_t>(2 * i + 1)});
  }
  return data;
}

CertifyOptions options(const ThreatModel& threat) {
  CertifyOptions options;
  options.norms = {Norm::l1()};
  options.threat = threat;
  options.attack = true;
  return options;
}

TEST(OfDataset, WordsGiveWhatDenseRowsGive) {
  const Dataset data = messages();
  Dataset dense = data;
  dense.tokenizer = "";
  dense.features = data.dense_rows(0, 2);
  const auto a = certify(word_classifier(), data, options(ThreatModel::words(4)));
  const auto b = certify(word_classifier(), dense, options(ThreatModel::words(4)));
  ASSERT_TRUE(a.ok() && b.ok());
  EXPECT_EQ(a->logits, b->logits);
  EXPECT_EQ(a->radii, b->radii);
  EXPECT_EQ(*logits(word_classifier(), data), (std::vector<float>{4, -1.5F}));
}

TEST(OfDataset, ManyMessagesGoInBlocks) {
  const Dataset data = messages(5000);
  const auto found = certify(word_classifier(), data, options(ThreatModel::words(4)));
  ASSERT_TRUE(found.ok()) << found.error().message;
  ASSERT_EQ(found->count(), 10000U);
  for (std::size_t i = 0; i < 10000; i += 2) ASSERT_EQ(found->radius(i, 0), found->radius(0, 0));
  CertifyOptions stopping = options(ThreatModel::words(4));
  std::atomic<std::size_t> last = 0;  // threads ask while one of them tells
  stopping.progress = [&](std::size_t done) { last = done; };
  ASSERT_TRUE(certify(word_classifier(), data, stopping).ok());
  EXPECT_EQ(last, 10000U);
  stopping.stop_requested = [&] { return last >= 4096; };
  last = 0;
  EXPECT_LT(certify(word_classifier(), data, stopping)->count(), 9000U);
}

TEST(OfDataset, WholePricesMeetWhereWordsAreCounted) {
  const Dataset data = messages();
  auto any = certify(word_classifier(), data, options(ThreatModel::words(4)));
  ASSERT_TRUE(any.ok());
  // 4 = 2 + 1.5 + .5 of the next: the real radius is 2.5, and three words have to change
  EXPECT_NEAR(any->radius(0, 0), 2.5, 1e-6);
  count_whole_prices(*any, data, ThreatModel::words(4));
  EXPECT_EQ(any->radius(0, 0), 3);
  EXPECT_EQ(any->attack(0, 0), 3);
  EXPECT_EQ(any->radius(1, 0), 0);  // no alarm, no promise
  auto added = certify(word_classifier(), data, options(ThreatModel::added_words(4)));
  ASSERT_TRUE(added.ok());
  count_whole_prices(*added, data, ThreatModel::added_words(4));
  EXPECT_EQ(added->radius(0, 0), kInfinity);  // one word more takes 1 of 4
  EXPECT_EQ(added->attack(0, 0), kInfinity);
}

TEST(OfDataset, OnlyWholePricesAreCounted) {
  Dataset data = messages();
  data.tokenizer = "";
  data.features = {1, 0, 1, 0.5F, 0, 1, 0, 0};
  ThreatModel threat = ThreatModel::words(4);
  auto found = certify(word_classifier(), data, options(threat));
  ASSERT_TRUE(found.ok());
  const double before = found->radius(0, 0);
  count_whole_prices(*found, data, threat);
  EXPECT_EQ(found->radius(0, 0), before);  // a feature that is not whole can move by less than 1
  data.features[3] = 1;
  threat.cost = {1, 1, 1.5, 1};
  count_whole_prices(*found, data, threat);
  EXPECT_EQ(found->radius(0, 0), before);
  threat.cost = {1, 1, 2, 1};
  threat.whole = false;
  count_whole_prices(*found, data, threat);
  EXPECT_EQ(found->radius(0, 0), before);
}

TEST(OfDataset, AnAttackOnWordsIsAMessage) {
  const Dataset data = messages();
  AttackOptions asked;
  asked.norms = {Norm::l1()};
  asked.threat = ThreatModel::words(4);
  auto found = attack(word_classifier(), data, asked);
  ASSERT_TRUE(found.ok()) << found.error().message;
  count_whole_prices(*found, data, asked.threat);
  EXPECT_EQ(found->distance(0, 0), 3);
  for (std::size_t f = 0; f < 4; ++f) EXPECT_TRUE(found->inputs[f] == 0 || found->inputs[f] == 1) << f;
  EXPECT_LE(found->attack_logits[0], 0);
}

}  // namespace
}  // namespace standfast::evaluation
