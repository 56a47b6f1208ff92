// Several kinks per feature, one after the other, find what the vectorised sweeps find for the same function.
#include "search/worst_sums.hpp"

#include <cmath>
#include <vector>

#include <gtest/gtest.h>

#include "base/random.hpp"

namespace standfast::search {
namespace {

PricedProblem random_folds(Random& random) {
  PricedProblem p;
  p.resize(1 + random.below(20), 1);
  p.margin = 1;
  for (std::size_t i = 0; i < p.dim(); ++i) {
    p.coefficient[i] = random.normal();
    p.bend[i] = random.below(5) == 0 ? 0 : random.normal();
    p.offset[i] = random.below(5) == 0 ? 0 : random.normal();
    p.lo[i] = random.below(5) == 0 ? 0 : -std::fabs(random.normal());
    p.hi[i] = random.below(5) == 0 ? 0 : std::fabs(random.normal());
  }
  return p;
}

/// The same function: each bend in three parts, and one of nothing elsewhere.
PricedProblem with_more_kinks(const PricedProblem& p, Random& random) {
  PricedProblem more = p;
  more.bend.clear();
  more.offset.clear();
  for (std::size_t i = 0; i < p.dim(); ++i) {
    more.bend.insert(more.bend.end(), {p.bend[i] / 2, 0, p.bend[i] / 4, p.bend[i] / 4});
    more.offset.insert(more.offset.end(), {p.offset[i], random.normal(), p.offset[i], p.offset[i]});
  }
  return more;
}

TEST(WorstSums, SeveralKinksAtOnePlaceAreOne) {
  for (std::uint64_t seed = 0; seed < 300; ++seed) {
    Random random(seed);
    const PricedProblem one = random_folds(random), more = with_more_kinks(one, random);
    ASSERT_EQ(more.kinks(), 4U);
    const double radius = std::exp(random.normal()), tau = std::exp(random.normal());
    const auto expect_same = [&](const kernels::WorstSums& a, const kernels::WorstSums& b) {
      EXPECT_NEAR(a.decrease, b.decrease, 1e-9) << seed;
      EXPECT_NEAR(a.growth, b.growth, 1e-9) << seed;
      EXPECT_NEAR(a.price, b.price, 1e-9) << seed;
    };
    expect_same(worst_sums_linf(more, radius), worst_sums_linf(one, radius));
    expect_same(worst_sums_l1(more, radius, tau), worst_sums_l1(one, radius, tau));
    expect_same(worst_sums_l2(more, tau), worst_sums_l2(one, tau));
    for (const Norm norm : {Norm::l0(), Norm::l1(), Norm::l2(), Norm::linf()}) {
      const double expected = separable_radius(one, norm).radius;
      const double found = separable_radius(more, norm).radius;
      if (expected == kInfinity) {
        EXPECT_EQ(found, kInfinity) << norm.name() << seed;
      } else {
        EXPECT_NEAR(found, expected, 1e-6 * expected) << norm.name() << seed;
      }
    }
  }
}

TEST(WorstSums, AChangeUnderBoundsIsPricedAtMostTheRadiusToo) {
  // 1 - 10 max(e - 2, 0), e <= 100: flips at 2.1; a bound that lets single changes run to 100 would see 100 / 981
  PricedProblem p;
  p.resize(1, 1);
  p.margin = 1;
  p.coefficient = {-5};
  p.bend = {-5};
  p.offset = {-2};
  p.lo = {0};
  p.hi = {100};
  EXPECT_NEAR(separable_radius_l1(p).radius, 2.1, 1e-6);
}

}  // namespace
}  // namespace standfast::search
