// A program of subcommands: what `standfast` and `standfast-lab` have in common.
//
//   int main(int argc, char** argv) {
//     return standfast::cli::run_program({.name = "standfast", ..., .commands = {add_train, add_certify}}, argc, argv);
//   }
//
// Every program gets --help, --version, and the subcommands `man` and `completion`, all rendered from its own option
// table.
#pragma once

#include <string>
#include <vector>

#include "cli/terminal/command.hpp"

namespace standfast::cli {

/// A variable of the environment that the program reads.
struct VariableEntry {
  std::string name;  ///< "STANDFAST_DATA".
  std::string help;  ///< What it is for, in one sentence for the manual page.
};

struct Program {
  std::string name;         ///< What is typed to run it.
  std::string summary;      ///< One sentence.
  std::string example;      ///< A command line that works as it stands.
  std::string description;  ///< A paragraph for the manual page.
  std::vector<VariableEntry> variables;
  std::vector<AddCommand>
      commands;  ///< The subcommands in the order of --help; `man` and `completion` come after them.
};

/// Parses the arguments, runs the chosen subcommand and reports its error on stderr. The value is the exit code.
int run_program(const Program& program, int argc, char** argv);

/// Adds the subcommand `man`. The program and the parser outlive `chosen`.
void add_man(const Program& program, CLI::App& parser, Action& chosen);
/// Adds the subcommand `completion`. The parser outlives `chosen`.
void add_completion(const Program& program, CLI::App& parser, Action& chosen);

}  // namespace standfast::cli
