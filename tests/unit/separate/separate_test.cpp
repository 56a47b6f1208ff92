#include "standfast/separate.hpp"

#include <cmath>
#include <limits>

#include <gtest/gtest.h>

#include "base/random.hpp"

namespace standfast {
namespace {

using Side = HullAnswer::Side;

/// Points of class "in" and then of class "hull", in the plane.
Dataset points(const std::vector<std::vector<float>>& in, const std::vector<std::vector<float>>& hull) {
  Dataset data;
  data.source = "points";
  data.class_names = {"in", "hull"};
  data.input_shape = {static_cast<std::int64_t>(hull.empty() ? in.at(0).size() : hull[0].size())};
  for (const auto* side : {&in, &hull})
    for (const auto& x : *side) {
      data.features.insert(data.features.end(), x.begin(), x.end());
      data.labels.push_back(side == &in ? 0 : 1);
      data.source_index.push_back(static_cast<std::int64_t>(data.source_index.size()));
    }
  return data;
}

const std::vector<std::vector<float>> kSquare = {{0, 0}, {4, 0}, {0, 4}, {4, 4}};

SeparateOptions one_way() {
  SeparateOptions options;
  options.sensitive = {"in"};
  options.threads = 1;
  return options;
}

TEST(SeparateHulls, ProvesEveryPointOfTheSquareAndAroundIt) {
  const Dataset data = points({{2, 2}, {7, 2}, {2, 4}, {4, 4}, {-3, -3}, {1, 3}, {2, 4.000001F}}, kSquare);
  const auto reports = separate_hulls(data, one_way());
  ASSERT_TRUE(reports.ok()) << reports.error().message;
  ASSERT_EQ(reports->size(), 1U);
  const auto& answers = reports->front().answers;
  ASSERT_EQ(answers.size(), 7U);
  EXPECT_EQ(answers[0].side, Side::kInside) << "the middle of the square";
  EXPECT_EQ(answers[1].side, Side::kOutside);
  EXPECT_EQ(answers[2].side, Side::kInside) << "on the border";
  EXPECT_EQ(answers[3].side, Side::kInside) << "a corner";
  EXPECT_EQ(answers[4].side, Side::kOutside);
  EXPECT_EQ(answers[5].side, Side::kInside);
  EXPECT_EQ(answers[6].side, Side::kOutside) << "by the smallest step of float32";
  EXPECT_EQ(answers[2].support.size(), 2U) << "the ends of the edge alone";
  EXPECT_EQ(answers[3].support, (std::vector<std::size_t>{10}));
  EXPECT_EQ(answers[3].denominator, "1");
  EXPECT_LE(answers[1].distance_lower, 3.0 + 1e-6);
  EXPECT_GT(answers[1].distance_lower, 0.5);
}

TEST(SeparateHulls, SaysWhereItDoesNotSearch) {
  // the middle of a box of 1025 features: no plane exists, and a combination is not looked for
  std::vector<std::vector<float>> corners(2, std::vector<float>(1025, 0.0F));
  corners[1].assign(1025, 2.0F);
  const auto reports = separate_hulls(points({std::vector<float>(1025, 1.0F)}, corners), one_way());
  ASSERT_TRUE(reports.ok()) << reports.error().message;
  EXPECT_EQ(reports->front().count(HullAnswer::Doubt::kTooLarge), 1U);
  EXPECT_EQ(reports->front().count(Side::kUndecided), 1U);
}

TEST(SeparateHulls, DecidesEveryPointOfRandomClouds) {
  for (const std::size_t dim : {2U, 4U, 9U}) {
    Random random(dim);
    std::vector<std::vector<float>> in(60, std::vector<float>(dim));
    std::vector<std::vector<float>> hull(60, std::vector<float>(dim));
    for (auto* cloud : {&in, &hull})
      for (auto& x : *cloud)
        for (auto& value : x) value = static_cast<float>(random.below(100000)) / 1000;
    const auto reports = separate_hulls(points(in, hull), one_way());
    ASSERT_TRUE(reports.ok()) << reports.error().message;
    EXPECT_EQ(reports->front().count(Side::kUndecided), 0U);
    EXPECT_GT(reports->front().count(Side::kOutside), 0U);
    EXPECT_GE(reports->front().count(Side::kInside), dim < 9 ? 1U : 0U);
  }
}

TEST(SeparateHulls, NeverCallsACombinationOutside) {
  Random random(5);
  for (int round = 0; round < 10; ++round) {
    std::vector<std::vector<float>> hull;
    for (int i = 0; i < 12; ++i) {
      std::vector<float> x;
      for (int f = 0; f < 5; ++f) x.push_back(static_cast<float>(random.below(256)));
      hull.push_back(x);
    }
    // halves of two points: exact in float32
    std::vector<std::vector<float>> in;
    for (std::size_t i = 0; i + 1 < hull.size(); ++i) {
      in.push_back(hull[i]);
      for (std::size_t f = 0; f < 5; ++f) in.back()[f] = (hull[i][f] + hull[i + 1][f]) / 2;
    }
    const auto reports = separate_hulls(points(in, hull), one_way());
    ASSERT_TRUE(reports.ok()) << reports.error().message;
    EXPECT_EQ(reports->front().count(Side::kInside), in.size()) << "round " << round;
  }
}

TEST(FitPerfectly, FitsASquareInsideARing) {
  // the ring is above: a convex function has no trouble with it
  std::vector<std::vector<float>> ring;
  for (int i = 0; i < 16; ++i)
    ring.push_back({10 * std::cos(0.3927F * static_cast<float>(i)), 10 * std::sin(0.3927F * static_cast<float>(i))});
  SeparateOptions options = one_way();
  const auto fits = fit_perfectly(points(ring, kSquare), nullptr, options);
  ASSERT_TRUE(fits.ok()) << fits.error().message;
  ASSERT_EQ(fits->size(), 2U) << "pieces and icnn";
  for (const auto& fit : *fits) {
    EXPECT_TRUE(fit.perfect()) << fit.method << ": " << fit.floats.right << " of " << fit.floats.count;
    EXPECT_FALSE(fit.bytes.has_value());
  }
  EXPECT_GT(*fits->front().smallest_margin_l2, 0.01);
}

TEST(FitPerfectly, StaysPerfectFromALinearStartAndComparesWithALinearClassifier) {
  const Dataset data = points({{7, 2}, {9, 1}, {8, 8}, {9, 4}}, kSquare);
  SeparateOptions options = one_way();
  options.methods = {"pieces"};
  options.linear_start = 3;
  const auto fits = fit_perfectly(data, &data, options);
  ASSERT_TRUE(fits.ok()) << fits.error().message;
  EXPECT_TRUE(fits->front().perfect());
  ASSERT_TRUE(fits->front().linear_test.has_value());
  EXPECT_EQ(fits->front().linear_test->right, 8U) << "a line lies between the two";
  options.linear_start = -1;
  EXPECT_EQ(fit_perfectly(data, nullptr, options).error().code, ErrorCode::kBadOption);
}

/// Gaussian clouds of two classes whose means are `apart` deviations from each other, in the order of their labels.
Dataset clouds(std::size_t dim, std::size_t count, double apart, std::uint64_t seed) {
  Random random(seed);
  std::vector<std::vector<float>> sides[2];
  for (std::size_t i = 0; i < count; ++i) {
    std::vector<float> x;
    for (std::size_t f = 0; f < dim; ++f) x.push_back(static_cast<float>(random.normal()));
    x[0] += static_cast<float>(i % 2 == 0 ? apart : 0);
    sides[i % 2].push_back(std::move(x));
  }
  return points(sides[0], sides[1]);
}

double share(const ExactAccuracy& accuracy) {
  return static_cast<double>(accuracy.right) / static_cast<double>(accuracy.count);
}

TEST(FitPerfectly, ANetworkKeepsMostOfALinearClassifiersVerdictsOnOtherInputs) {
  const Dataset train = clouds(200, 600, 1.5, 1);
  const Dataset test = clouds(200, 1000, 1.5, 2);
  SeparateOptions options = one_way();
  options.methods = {"cone"};
  const auto fits = fit_perfectly(train, &test, options);
  ASSERT_TRUE(fits.ok()) << fits.error().message;
  const PerfectFit& fit = fits->front();
  EXPECT_TRUE(fit.perfect()) << fit.floats.right << " of " << fit.floats.count;
  EXPECT_GT(share(*fit.linear_test), 0.65);
  EXPECT_GT(share(*fit.test), share(*fit.linear_test) - 0.05);
}

TEST(FitPerfectly, ANetworkFitsRandomLabels) {
  SeparateOptions options = one_way();
  options.methods = {"cone"};
  const auto fits = fit_perfectly(clouds(100, 400, 0, 3), nullptr, options);
  ASSERT_TRUE(fits.ok()) << fits.error().message;
  EXPECT_TRUE(fits->front().perfect());
}

TEST(FitPerfectly, PromisesNoMoreThanHalfTheGapBetweenTheClasses) {
  SeparateOptions options = one_way();
  options.methods = {"pieces"};
  const auto fits = fit_perfectly(points({{3}, {5}}, {{0}, {1}}), nullptr, options);
  ASSERT_TRUE(fits.ok()) << fits.error().message;
  ASSERT_TRUE(fits->front().perfect());
  EXPECT_LE(*fits->front().smallest_margin_l2, 1.0);
  EXPECT_GT(*fits->front().smallest_margin_l2, 0.9);
}

TEST(FitPerfectly, IsTheSameBitsWhateverTheThreads) {
  const Dataset data = points({{7, 2}, {9, 1}, {-3, -3}, {2, 9}, {8, 8}}, kSquare);
  SeparateOptions one = one_way();
  SeparateOptions three = one_way();
  three.threads = 3;
  const auto first = fit_perfectly(data, nullptr, one);
  const auto second = fit_perfectly(data, nullptr, three);
  ASSERT_TRUE(first.ok() && second.ok());
  for (std::size_t i = 0; i < first->size(); ++i) EXPECT_EQ((*first)[i].model, (*second)[i].model);
}

TEST(FitPerfectly, SaysThatContradictionsCannotBeFitted) {
  const auto fits = fit_perfectly(points({{7, 2}, {4, 4}}, kSquare), nullptr, one_way());
  ASSERT_TRUE(fits.ok()) << fits.error().message;
  for (const auto& fit : *fits) {
    EXPECT_FALSE(fit.perfect());
    EXPECT_EQ(fit.contradictions, 2U) << "the input and its twin";
  }
  EXPECT_NE(to_text(*fits, points({{7, 2}, {4, 4}}, kSquare)).find("no function fits"), std::string::npos);
}

TEST(FitPerfectly, FitsOneInputOfEachClass) {
  const auto fits = fit_perfectly(points({{1, 2}}, {{3, 4}}), nullptr, one_way());
  ASSERT_TRUE(fits.ok()) << fits.error().message;
  for (const auto& fit : *fits) EXPECT_TRUE(fit.perfect()) << fit.method;
}

TEST(FitPerfectly, RefusesWhatItCannotMeanAnythingFor) {
  EXPECT_EQ(fit_perfectly(points({{1, 2}}, {}), nullptr, one_way()).error().code, ErrorCode::kBadOption);
  Dataset data = points({{7, 2}}, kSquare);
  data.features[3] = std::numeric_limits<float>::quiet_NaN();
  EXPECT_EQ(fit_perfectly(data, nullptr, one_way()).error().code, ErrorCode::kBadValue);
  data.features[3] = std::numeric_limits<float>::infinity();
  EXPECT_EQ(separate_hulls(data, one_way()).error().code, ErrorCode::kBadValue);
  data = points({{7, 2}}, kSquare);
  SeparateOptions options = one_way();
  options.ridge = 0;
  EXPECT_EQ(fit_perfectly(data, nullptr, options).error().code, ErrorCode::kBadOption);
  options = one_way();
  options.pieces = 0;
  EXPECT_EQ(fit_perfectly(data, nullptr, options).error().code, ErrorCode::kBadOption);
  options = one_way();
  options.sensitive = {"elsewhere"};
  EXPECT_EQ(fit_perfectly(data, nullptr, options).error().code, ErrorCode::kBadOption);
  data.labels[0] = 7;
  EXPECT_FALSE(fit_perfectly(data, nullptr, one_way()).ok());
  const Dataset other_shape = points({{1, 2, 3}}, {{4, 5, 6}});
  EXPECT_EQ(fit_perfectly(points({{7, 2}}, kSquare), &other_shape, one_way()).error().code, ErrorCode::kBadShape);
}

TEST(ShuffleLabels, KeepsTheCountsAndTheInputs) {
  const Dataset data = points({{7, 2}, {1, 1}, {2, 2}}, kSquare);
  const Dataset shuffled = shuffle_labels(data, 3);
  EXPECT_EQ(shuffled.features, data.features);
  EXPECT_EQ(std::count(shuffled.labels.begin(), shuffled.labels.end(), 0), 3);
  EXPECT_NE(shuffle_labels(data, 4).labels, shuffled.labels);
}

TEST(SeparableBound, IsTheFormulaWhereTheNumbersAreSmallAndItsLogarithmWhereTheyAreNot) {
  EXPECT_NEAR(log10_separable_bound(1, 1, 1), std::log10(0.5), 1e-12);
  EXPECT_NEAR(log10_separable_bound(2, 2, 3), std::log10(1 - std::pow(5.0 / 6, 3)), 1e-12);
  EXPECT_NEAR(log10_separable_bound(1, 1, 3072), 0, 1e-12);
  // 10000 choose 5000 has 3009 digits and starts with 1.59
  EXPECT_NEAR(log10_separable_bound(5000, 5000, 3072), std::log10(3072) - 3008.2, 0.05);
}

}  // namespace
}  // namespace standfast
