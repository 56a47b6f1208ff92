// The subcommands of `standfast-lab`, one per file of this folder.
#pragma once

#include "cli/terminal/command.hpp"

namespace standfast::cli {

// Each adds one subcommand to the program; parsing it sets `chosen`.
void add_separate(CLI::App& program, Action& chosen);
void add_reproduce(CLI::App& program, Action& chosen);
void add_bench(CLI::App& program, Action& chosen);

}  // namespace standfast::cli
