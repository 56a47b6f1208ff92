// Timings that can be compared: every contender runs in every round, so that whatever disturbs the machine meets all.
#pragma once

#include <functional>
#include <span>
#include <vector>

#include "standfast/result.hpp"

namespace standfast::lab {

/// The work to be timed.
using Contender = std::function<Status()>;

/// Unit: seconds.
struct Timings {
  std::vector<double> call_wall;   ///< The time of every call, on the wall's clock.
  std::vector<double> round_wall;  ///< The mean time of one call in each round, on the wall's clock.
  std::vector<double>
      round_processor;  ///< The mean processor time of one call in each round, all threads of the process together.
};

/// Calls each contender once to warm up, then all in turn, round after round, until `seconds` per contender are spent
/// and there are at least three rounds. Calls that are short are repeated within a round.
///
/// Fails: with the first error of a contender.
Result<std::vector<Timings>> hold_contest(std::span<const Contender> contenders, double seconds);

}  // namespace standfast::lab
