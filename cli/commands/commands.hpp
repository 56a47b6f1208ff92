// The subcommands of `standfast`, one per file of this folder.
#pragma once

#include "cli/terminal/command.hpp"

namespace standfast::cli {

// Each adds one subcommand to the program; parsing it sets `chosen`.
void add_demo(CLI::App& program, Action& chosen);
void add_train(CLI::App& program, Action& chosen);
void add_certify(CLI::App& program, Action& chosen);
void add_verify(CLI::App& program, Action& chosen);
void add_evaluate(CLI::App& program, Action& chosen);
void add_attack(CLI::App& program, Action& chosen);
void add_threshold(CLI::App& program, Action& chosen);
void add_filter(CLI::App& program, Action& chosen);
void add_inspect(CLI::App& program, Action& chosen);
void add_data(CLI::App& program, Action& chosen);

}  // namespace standfast::cli
