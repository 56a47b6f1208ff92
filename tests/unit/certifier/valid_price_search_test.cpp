// The search for the price up to which lines take the place of |v|.
#include "certifier/valid_price_search.hpp"

#include <algorithm>
#include <cmath>

#include <gtest/gtest.h>

namespace standfast::certifier {
namespace {

/// What lines that hold up to `price` certify: falls as price grows.
double certified(double price) { return 3 / (1 + price * price); }

TEST(ValidPriceSearch, EndsWherePriceAndRadiusMeet) {
  for (const double first : {1e-3, 0.5, 1.2, 40.0}) {
    ValidPriceSearch search;
    double best = 0;
    int trials = 0;
    for (search.start_at(first); search.wants_trial(); ++trials) {
      const double price = search.price();
      best = std::max(best, std::min(price, certified(price)));
      search.add_trial(certified(price));
    }
    EXPECT_NEAR(best, 1.2134, 0.003);
    EXPECT_LE(trials, 12);
  }
}

TEST(ValidPriceSearch, NothingToStartFromIsNotSearched) {
  ValidPriceSearch search;
  search.start_at(0);
  EXPECT_FALSE(search.wants_trial());
  search.start_at(kInfinity);
  ASSERT_TRUE(search.wants_trial());
  search.add_trial(5);
  EXPECT_FALSE(search.wants_trial());
}

}  // namespace
}  // namespace standfast::certifier
