#include "base/pool.hpp"

#include <vector>

#include <gtest/gtest.h>

#include "base/parallel.hpp"

namespace standfast {
namespace {

TEST(Pool, MemoryComesBackToTheNextOne) {
  Pool<std::vector<int>> pool;
  {
    const auto lease = pool.borrow_item();
    lease->assign(100, 1);
  }
  EXPECT_EQ(pool.borrow_item()->size(), 100U);
}

TEST(Pool, TwoLeasesAtATimeAreTwoThings) {
  Pool<int> pool;
  const auto one = pool.borrow_item(), other = pool.borrow_item();
  EXPECT_NE(&*one, &*other);
}

TEST(Pool, ThreadsNeverShareALease) {
  Pool<int> pool;
  parallel_for(1000, 1, 4, [&](std::size_t, std::size_t) {
    const auto lease = pool.borrow_item();
    const int before = ++*lease;
    EXPECT_EQ(*lease, before);
  });
  const auto a = pool.borrow_item(), b = pool.borrow_item(), c = pool.borrow_item(), d = pool.borrow_item();
  EXPECT_EQ(*a + *b + *c + *d, 1000);
}

}  // namespace
}  // namespace standfast
