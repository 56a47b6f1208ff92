#include <algorithm>
#include <cmath>
#include <limits>

#include <gtest/gtest.h>

#include "base/random.hpp"
#include "lab/fits/fits.hpp"
#include "tests/lab/points.hpp"

namespace standfast::lab {
namespace {

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
  EXPECT_EQ(fit_perfectly(data, nullptr, one_way()).error().code, ErrorCode::kBadValue);
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

}  // namespace
}  // namespace standfast::lab
