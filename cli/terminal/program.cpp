// Builds the option table, runs the chosen subcommand and turns its outcome into an exit code.
#include "cli/terminal/program.hpp"

#include <exception>
#include <string>

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include "cli/terminal/help.hpp"
#include "cli/terminal/option_table.hpp"
#include "cli/terminal/output.hpp"
#include "cli/terminal/parse_errors.hpp"

namespace standfast::cli {
namespace {

void build_parser(const Program& program, CLI::App& parser, Action& chosen) {
  parser.name(program.name);
  parser.description(program.summary);
  parser.footer(program.example);
  parser.formatter_fn(
      [](const CLI::App* app, const std::string&, CLI::AppFormatMode) { return help_text(describe_command(*app)); });
  parser.set_help_flag("-h,--help", "Show this text and exit.");
  parser.set_version_flag("--version", fmt::format("{} {}", program.name, STANDFAST_VERSION),
                          "Show the version and exit.");
  parser.require_subcommand(1);
  for (const auto add : program.commands) add(parser, chosen);
  add_man(program, parser, chosen);
  add_completion(program, parser, chosen);
  take_one_word_each(parser);
}

/// Says why the program ends.
int fail(const Program& program, const std::string& message, int exit_code) {
  say(fmt::format("{}: {}", program.name, printable(message)));
  return exit_code;
}

/// What --help and --version show.
int show(const Program& program, const std::string& text) {
  const Status written = write_stdout(text);
  return written.ok() ? kDone : fail(program, written.error().message, kBadUsage);
}

int parse_and_run(const Program& program, int argc, char** argv) {
  CLI::App parser;
  Action chosen;
  build_parser(program, parser, chosen);
  try {
    parser.parse(argc, argv);
  } catch (const CLI::CallForHelp&) {
    return show(program, parser.help());
  } catch (const CLI::CallForVersion& version) {
    return show(program, fmt::format("{}\n", version.what()));
  } catch (const CLI::ParseError& error) {
    return fail(program, parse_error_text(parser, error), kBadUsage);
  }
  const Result<int> outcome = chosen();
  return outcome.ok() ? *outcome : fail(program, outcome.error().message, kBadUsage);
}

}  // namespace

int run_program(const Program& program, int argc, char** argv) {
  prepare_streams();
  // the library reports what a caller or a file can cause as a value; what arrives here is our own fault
  try {
    return parse_and_run(program, argc, argv);
  } catch (const std::exception& error) {
    say(fmt::format("{}: internal error: {}", program.name, error.what()));
    return kInternalError;
  }
}

}  // namespace standfast::cli
