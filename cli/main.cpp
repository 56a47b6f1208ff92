// The program `standfast`: trains, certifies, attacks and verifies classifiers.
#include "cli/commands/commands.hpp"
#include "cli/terminal/program.hpp"

int main(int argc, char** argv) {
  using namespace standfast::cli;
  return run_program(
      {.name = "standfast",
       .summary = "Classifiers whose alarm cannot be argued away.",
       .example = "standfast demo",
       .description =
           "Trains binary classifiers and gives every alarm a radius: how far an attacker must move the input, in the "
           "features' own units, before the verdict can change.",
       .variables = {{"STANDFAST_TRAIN_PROGRAM",
                      "The trainer to run; otherwise standfast-train is looked for beside the program, in "
                      "../libexec/standfast and in PATH."}},
       .commands = {add_demo, add_train, add_certify, add_verify, add_evaluate, add_attack, add_threshold, add_filter,
                    add_inspect, add_data}},
      argc, argv);
}
