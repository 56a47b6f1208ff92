// The program `standfast`: builds the option table, runs the chosen subcommand and turns its outcome into an exit code.
#include <cstdio>
#include <exception>
#include <string>

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include "cli/command.hpp"
#include "cli/help.hpp"
#include "cli/option_table.hpp"
#include "cli/output.hpp"
#include "cli/terminal/parse_errors.hpp"

namespace standfast::cli {
namespace {

void build(CLI::App& program, Action& chosen) {
  program.name("standfast");
  program.description("Classifiers whose alarm cannot be argued away.");
  program.footer("standfast demo");
  program.formatter_fn(
      [](const CLI::App* app, const std::string&, CLI::AppFormatMode) { return help_text(describe(*app)); });
  program.set_help_flag("-h,--help", "Show this text and exit.");
  program.set_version_flag("--version", "standfast " STANDFAST_VERSION, "Show the version and exit.");
  program.require_subcommand(1);
  for (const auto add : {add_demo, add_train, add_certify, add_verify, add_evaluate, add_attack, add_separate,
                         add_reproduce, add_inspect, add_bench, add_data, add_man, add_completion})
    add(program, chosen);
  take_one_word_each(program);
}

int fail(const std::string& message, int exit_code) {
  say(fmt::format("standfast: {}", printable(message)));
  return exit_code;
}

int run(int argc, char** argv) {
  CLI::App program;
  Action chosen;
  build(program, chosen);
  try {
    program.parse(argc, argv);
  } catch (const CLI::CallForHelp&) {
    const Status written = write_stdout(program.help());
    return written.ok() ? kDone : fail(written.error().message, kBadUsage);
  } catch (const CLI::CallForVersion& version) {
    const Status written = write_stdout(fmt::format("{}\n", version.what()));
    return written.ok() ? kDone : fail(written.error().message, kBadUsage);
  } catch (const CLI::ParseError& error) {
    return fail(parse_error_text(program, error), kBadUsage);
  }
  const Result<int> outcome = chosen();
  return outcome.ok() ? *outcome : fail(outcome.error().message, kBadUsage);
}

}  // namespace
}  // namespace standfast::cli

int main(int argc, char** argv) {
  // the library reports what a caller or a file can cause as a value; what arrives here is our own fault
  try {
    return standfast::cli::run(argc, argv);
  } catch (const std::exception& error) {
    std::fprintf(stderr, "standfast: internal error: %s\n", error.what());
    return standfast::cli::kInternalError;
  }
}
