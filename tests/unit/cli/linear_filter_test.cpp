#include "cli/demo/linear_filter.hpp"

#include <bit>
#include <cmath>
#include <optional>
#include <vector>

#include <gtest/gtest.h>

#include "support/cases.hpp"

namespace standfast::cli {
namespace {

using Words = std::vector<std::uint32_t>;

/// Messages of `dim` words; bit w of a message says whether word w occurs.
Dataset messages(std::size_t dim, const std::vector<std::uint32_t>& bits, std::vector<std::int32_t> labels) {
  Dataset data;
  data.tokenizer = "words/1";
  for (std::size_t word = 0; word < dim; ++word) data.feature_names.push_back("w" + std::to_string(word));
  for (const std::uint32_t message : bits) {
    for (std::uint32_t word = 0; word < dim; ++word)
      if ((message >> word & 1U) != 0) data.words.word.push_back(word);
    data.words.begin.push_back(data.words.word.size());
    data.source_index.push_back(static_cast<std::int64_t>(data.source_index.size()));
  }
  data.labels = std::move(labels);
  return data;
}

Dataset random_messages(Random& random, std::size_t dim, std::size_t count) {
  std::vector<std::uint32_t> bits;
  std::vector<std::int32_t> labels = {0, 1};
  for (std::size_t i = 0; i < count; ++i) bits.push_back(static_cast<std::uint32_t>(random.below(1U << dim)));
  while (labels.size() < count) labels.push_back(random.chance(0.4) ? 1 : 0);
  return messages(dim, bits, labels);
}

Words words_of_bits(std::uint32_t bits) {
  Words words;
  for (std::uint32_t word = 0; word < 32; ++word)
    if ((bits >> word & 1U) != 0) words.push_back(word);
  return words;
}

/// The loss that logistic regression minimises.
double loss_of(const LinearFilter& filter, const Dataset& data) {
  double loss = 0;
  for (const double weight : filter.weights) loss += weight * weight / 2;
  for (std::size_t i = 0; i < data.count(); ++i) {
    const double score = filter.score(data.words.row(i));
    loss += std::log1p(std::exp(data.labels[i] == 1 ? -score : score));
  }
  return loss;
}

TEST(LinearFilter, NaiveBayesIsTheRatioOfTheProducts) {
  // word 0: 2 of 2 alarms, 1 of 3 others; word 1: 1 of 2, 3 of 3
  const Dataset data = messages(2, {0b01, 0b11, 0b10, 0b11, 0b10}, {1, 1, 0, 0, 0});
  const LinearFilter filter = fit_naive_bayes(data, 1);
  const double p0 = 3.0 / 4, q0 = 2.0 / 5, p1 = 2.0 / 4, q1 = 4.0 / 5;
  const auto expected = [&](bool has0, bool has1) {
    return std::log(2.0 / 3) + std::log((has0 ? p0 : 1 - p0) / (has0 ? q0 : 1 - q0)) +
           std::log((has1 ? p1 : 1 - p1) / (has1 ? q1 : 1 - q1));
  };
  for (std::uint32_t bits = 0; bits < 4; ++bits)
    EXPECT_NEAR(filter.score(words_of_bits(bits)), expected((bits & 1) != 0, (bits & 2) != 0), 1e-14) << bits;
}

TEST(LinearFilter, LogisticRegressionIsAtTheMinimum) {
  support::for_each_case(50, [](Random& random) {
    const Dataset data = random_messages(random, 6, 40);
    LinearFilter filter = fit_logistic_regression(data, 1);
    const double least = loss_of(filter, data);
    const auto is_higher_around = [&](double& parameter) {
      const double there = parameter;
      for (const double step : {-1e-2, 1e-2}) {
        parameter = there + step;
        EXPECT_GT(loss_of(filter, data), least);
      }
      parameter = there;
    };
    for (double& weight : filter.weights) is_higher_around(weight);
    is_higher_around(filter.bias);
  });
}

TEST(LinearFilter, TheFewestWordsAreThoseOfTryingAllChanges) {
  support::for_each_case(200, [](Random& random) {
    constexpr std::size_t kWords = 8;
    LinearFilter filter{"", {}, random.normal()};
    for (std::size_t word = 0; word < kWords; ++word) filter.weights.push_back(random.normal());
    const auto before = static_cast<std::uint32_t>(random.below(1U << kWords));
    for (const bool may_remove : {true, false}) {
      std::optional<int> fewest;
      for (std::uint32_t after = 0; after < (1U << kWords); ++after) {
        if (filter.score(words_of_bits(after)) > 0 || (!may_remove && (before & ~after) != 0)) continue;
        const int moves = std::popcount(before ^ after);
        if (!fewest || moves < *fewest) fewest = moves;
      }
      const auto found = fewest_words_past(filter, words_of_bits(before), may_remove);
      ASSERT_EQ(found.has_value(), fewest.has_value());
      if (!found) continue;
      EXPECT_EQ(static_cast<int>(found->size()), *fewest);
      std::uint32_t after = before;
      for (const std::uint32_t word : *found) after ^= 1U << word;
      EXPECT_LE(filter.score(words_of_bits(after)), 1e-12);
    }
  });
}

TEST(LinearFilter, FalseAlarmsAreAsManyAsAllowedAndNoAlarmIsGivenAway) {
  support::for_each_case(100, [](Random& random) {
    const Dataset data = random_messages(random, 6, 60);
    LinearFilter filter = fit_naive_bayes(data, 1);
    const auto allowed = static_cast<std::size_t>(random.below(10));
    const auto alarms_of = [&](std::int32_t label, double above) {
      std::size_t count = 0;
      for (std::size_t i = 0; i < data.count(); ++i)
        count += data.labels[i] == label && filter.score(data.words.row(i)) > above ? 1 : 0;
      return count;
    };
    allow_false_alarms(filter, data, 1, allowed);
    EXPECT_LE(alarms_of(0, 0), allowed);
    for (std::size_t i = 0; i < data.count(); ++i) {
      const double lower = filter.score(data.words.row(i)) - 1e-9;
      if (lower < 0 && alarms_of(1, lower) > alarms_of(1, 0)) {
        EXPECT_GT(alarms_of(0, lower), allowed);
      }
    }
  });
}

}  // namespace
}  // namespace standfast::cli
