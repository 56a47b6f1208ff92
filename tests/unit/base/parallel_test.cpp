#include "base/parallel.hpp"

#include <atomic>
#include <stdexcept>
#include <system_error>
#include <thread>
#include <vector>

#include <gtest/gtest.h>
#include <pthread.h>

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

/// While it lives no thread can be started: each would get a stack larger than the address space.
class NoThreads {
 public:
  NoThreads() {
    pthread_getattr_default_np(&before_);
    pthread_attr_t huge;
    pthread_attr_init(&huge);
    EXPECT_EQ(pthread_attr_setstacksize(&huge, std::size_t{1} << 47), 0);
    EXPECT_EQ(pthread_setattr_default_np(&huge), 0);
    pthread_attr_destroy(&huge);
  }
  ~NoThreads() { pthread_setattr_default_np(&before_); }
  NoThreads(const NoThreads&) = delete;
  NoThreads& operator=(const NoThreads&) = delete;

 private:
  pthread_attr_t before_{};
};

TEST(ParallelFor, DoesWithoutThreadsThatCannotBeStarted) {
  const NoThreads none;
  EXPECT_THROW(std::thread([] {}).join(), std::system_error);
  EXPECT_TRUE(start_threads(3, [] {}).empty());
  std::vector<int> visits(103);  // no thread but this one: no data race
  parallel_for(visits.size(), 10, 4, [&](std::size_t begin, std::size_t end) {
    for (std::size_t i = begin; i < end; ++i) ++visits[i];
  });
  EXPECT_EQ(visits, std::vector<int>(103, 1));
}

TEST(ParallelFor, StartsAsManyThreadsAsAreAskedFor) {
  std::atomic<int> runs = 0;
  auto threads = start_threads(3, [&] { ++runs; });
  EXPECT_EQ(threads.size(), 3U);
  threads.clear();  // joins
  EXPECT_EQ(runs, 3);
}

}  // namespace
}  // namespace standfast
