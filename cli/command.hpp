// What every subcommand hands to `main`: its options in the table, and what to do once they are parsed.
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

/// The work of the chosen subcommand; its value is the exit code.
using Action = std::function<Result<int>()>;

// Each adds one subcommand to the program; parsing it sets `chosen`.
void add_demo(CLI::App& program, Action& chosen);
void add_train(CLI::App& program, Action& chosen);
void add_certify(CLI::App& program, Action& chosen);
void add_verify(CLI::App& program, Action& chosen);
void add_evaluate(CLI::App& program, Action& chosen);
void add_attack(CLI::App& program, Action& chosen);
void add_separate(CLI::App& program, Action& chosen);
void add_reproduce(CLI::App& program, Action& chosen);
void add_inspect(CLI::App& program, Action& chosen);
void add_bench(CLI::App& program, Action& chosen);
void add_data(CLI::App& program, Action& chosen);
void add_man(CLI::App& program, Action& chosen);
void add_completion(CLI::App& program, Action& chosen);

}  // namespace standfast::cli
