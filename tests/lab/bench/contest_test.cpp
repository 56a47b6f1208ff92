#include "lab/bench/contest.hpp"

#include <chrono>
#include <string>
#include <thread>

#include <gtest/gtest.h>

namespace standfast::lab {
namespace {

TEST(Contest, TakesTurnsRoundAfterRound) {
  std::string order;
  const auto slow = [&](char name) {
    return [&order, name]() -> Status {
      order += name;
      std::this_thread::sleep_for(std::chrono::milliseconds(2));  // longer than a round is made to last
      return {};
    };
  };
  const std::vector<Contender> contenders = {slow('a'), slow('b')};
  const auto timings = hold_contest(contenders, 1e-6);
  ASSERT_TRUE(timings.ok());
  EXPECT_EQ(order, "abababab") << "one call each to warm up, then at least three rounds";
}

TEST(Contest, HasOneMeanPerRoundAndOneTimePerCall) {
  std::size_t calls = 0;
  const std::vector<Contender> contenders = {[&]() -> Status {
    ++calls;
    return {};
  }};
  const auto timings = hold_contest(contenders, 0.005);
  ASSERT_TRUE(timings.ok());
  ASSERT_EQ(timings->size(), 1u);
  const Timings& own = timings->front();
  EXPECT_GE(own.round_wall.size(), 3u);
  EXPECT_EQ(own.round_wall.size(), own.round_processor.size());
  EXPECT_EQ(own.call_wall.size() + 2, calls) << "all but the two calls that warm up";
  for (const double seconds : own.call_wall) EXPECT_GE(seconds, 0);
}

TEST(Contest, CountsSleepOnTheWallAndNotAsWork) {
  const std::vector<Contender> contenders = {[]() -> Status {
    std::this_thread::sleep_for(std::chrono::milliseconds(20));
    return {};
  }};
  const auto timings = hold_contest(contenders, 1e-6);
  ASSERT_TRUE(timings.ok());
  for (const double seconds : timings->front().round_wall) EXPECT_GE(seconds, 0.02);
  for (const double seconds : timings->front().round_processor) EXPECT_LT(seconds, 0.02);
}

TEST(Contest, EndsWithTheFirstError) {
  int calls = 0;
  const std::vector<Contender> contenders = {[&]() -> Status {
                                               ++calls;
                                               return {};
                                             },
                                             []() -> Status {
                                               return Error{ErrorCode::kIo, "the disk is full"};
                                             }};
  const auto timings = hold_contest(contenders, 1);
  ASSERT_FALSE(timings.ok());
  EXPECT_EQ(timings.error().message, "the disk is full");
  EXPECT_LE(calls, 2);
}

TEST(Contest, OfNobodyHasNoTimings) {
  const auto timings = hold_contest({}, 1);
  ASSERT_TRUE(timings.ok());
  EXPECT_TRUE(timings->empty());
}

}  // namespace
}  // namespace standfast::lab
