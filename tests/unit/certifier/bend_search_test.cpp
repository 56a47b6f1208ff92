// The search for the price up to which lines take the place of |v|.
#include "certifier/bend_search.hpp"

#include <algorithm>
#include <cmath>

#include <gtest/gtest.h>

namespace standfast::certifier {
namespace {

/// What lines that hold up to `reach` certify: falls as reach grows.
double certified(double price) { return 3 / (1 + price * price); }

TEST(BendSearch, EndsWherePriceAndRadiusMeet) {
  for (const double first : {1e-3, 0.5, 1.2, 40.0}) {
    BendSearch search;
    double best = 0;
    int trials = 0;
    for (search.start(first); search.wants_trial(); ++trials) {
      const double reach = search.price_limit();
      best = std::max(best, std::min(reach, certified(reach)));
      search.add_trial(certified(reach));
    }
    EXPECT_NEAR(best, 1.2134, 0.003);
    EXPECT_LE(trials, 12);
  }
}

TEST(BendSearch, NothingToStartFromIsNotSearched) {
  BendSearch search;
  search.start(0);
  EXPECT_FALSE(search.wants_trial());
  search.start(kInfinity);
  ASSERT_TRUE(search.wants_trial());
  search.add_trial(5);
  EXPECT_FALSE(search.wants_trial());
}

}  // namespace
}  // namespace standfast::certifier
