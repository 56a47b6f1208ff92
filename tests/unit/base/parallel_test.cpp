#include "base/parallel.hpp"

#include <atomic>
#include <stdexcept>
#include <vector>

#include <gtest/gtest.h>

namespace standfast {
namespace {

TEST(ParallelFor, VisitsEveryIndexOnceWhateverTheThreads) {
  for (const std::size_t threads : {1, 2, 5}) {
    std::vector<std::atomic<int>> visits(103);
    parallel_for(visits.size(), 10, threads, [&](std::size_t begin, std::size_t end) {
      EXPECT_LE(end - begin, 10U);
      for (std::size_t i = begin; i < end; ++i) ++visits[i];
    });
    for (const auto& count : visits) EXPECT_EQ(count, 1);
  }
}

TEST(ParallelFor, CallsNothingForNothing) {
  bool called = false;
  parallel_for(0, 10, 2, [&](std::size_t, std::size_t) { called = true; });
  EXPECT_FALSE(called);
}

TEST(ParallelFor, RethrowsInTheCaller) {
  const auto fail_at_thirty = [](std::size_t begin, std::size_t) {
    if (begin == 30) throw std::runtime_error("thirty");
  };
  EXPECT_THROW(parallel_for(100, 10, 2, fail_at_thirty), std::runtime_error);
}

}  // namespace
}  // namespace standfast
