// The subcommands of `standfast-lab`, one per file of this folder.
#pragma once

#include "cli/terminal/command.hpp"

namespace standfast::lab {

// Each adds one subcommand to the program; parsing it sets `chosen`.
void add_separate(CLI::App& program, cli::Action& chosen);
void add_reproduce(CLI::App& program, cli::Action& chosen);
void add_bench(CLI::App& program, cli::Action& chosen);
void add_compare(CLI::App& program, cli::Action& chosen);

}  // namespace standfast::lab
