// The fast sums against the core's plain ones: never smaller, so that no fast radius is larger than the core's. Where
// only roundings tell them apart, by next to nothing.
#include "verify_wide/fast_sums.hpp"

#include <algorithm>
#include <cmath>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "base/random.hpp"
#include "base/rounding.hpp"

namespace standfast::verify_wide {
namespace {

using verify::ChangePrice;
using verify::kPlainSums;
using verify::ProvenMinorant;

struct PricedCase {
  ProvenMinorant minorant;
  std::vector<double> cost;
  std::vector<Interval> interval;
  [[nodiscard]] verify::PricedBounds bounds() const { return {cost, interval}; }
};

/// Numbers of one size, or far apart.
double size_of(Random& random, bool alike) {
  return alike ? std::exp(random.normal()) : std::exp2(random.uniform(-60, 60));
}

double end_of(Random& random, bool alike) {
  const double draw = random.uniform();
  return draw < 0.15 ? kInfinity : draw < 0.25 ? 0 : size_of(random, alike);
}

/// Slopes that cancel and kinks at ends, at 0 and at places that other features share.
PricedCase random_case(Random& random, std::size_t kinks, bool alike) {
  PricedCase c;
  verify::ProvenMinorant& m = c.minorant;
  m.is_separable = true;
  const std::size_t n = 1 + random.below(40);
  for (std::size_t i = 0; i < n; ++i) {
    c.cost.push_back(random.chance(0.5) ? 1 : size_of(random, alike));
    c.interval.push_back({-end_of(random, alike), end_of(random, alike)});
    const double coefficient = random.below(6) == 0 ? 0 : random.normal() * size_of(random, alike);
    m.separable.coefficient.push_back(coefficient);
    for (std::size_t j = 0; j < kinks; ++j) {
      const double bends[] = {0, coefficient, -coefficient, -std::fabs(coefficient) / 3,
                              random.normal() * size_of(random, alike)};
      const double offsets[] = {0, c.interval[i].lo, -c.interval[i].hi, random.normal() * size_of(random, alike)};
      const double offset = offsets[random.below(4)];
      m.separable.bend.push_back(bends[random.below(5)]);
      m.separable.offset.push_back(std::isfinite(offset) ? offset : 1);
    }
    const double errors[] = {0, std::fabs(coefficient) * kUnitRoundoff, std::fabs(coefficient) * 1e-9,
                             size_of(random, alike)};
    m.gradient_error.push_back(errors[random.below(4)]);
  }
  return c;
}

ChangePrice random_price(Random& random, bool alike) {
  const double limit = random.chance(0.3) ? kInfinity : size_of(random, alike);
  const double lambda = random.chance(0.1) ? 0 : size_of(random, alike);
  const ChangePrice prices[] = {{limit, 0, 0}, {limit, lambda, 0}, {kInfinity, 0, lambda}};
  return prices[random.below(3)];
}

TEST(FastSums, NoDecreaseIsBelowThePlainOne) {
  std::size_t close = 0, finite = 0;
  for (std::uint64_t seed = 0; seed < 20000; ++seed) {
    Random random(seed);
    const bool alike = random.chance(0.5);
    const PricedCase c = random_case(random, random.below(4), alike);
    const ChangePrice price = random_price(random, alike);
    const double fast = kFastSums.decrease_upper(c.minorant, c.bounds(), price);
    const double plain = kPlainSums.decrease_upper(c.minorant, c.bounds(), price);
    ASSERT_GE(fast, plain) << "seed " << seed;
    finite += static_cast<std::size_t>(plain < kInfinity && plain > 0);
    close += static_cast<std::size_t>(plain < kInfinity && plain > 0 && fast <= 1.02 * plain);
    const auto of_each = kFastSums.decreases_upper(c.minorant, c.bounds(), {});
    const auto plain_of_each = kPlainSums.decreases_upper(c.minorant, c.bounds(), {});
    for (std::size_t i = 0; i < of_each.size(); ++i) ASSERT_GE(of_each[i], plain_of_each[i]) << "seed " << seed;
  }
  EXPECT_GT(finite, 5000U);
  EXPECT_GT(close, finite * 9 / 10);
}

TEST(FastSums, AnErrorOfOneUlpDoesNotTurnTheOrder) {
  // a wider error is all that a fast minorant may have over the core's
  for (std::uint64_t seed = 0; seed < 5000; ++seed) {
    Random random(seed);
    const PricedCase c = random_case(random, random.below(3), true);
    PricedCase wider = c;
    for (double& error : wider.minorant.gradient_error) error = std::nextafter(error, kInfinity);
    const ChangePrice price = random_price(random, true);
    ASSERT_GE(kFastSums.decrease_upper(wider.minorant, wider.bounds(), price),
              kPlainSums.decrease_upper(c.minorant, c.bounds(), price))
        << "seed " << seed;
  }
}

TEST(FastSums, DualNormsHaveTheBitsOfThePlainOnes) {
  for (std::uint64_t seed = 0; seed < 5000; ++seed) {
    Random random(seed);
    const std::size_t length = 1 + random.below(40);
    const double power = std::exp2(random.uniform(-600, 600));
    std::vector<double> first, second, cost;
    for (std::size_t i = 0; i < length; ++i) {
      first.push_back(random.below(5) == 0 ? 0 : random.normal() * power);
      second.push_back(random.below(5) == 0 ? 0 : random.normal() * power);
      cost.push_back(seed % 2 == 0 ? 1 : size_of(random, true));
    }
    for (const double q : {1.0, 2.0, 1.5, 3.0, kInfinity}) {
      EXPECT_EQ(kFastSums.dual_norm_upper({first}, cost, q), kPlainSums.dual_norm_upper({first}, cost, q))
          << "seed " << seed << " q " << q;
      EXPECT_EQ(kFastSums.dual_norm_upper({first, second}, {}, q), kPlainSums.dual_norm_upper({first, second}, {}, q))
          << "seed " << seed << " q " << q;
    }
  }
}

}  // namespace
}  // namespace standfast::verify_wide
