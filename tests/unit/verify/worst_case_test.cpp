// The decreases behind each radius, against their formulas in long double: the core's sums and the fast ones, with and
// without a bend of zero.
#include "verify/worst_case.hpp"

#include <algorithm>
#include <cmath>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "base/random.hpp"
#include "verify/radius.hpp"
#include "verify_wide/fast_sums.hpp"

namespace standfast::verify {
namespace {

const RadiusSums* const kBoth[] = {&kPlainSums, &verify_wide::kFastSums};

struct PricedCase {
  ProvenMinorant minorant;
  std::vector<double> cost;
  std::vector<Interval> interval;
  [[nodiscard]] PricedBounds bounds() const { return {cost, interval}; }
};

double wide(Random& random) { return std::exp2(random.uniform(-40, 40)); }

double limit(Random& random) {
  const double draw = random.uniform();
  return draw < 0.2 ? kInfinity : draw < 0.3 ? 0 : wide(random);
}

PricedCase random_case(Random& random) {
  PricedCase c;
  c.minorant.is_separable = true;
  const std::size_t n = 1 + random.below(30);
  const bool alike = random.below(2) == 0;
  for (std::size_t i = 0; i < n; ++i) {
    const double slope = random.below(8) == 0 ? 0 : random.normal() * (alike ? 1 : wide(random));
    c.minorant.separable.coefficient.push_back(slope);
    const double errors[] = {0, std::fabs(slope) * 1e-9, std::fabs(slope) * 3, wide(random)};
    c.minorant.gradient_error.push_back(errors[random.below(alike ? 2 : 4)]);
    c.cost.push_back(alike ? 1 : wide(random));
    c.interval.push_back({-limit(random), limit(random)});
  }
  return c;
}

/// The same function with bends of zero, which takes the path of maps with |.|.
PricedCase with_bends_of_zero(PricedCase c) {
  c.minorant.separable.bend.assign(c.cost.size(), 0.0);
  c.minorant.separable.offset.assign(c.cost.size(), 0.25);
  return c;
}

/// sum_i max over both directions of gain(rate, cost, limit).
template <class Gain>
long double exact_sum(const PricedCase& c, const Gain& gain) {
  long double sum = 0;
  for (std::size_t i = 0; i < c.cost.size(); ++i) {
    const long double slope = c.minorant.separable.coefficient[i], error = c.minorant.gradient_error[i],
                      cost = c.cost[i];
    const long double up = gain(error - slope, cost, static_cast<long double>(c.interval[i].hi));
    const long double down = gain(error + slope, cost, static_cast<long double>(-c.interval[i].lo));
    sum += std::max({0.0L, up, down});
  }
  return sum;
}

long double times(long double rate, long double limit) { return rate > 0 && limit > 0 ? rate * limit : 0; }

/// Never below the exact sum; above it by little, where errors of 1 % are little in gradient_error alone.
void expect_just_above(double upper, long double exact, const std::string& place) {
  EXPECT_GE(upper, exact * (1 - 0x1p-62L)) << place;
  EXPECT_TRUE(upper == kInfinity || upper <= exact * 1.02L + 1e-200L) << place;
}

TEST(WorstCase, ReachesAndBoundsLimitEachFeature) {
  for (std::uint64_t seed = 0; seed < 2000; ++seed) {
    Random random(seed);
    const PricedCase c = random_case(random);
    const double reach = random.below(8) == 0 ? kInfinity : wide(random);
    const long double exact = exact_sum(c, [&](long double rate, long double cost, long double most) {
      return times(rate, std::min(most, reach / cost));
    });
    for (const RadiusSums* const sums : kBoth) {
      for (const PricedCase& way : {c, with_bends_of_zero(c)}) {
        expect_just_above(sums->decrease_upper(way.minorant, way.bounds(), {reach}), exact,
                          "seed " + std::to_string(seed));
      }
      long double sum = 0;
      for (const double decrease : sums->decreases_upper(c.minorant, c.bounds(), {})) sum += decrease;
      EXPECT_GE(sum, exact * (1 - 0x1p-60L)) << seed;
    }
  }
}

TEST(WorstCase, APriceIsTakenOffEachRate) {
  for (std::uint64_t seed = 0; seed < 2000; ++seed) {
    Random random(seed);
    const PricedCase c = random_case(random);
    const double reach = wide(random), lambda = random.below(8) == 0 ? 0 : wide(random) * 0x1p-20;
    long double lost = 0;  // the price is rounded down, which shows where little is left of a rate
    const long double exact = exact_sum(c, [&](long double rate, long double cost, long double most) {
      lost += std::max(rate, 0.0L) * std::min<long double>(most, reach / cost);
      return times(rate - lambda * cost, std::min<long double>(most, reach / cost));
    });
    for (const RadiusSums* const sums : kBoth) {
      for (const PricedCase& way : {c, with_bends_of_zero(c)}) {
        const double upper = sums->decrease_upper(way.minorant, way.bounds(), {reach, lambda, 0});
        EXPECT_GE(upper, exact * (1 - 0x1p-62L)) << seed;
        EXPECT_LE(upper, 1.02L * exact + 0.02L * lost) << seed;
      }
    }
  }
}

TEST(WorstCase, AParabolaIsTakenAtItsTopOrAtItsBound) {
  for (std::uint64_t seed = 0; seed < 2000; ++seed) {
    Random random(seed);
    const PricedCase c = random_case(random);
    const double lambda = random.below(8) == 0 ? 0 : wide(random);
    const long double exact = exact_sum(c, [&](long double rate, long double cost, long double most) {
      if (!(rate > 0) || most == 0) return 0.0L;
      const long double weight = lambda * cost * cost, d = weight > 0 ? std::min(most, rate / weight) : most;
      return weight > 0 ? d * (rate - weight / 2 * d) : rate * d;
    });
    for (const RadiusSums* const sums : kBoth) {
      for (const PricedCase& way : {c, with_bends_of_zero(c)}) {
        const double upper = sums->decrease_upper(way.minorant, way.bounds(), {kInfinity, 0, lambda});
        EXPECT_GE(upper, exact * (1 - 0x1p-62L)) << seed;
        EXPECT_TRUE(upper == kInfinity || upper <= exact * 1.05L + 1e-200L) << seed;
      }
    }
  }
}

TEST(WorstCase, NumbersAtTheEndsOfFloat64AreNoSmallDecrease) {
  const double huge = 0x1.fffffffffffffp+1023, nan = std::nan("");
  const std::vector<double> cost = {1};
  const auto minorant = [](double slope, double error) {
    ProvenMinorant m;
    m.is_separable = true;
    m.separable.coefficient = {slope};
    m.gradient_error = {error};
    return m;
  };
  const std::vector<Interval> free = {{-kInfinity, kInfinity}}, far = {{-huge, huge}};
  for (const RadiusSums* const sums : kBoth) {
    for (const double slope : {-huge, huge, nan, kInfinity, -kInfinity}) {
      for (const auto& interval : {free, far}) {
        const ProvenMinorant m = minorant(slope, 0);
        EXPECT_EQ(sums->decrease_upper(m, {cost, interval}, {huge}), kInfinity) << slope;
        EXPECT_EQ(sums->decrease_upper(m, {cost, interval}, {kInfinity}), kInfinity) << slope;
        EXPECT_EQ(sums->decrease_upper(m, {cost, interval}, {huge, 1, 0}), kInfinity) << slope;
        EXPECT_EQ(sums->decrease_upper(m, {cost, interval}, {kInfinity, 0, 0}), kInfinity) << slope;
        EXPECT_EQ(sums->decrease_upper(m, {cost, interval}, {kInfinity, 0, 0x1p-900}), kInfinity) << slope;
      }
    }
    for (const double error : {nan, kInfinity}) {
      const ProvenMinorant m = minorant(1, error);
      EXPECT_EQ(sums->decrease_upper(m, {cost, far}, {1}), kInfinity) << error;
      EXPECT_EQ(sums->decrease_upper(m, {cost, far}, {1, 1, 0}), kInfinity) << error;
      EXPECT_EQ(sums->decrease_upper(m, {cost, far}, {kInfinity, 0, 1}), kInfinity) << error;
    }
    EXPECT_EQ(sums->decrease_upper(minorant(0, 0), {cost, free}, {kInfinity}), 0);
    EXPECT_EQ(sums->decrease_upper(minorant(0, 0), {cost, free}, {kInfinity, 0, 0}), 0);
    // a reach whose quotient is below every float64 number
    const std::vector<double> dear = {0x1p+1000};
    EXPECT_GE(sums->decrease_upper(minorant(-0x1p+1000, 0), {dear, free}, {0x1p-80}), 0x1p-80);
  }
}

TEST(ClosedForm, NormsOfAnySizeAreRoundedUp) {
  for (std::uint64_t seed = 0; seed < 2000; ++seed) {
    Random random(seed);
    const double power = std::exp2(random.uniform(-440, 440));
    ProvenMinorant m;
    m.is_separable = true;
    m.separable.margin = 1;
    const std::size_t n = 1 + random.below(40);
    const std::vector<double> cost(n, 1.0);
    long double sum = 0, squares = 0, largest = 0;
    for (std::size_t i = 0; i < n; ++i) {
      const double slope = random.below(9) == 0 ? 0 : random.normal() * power;
      m.separable.coefficient.push_back(slope);
      const long double size = std::fabs(static_cast<long double>(slope));
      sum += size;
      squares += size * size;
      largest = std::max(largest, size);
    }
    m.gradient_error.assign(n, 0.0);
    if (largest == 0) continue;
    const auto expect = [&](Norm norm, long double dual) {
      for (const RadiusSums* const sums : kBoth) {
        const double radius = closed_form_radius_proven(m, cost, norm, {1}, *sums);
        EXPECT_LE(radius * dual, 1 + 0x1p-60L) << seed << norm.name();
        EXPECT_GE(radius * dual, 1 - 1e-12L) << seed << norm.name();
      }
    };
    expect(Norm::linf(), sum);
    expect(Norm::l2(), std::sqrt(squares));
    expect(Norm::l1(), largest);
  }
}

TEST(WorstCase, ASquareThatOverflowsClaimsItsRootAndNoMore) {
  PricedCase c;
  c.minorant.is_separable = true;
  c.minorant.separable.coefficient = {1};
  c.minorant.separable.margin = 1e10;
  c.minorant.gradient_error = {0};
  c.cost = {1};
  c.interval = {{-1e-5, 1e-5}};
  // the gap between margin and decrease, over the multiplier, is half of a square beyond float64
  for (const double multiplier : {5e-324, 1e-310, 1e-300}) {
    const double radius = separable_radius_proven(c.minorant, c.bounds(), Norm::l2(), {0, 0, multiplier});
    EXPECT_LE(radius, std::sqrt(2.0L * 1e10L / static_cast<long double>(multiplier))) << multiplier;
    EXPECT_GE(radius, 1e154) << multiplier;
  }
}

}  // namespace
}  // namespace standfast::verify
