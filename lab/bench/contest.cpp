// Calls each contender once or twice to learn its cost, then gives each as many calls per round as fill about a
// millisecond. Within a round all run one after the other, so that a disturbance of the machine meets them alike;
// ratios are then taken round by round. Processor time is that of the whole process.
#include "lab/bench/contest.hpp"

#include <algorithm>
#include <chrono>
#include <cstddef>

#include <time.h>

#include "base/try.hpp"

namespace standfast::lab {
namespace {

constexpr std::size_t kLeastRounds = 3;  // the fewest that have a middle one
constexpr std::size_t kMostRounds = 10000;
constexpr double kRoundSeconds = 1e-3;  // long beside the clocks' own cost, short beside a time slice
constexpr double kMostCalls = 1000;     // bounds the list of timings of very short calls

double wall_now() { return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count(); }

double processor_now() {
  timespec now{};
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
  return static_cast<double>(now.tv_sec) + 1e-9 * static_cast<double>(now.tv_nsec);
}

struct Entrant {
  const Contender* call;
  std::size_t calls = 1;  // per round
  Timings timings;
};

/// The second call, if there is time for one: the first pays for pages that were never touched.
Result<double> seconds_of_a_call(const Contender& call) {
  double start = wall_now();
  STANDFAST_CHECK(call());
  const double cold = wall_now() - start;
  if (cold > kRoundSeconds) return cold;
  start = wall_now();
  STANDFAST_CHECK(call());
  return std::max(wall_now() - start, 1e-9);
}

Status run_round(Entrant& entrant) {
  const auto calls = static_cast<double>(entrant.calls);
  Timings& timings = entrant.timings;
  const double processor = processor_now();
  const double first = wall_now();
  double start = first;
  for (std::size_t i = 0; i < entrant.calls; ++i) {
    STANDFAST_CHECK((*entrant.call)());
    const double end = wall_now();
    timings.call_wall.push_back(end - start);
    start = end;
  }
  timings.round_wall.push_back((start - first) / calls);
  timings.round_processor.push_back((processor_now() - processor) / calls);
  return {};
}

}  // namespace

Result<std::vector<Timings>> hold_contest(std::span<const Contender> contenders, double seconds) {
  std::vector<Entrant> entrants;
  for (const auto& call : contenders) {
    STANDFAST_TRY(const double once, seconds_of_a_call(call));
    const double calls = std::clamp(std::min(kRoundSeconds, seconds) / once, 1.0, kMostCalls);
    entrants.push_back({&call, static_cast<std::size_t>(calls), {}});
  }
  const double end = wall_now() + seconds * static_cast<double>(entrants.size());
  for (std::size_t round = 0; round < kMostRounds && (round < kLeastRounds || wall_now() < end); ++round)
    for (auto& entrant : entrants) STANDFAST_CHECK(run_round(entrant));
  std::vector<Timings> result;
  result.reserve(entrants.size());
  for (auto& entrant : entrants) result.push_back(std::move(entrant.timings));
  return result;
}

}  // namespace standfast::lab
