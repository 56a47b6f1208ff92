// The change that training holds against the network stays inside its limits, and no sampled change is worse.
#include "trainer/worst_change.hpp"

#include <algorithm>
#include <cmath>
#include <span>
#include <vector>

#include <gtest/gtest.h>

#include "base/random.hpp"

namespace standfast::trainer {
namespace {

constexpr std::size_t kDim = 6;
constexpr double kRadius = 0.7;

struct Case {
  const char* name;
  Norm norm;
  bool abs;
  bool bounded;
};

model::FeatureMap scaled_map(bool abs) {
  model::FeatureMap map = model::standardise_map({0.5F, 0.4F, 0.3F, 0.6F, 0.7F, 0.2F}, {1, 2, 3, 0.5F, 1, 4});
  return abs ? model::with_abs(map) : map;
}

ThreatModel bounded_threat() {
  ThreatModel threat = ThreatModel::domain(kDim, 0, 1).value();
  threat.cost = {1, 2, 1, 1, 0.5, 1};
  threat.max_increase = {kInfinity, kInfinity, 0, kInfinity, kInfinity, kInfinity};
  return threat;
}

/// u = phi(x) in plain words.
std::vector<float> features(const model::FeatureMap& map, const std::vector<double>& x) {
  std::vector<float> u;
  for (std::size_t i = 0; i < kDim; ++i)
    u.push_back(static_cast<float>((x[i] - map[0].values.values[i]) * map[1].values.values[i]));
  if (map.size() == 3)
    for (std::size_t i = 0; i < kDim; ++i) u.push_back(std::abs(u[i]));
  return u;
}

double effect(std::span<const float> slope, std::span<const float> change) {
  double sum = 0;
  for (std::size_t i = 0; i < slope.size(); ++i) sum += static_cast<double>(slope[i]) * change[i];
  return sum;
}

std::vector<float> normal_slope(std::size_t count, Random& random) {
  std::vector<float> slope(count);
  for (float& value : slope) value = static_cast<float>(random.normal());
  return slope;
}

/// A random change inside the bounds with a price of exactly kRadius, or less where the bounds cut it.
std::vector<double> sampled_change(const ThreatModel& threat, Norm norm, const std::vector<double>& x, Random& random) {
  std::vector<double> d(kDim);
  std::vector<double> priced(kDim);
  for (std::size_t i = 0; i < kDim; ++i) {
    d[i] = random.below(3) == 0 ? 0 : random.normal();
    priced[i] = d[i] * threat.cost_of(i);
  }
  const double price = norm.of_vector(priced);
  for (std::size_t i = 0; i < kDim; ++i) {
    const Interval interval = threat.interval_rounded_out(i, x[i]);
    d[i] = price > 0 ? std::clamp(d[i] * kRadius / price, interval.lo, interval.hi) : 0;
  }
  return d;
}

class WorstChanges : public testing::TestWithParam<Case> {
 protected:
  void SetUp() override {
    map_ = scaled_map(GetParam().abs);
    if (GetParam().bounded) threat_ = bounded_threat();
  }

  model::FeatureMap map_;
  ThreatModel threat_;
};

TEST_P(WorstChanges, StayInsideTheBallAndTheBounds) {
  Random random(3);
  WorstChange worst(map_, kDim, threat_, GetParam().norm);
  worst.set_radius(kRadius);
  for (int round = 0; round < 50; ++round) {
    std::vector<double> x(kDim);
    for (double& value : x) value = random.uniform(0, 1);
    const auto u = features(map_, x);
    std::vector<float> change(u.size());
    worst.find(u, normal_slope(u.size(), random), change);
    std::vector<double> priced(kDim);
    std::vector<double> moved(kDim);
    for (std::size_t i = 0; i < kDim; ++i) {
      const double d = change[i] / map_[1].values.values[i];
      const Interval interval = threat_.interval_rounded_out(i, x[i]);
      EXPECT_GE(d, interval.lo - 1e-5);
      EXPECT_LE(d, interval.hi + 1e-5);
      priced[i] = d * threat_.cost_of(i);
      moved[i] = x[i] + d;
    }
    EXPECT_LE(GetParam().norm.of_vector(priced), kRadius * (1 + 1e-5));
    const auto there = features(map_, moved);
    for (std::size_t i = 0; i < u.size(); ++i) EXPECT_NEAR(u[i] + change[i], there[i], 1e-4);
  }
}

TEST_P(WorstChanges, AreWorseThanEverySample) {
  Random random(4);
  WorstChange worst(map_, kDim, threat_, GetParam().norm);
  worst.set_radius(kRadius);
  for (int round = 0; round < 20; ++round) {
    std::vector<double> x(kDim);
    for (double& value : x) value = random.uniform(0, 1);
    const auto u = features(map_, x);
    auto slope = normal_slope(u.size(), random);
    // with a negative slope of |.| a shared budget makes the problem non-convex, and the answer need not be the best
    if (GetParam().norm != Norm::linf())
      for (std::size_t i = kDim; i < u.size(); ++i) slope[i] = std::abs(slope[i]);
    std::vector<float> change(u.size());
    worst.find(u, slope, change);
    const double found = effect(slope, change);
    for (int sample = 0; sample < 500; ++sample) {
      const auto d = sampled_change(threat_, GetParam().norm, x, random);
      std::vector<double> moved = x;
      for (std::size_t i = 0; i < kDim; ++i) moved[i] += d[i];
      const auto there = features(map_, moved);
      for (std::size_t i = 0; i < u.size(); ++i) change[i] = there[i] - u[i];
      // norm 2 may leave 0.1 % of the radius unspent
      EXPECT_LE(found, effect(slope, change) + 2e-3 * std::abs(found));
    }
  }
}

TEST_P(WorstChanges, AreNoneWithoutARadiusOrASlope) {
  WorstChange worst(map_, kDim, threat_, GetParam().norm);
  const std::vector<double> x(kDim, 0.5);
  const auto u = features(map_, x);
  Random random(5);
  std::vector<float> change(u.size(), 1);
  worst.find(u, normal_slope(u.size(), random), change);
  EXPECT_EQ(change, std::vector<float>(u.size()));
  worst.set_radius(kRadius);
  worst.find(u, std::vector<float>(u.size()), change);
  EXPECT_EQ(change, std::vector<float>(u.size()));
}

INSTANTIATE_TEST_SUITE_P(
    Cases, WorstChanges,
    testing::Values(Case{"L1", Norm::l1(), false, false}, Case{"L1Bounded", Norm::l1(), false, true},
                    Case{"L1Abs", Norm::l1(), true, false}, Case{"L1AbsBounded", Norm::l1(), true, true},
                    Case{"L2", Norm::l2(), false, false}, Case{"L2Bounded", Norm::l2(), false, true},
                    Case{"L2AbsBounded", Norm::l2(), true, true}, Case{"Linf", Norm::linf(), false, false},
                    Case{"LinfBounded", Norm::linf(), false, true}, Case{"LinfAbsBounded", Norm::linf(), true, true}),
    [](const auto& test) { return std::string(test.param.name); });

TEST(WorstChange, AnInputOutsideItsBoundsMayStay) {
  WorstChange worst(model::identity_map({0}), 1, ThreatModel::domain(1, 0, 1).value(), Norm::linf());
  worst.set_radius(0.25);
  std::vector<float> change(1);
  worst.find(std::vector<float>{2}, std::vector<float>{-1}, change);
  EXPECT_EQ(change[0], 0);
  worst.find(std::vector<float>{2}, std::vector<float>{1}, change);
  EXPECT_EQ(change[0], -0.25F);
}

/// Like log(1 + x) for x >= 0 and straight below, a little different for each feature; then a centre and a scale.
model::FeatureMap logarithms() {
  model::MapStep knots;
  knots.kind = model::MapKind::kKnots;
  knots.values = {{kDim, 3}, {}};
  knots.slopes = {{kDim, 4}, {}};
  for (std::size_t i = 0; i < kDim; ++i) {
    const float first = 0.1F * static_cast<float>(i);
    knots.values.values.insert(knots.values.values.end(), {first, first + 0.2F, first + 0.6F});
    knots.slopes.values.insert(knots.slopes.values.end(), {1, 1, 0.5F, 0.2F});
  }
  model::FeatureMap map = scaled_map(false);
  map.insert(map.begin(), knots);
  return map;
}

std::vector<float> behind_logarithms(const model::FeatureMap& map, const std::vector<double>& x) {
  std::vector<float> u;
  for (std::size_t i = 0; i < kDim; ++i) {
    const double first = map[0].values.values[3 * i], d = x[i] - first;
    const double psi = d < 0.2 ? d : d < 0.6 ? 0.2 + 0.5 * (d - 0.2) : 0.4 + 0.2 * (d - 0.6);
    u.push_back(static_cast<float>((psi - map[1].values.values[i]) * map[2].values.values[i]));
  }
  return u;
}

TEST(WorstChangeBehindKnots, NoSampleIsWorse) {
  const model::FeatureMap map = logarithms();
  for (const Norm norm : {Norm::l1(), Norm::l2(), Norm::linf()}) {
    for (const ThreatModel& threat : {ThreatModel{}, bounded_threat()}) {
      Random random(6);
      WorstChange worst(map, kDim, threat, norm);
      worst.set_radius(kRadius);
      for (int round = 0; round < 20; ++round) {
        std::vector<double> x(kDim);
        for (double& value : x) value = random.uniform(0, 1);
        const auto u = behind_logarithms(map, x);
        std::vector<float> slope = normal_slope(kDim, random), change(kDim);
        // downwards these functions grow steeper, so that norm 2 has jumps and may leave some of the radius unspent
        if (norm == Norm::l2())
          for (float& s : slope) s = -std::abs(s);
        worst.find(u, slope, change);
        const double found = effect(slope, change);
        for (int sample = 0; sample < 500; ++sample) {
          const auto d = sampled_change(threat, norm, x, random);
          std::vector<double> moved = x;
          for (std::size_t i = 0; i < kDim; ++i) moved[i] += d[i];
          const auto there = behind_logarithms(map, moved);
          for (std::size_t i = 0; i < kDim; ++i) change[i] = there[i] - u[i];
          EXPECT_LE(found, effect(slope, change) + 3e-3 * std::abs(found) + 1e-6) << norm.name();
        }
      }
    }
  }
}

TEST(WorstChangeBehindKnots, IsWhatOneFeatureCanDo) {
  model::MapStep knots;
  knots.kind = model::MapKind::kKnots;
  knots.values = {{1, 2}, {0, 1}};
  knots.slopes = {{1, 3}, {4, 2, 1}};
  for (const Norm norm : {Norm::l1(), Norm::l2(), Norm::linf()}) {
    WorstChange worst({knots}, 1, {}, norm);
    worst.set_radius(1);
    std::vector<float> change(1);
    worst.find(std::vector<float>{2.5F}, std::vector<float>{3}, change);  // from x = 1.5 to 0.5, psi = 1
    EXPECT_NEAR(change[0], -1.5F, 5e-3) << norm.name();
    worst.find(std::vector<float>{-2}, std::vector<float>{-3}, change);  // from x = -0.5 to 0.5
    EXPECT_NEAR(change[0], 3, 5e-3) << norm.name();
  }
}

}  // namespace
}  // namespace standfast::trainer
