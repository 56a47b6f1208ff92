// standfast-lab bench: how fast certificates are on this machine.
#include "lab/bench/bench.hpp"

#include <memory>

#include <CLI/CLI.hpp>
#include <fmt/format.h>
#include <fmt/ranges.h>

#include "cli/terminal/file_roles.hpp"
#include "cli/terminal/flags.hpp"
#include "cli/terminal/option_table.hpp"
#include "cli/terminal/output.hpp"
#include "cli/terminal/progress.hpp"
#include "cli/terminal/try.hpp"
#include "lab/commands/commands.hpp"

namespace standfast::lab {
namespace {

struct BenchCommand {
  BenchOptions options;
  std::vector<std::string> methods = {"closed-form", "separable"};
  std::vector<std::string> guarantees = {"none", "real"};
  std::vector<std::string> precisions = {"float64"};
  std::string norm = "2";
  std::string seconds = "0.1";
  std::string json;
};

template <class Word, class Parse>
Result<std::vector<Word>> parse_words(const std::vector<std::string>& texts, const Parse& parse) {
  std::vector<Word> words;
  for (const auto& text : texts) {
    CLI_TRY(const Word word, parse(text));
    words.push_back(word);
  }
  return words;
}

Result<BenchOptions> plan(const BenchCommand& command) {
  BenchOptions options = command.options;
  CLI_TRY(options.methods, parse_words<Method>(command.methods, parse_method));
  CLI_TRY(options.guarantees, parse_words<Guarantee>(command.guarantees, parse_guarantee));
  CLI_TRY(options.precisions, parse_words<Precision>(command.precisions, parse_precision));
  CLI_TRY(options.norm, Norm::parse(command.norm));
  CLI_TRY(options.seconds, cli::parse_number("--seconds", command.seconds));
  return options;
}

Result<int> run_command(const BenchCommand& command) {
  CLI_CHECK(cli::check_outputs({{"MODEL", command.options.model}},
                               {{"--json", command.json}, {"--output", command.json == "-" ? "" : "-"}}));
  CLI_TRY(BenchOptions options, plan(command));
  Result<BenchReport> report = [&] {
    const std::size_t models = options.sizes.empty() ? bench_sizes().size() : options.sizes.size();
    cli::ProgressBar bar("bench", options.model.empty() ? models * options.batches.size() : options.batches.size());
    options.progress = [&bar](std::size_t done, std::size_t) { bar.show(done); };
    return run_bench(options);
  }();
  if (!report.ok()) return report.error();
  if (!command.json.empty()) CLI_CHECK(cli::write_result(command.json, to_json(*report)));
  if (command.json != "-") CLI_CHECK(cli::write_stdout(to_text(*report)));
  return cli::kDone;
}

void add_list(CLI::App& app, const std::string& name, std::vector<std::size_t>& values, const std::string& help) {
  cli::only_digits(app.add_option(name, values, help))
      ->type_name("LIST")
      ->delimiter(',')
      ->default_str(fmt::format("{}", fmt::join(values, ",")));
}

void add_list(CLI::App& app, const std::string& name, std::vector<std::string>& values, const std::string& help) {
  app.add_option(name, values, help)
      ->type_name("LIST")
      ->delimiter(',')
      ->default_str(fmt::format("{}", fmt::join(values, ",")));
}

std::string names_of_sizes() {
  std::vector<std::string> names;
  for (const auto& size : bench_sizes()) names.push_back(size.name);
  return fmt::format("{}", fmt::join(names, ","));
}

}  // namespace

void add_bench(CLI::App& program, cli::Action& chosen) {
  auto command = std::make_shared<BenchCommand>();
  CLI::App& app = *program.add_subcommand(
      "bench", "Measure how fast certificates are on this machine, and what share of its peak that is.");
  app.footer("standfast-lab bench spam.safetensors --seconds 0.01");
  app.add_option("MODEL", command->options.model,
                 "A model file; otherwise models with random weights, of sizes that occur in practice.")
      ->type_name("MODEL");
  app.add_option("--json", command->json, "Write the results as JSON to FILE; `-` for stdout.")->type_name("FILE");
  app.add_option("--sizes", command->options.sizes, "Which of the models with random weights to measure.")
      ->type_name("LIST")
      ->delimiter(',')
      ->default_str(names_of_sizes());
  add_list(app, "--batch", command->options.batches, "Inputs per call, ascending.");
  add_list(app, "--method", command->methods, "Methods to measure: closed-form, separable, refined, exact.");
  add_list(app, "--guarantee", command->guarantees, "Guarantees to measure: none, real, deployed.");
  add_list(app, "--precision", command->precisions, "Of the proofs: float64, float32.");
  add_list(app, "--threads", command->options.threads,
           "Numbers of threads, ascending; all but the first at the largest batch only.");
  app.add_option("--norm", command->norm, "The norm of the radii.")->type_name("P")->default_str(command->norm);
  app.add_option("--seconds", command->seconds,
                 "Time for each line; one whose single call takes four times as long is left out.")
      ->type_name("S")
      ->default_str(command->seconds);
  app.callback([command, &chosen] { chosen = [command] { return run_command(*command); }; });
}

}  // namespace standfast::lab
