// The program `standfast-lab`: experiments about the method, for researchers.
#include "cli/terminal/program.hpp"
#include "lab/commands/commands.hpp"

int main(int argc, char** argv) {
  using namespace standfast::cli;
  return run_program(
      {.name = "standfast-lab",
       .summary = "Experiments with classifiers whose alarm cannot be argued away.",
       .example = "standfast-lab reproduce --quick --list",
       .description =
           "Runs the published experiments beside ours, proves that classes lie outside of each other's convex hulls, "
           "and measures how fast certificates are. To train and to certify, see standfast(1).",
       .variables = {{"STANDFAST_DATA", "The folder of data sets for reproduce, unless --data-dir names one."},
                     {"STANDFAST_TRAIN_PROGRAM",
                      "The trainer to run; otherwise standfast-train is looked for beside the program, in "
                      "../libexec/standfast and in PATH."}},
       .commands = {standfast::lab::add_reproduce, standfast::lab::add_separate, standfast::lab::add_bench}},
      argc, argv);
}
