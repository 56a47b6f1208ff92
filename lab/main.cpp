// The program `standfast-lab`: experiments about the method, for researchers.
#include "cli/terminal/program.hpp"
#include "lab/commands/commands.hpp"

int main(int argc, char** argv) {
  using namespace standfast::cli;
  return run_program(
      {.name = "standfast-lab",
       .summary = "Experiments with classifiers whose alarm cannot be argued away.",
       .example = "standfast-lab reproduce --quick --list",
       .description = "Runs the published experiments beside ours, sets methods of certification side by side, proves "
                      "that classes lie outside of each other's convex hulls, "
                      "and measures how fast certificates are. To train and to certify, see standfast(1).",
       .variables = {{"STANDFAST_DATA", "The folder of data sets for reproduce, unless --data-dir names one."},
                     {"STANDFAST_TRAIN_PROGRAM",
                      "The trainer to run; otherwise standfast-train is looked for beside the program, in "
                      "../libexec/standfast and in PATH."},
                     {"STANDFAST_BASELINES_PROGRAM",
                      "The trainer of compare's baselines; otherwise standfast-baselines is looked for likewise."}},
       .commands = {standfast::lab::add_reproduce, standfast::lab::add_compare, standfast::lab::add_separate,
                    standfast::lab::add_bench}},
      argc, argv);
}
