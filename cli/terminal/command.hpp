// What every subcommand hands to its program: its options in the table, and what to do once they are parsed.
#pragma once

#include <functional>

#include "standfast/result.hpp"

namespace CLI {
class App;
}

namespace standfast::cli {

// exit codes: scripts depend on them
inline constexpr int kDone = 0;           ///< The work is done.
inline constexpr int kPropertyFails = 1;  ///< It is done, and what was asked about does not hold.
inline constexpr int kBadUsage = 2;       ///< Bad options or bad input.
inline constexpr int kInternalError = 3;  ///< Something that only we can cause.
inline constexpr int kStopped = 128;      ///< And the number of the signal that ended it, as shells have it.

/// The work of the chosen subcommand; its value is the exit code.
using Action = std::function<Result<int>()>;

/// Adds one subcommand to the program; parsing it sets `chosen`.
using AddCommand = void (*)(CLI::App& program, Action& chosen);

}  // namespace standfast::cli
