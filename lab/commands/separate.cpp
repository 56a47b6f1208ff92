// standfast-lab separate: is one class outside the convex hull of the other, and classifiers without a training error.
#include <algorithm>
#include <memory>

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include "cli/terminal/file_roles.hpp"
#include "cli/terminal/flags.hpp"
#include "cli/terminal/option_table.hpp"
#include "cli/terminal/output.hpp"
#include "cli/terminal/progress.hpp"
#include "cli/terminal/try.hpp"
#include "lab/commands/commands.hpp"
#include "lab/fits/fits.hpp"
#include "lab/hulls/hulls.hpp"
#include "standfast/report.hpp"

namespace standfast::lab {
namespace {

struct SeparateCommand {
  cli::DataFlags data;
  bool fit = false;
  std::string method;
  std::string sensitive;
  std::optional<std::uint64_t> random_labels;
  std::string output;
  std::string json;
  SeparateOptions options;
};

/// The test split beside a training split.
Result<std::optional<Dataset>> read_test(const SeparateCommand& command) {
  constexpr std::string_view kTrain = ":train";
  if (!command.data.source.ends_with(kTrain)) return std::optional<Dataset>{};
  cli::DataFlags flags = command.data;
  flags.source.replace(flags.source.size() - kTrain.size(), kTrain.size(), ":test");
  flags.limit.reset();
  CLI_TRY(Dataset test, cli::read_inputs(flags, cli::Labels::kRequired));
  return std::optional(std::move(test));
}

Status write_results(const SeparateCommand& command, const std::string& text, const std::string& json) {
  if (!command.json.empty()) CLI_CHECK(cli::write_result(command.json, json));
  return command.json == "-" ? Status{} : cli::write_stdout(text);
}

Status check_output(const SeparateCommand& command, const Dataset& data) {
  if (command.output.empty()) return {};
  if (!command.fit) return Error{ErrorCode::kBadOption, "--output: there is a model to write with --fit only"};
  if (command.method.empty())
    return Error{ErrorCode::kBadOption,
                 "--output: one file holds one model; choose pieces, icnn, cone or repair with --method"};
  if (command.sensitive.empty())
    return Error{ErrorCode::kBadOption,
                 fmt::format("--output: one file holds one model; choose {} or {} with --sensitive",
                             data.class_names.front(), data.class_names.back())};
  return {};
}

Result<int> run_fit(const SeparateCommand& command, const Dataset& data, const SeparateOptions& options) {
  CLI_TRY(const std::optional<Dataset> test, read_test(command));
  CLI_TRY(const auto fits, fit_perfectly(data, test ? &*test : nullptr, options));
  CLI_CHECK(write_results(command, to_text(fits, data), to_json(fits, data)));
  const bool perfect = std::ranges::all_of(fits, [](const PerfectFit& fit) { return fit.perfect(); });
  if (!perfect) return cli::kPropertyFails;
  if (!command.output.empty()) CLI_CHECK(write_file_atomically(command.output, fits.front().model));
  return cli::kDone;
}

Result<int> run_hulls(const SeparateCommand& command, const Dataset& data, const SeparateOptions& options) {
  CLI_TRY(const auto reports, separate_hulls(data, options));
  CLI_CHECK(write_results(command, to_text(reports, data), to_json(reports, data)));
  const bool separable = std::ranges::all_of(reports, [](const HullReport& report) {
    return report.count(HullAnswer::Side::kOutside) == report.answers.size();
  });
  return separable ? cli::kDone : cli::kPropertyFails;
}

Status check_start(const SeparateCommand& command) {
  if (!command.fit && !(command.method.empty() && command.options.start.empty()))
    return Error{ErrorCode::kBadOption, "--method, --start: they belong to --fit, which is not given"};
  const bool repair = command.method == "repair";
  if (repair == !command.options.start.empty()) return {};
  return Error{ErrorCode::kBadOption, repair ? "--method repair: expected --start MODEL beside it"
                                             : "--start: expected --method repair beside it"};
}

Result<int> run_separate(const SeparateCommand& command) {
  CLI_CHECK(check_start(command));
  CLI_CHECK(cli::check_outputs(
      {cli::data_role(command.data.source), {"--start", command.options.start}},
      {{"--json", command.json}, {"--output", command.output}, {"the table", command.json == "-" ? "" : "-"}}));
  CLI_TRY(Dataset data, cli::read_inputs(command.data, cli::Labels::kRequired));
  CLI_CHECK(check_output(command, data));
  if (command.random_labels) data = shuffle_labels(data, *command.random_labels);
  cli::ProgressBars bars;
  SeparateOptions options = command.options;
  if (!command.method.empty()) options.methods = {command.method};
  if (!command.sensitive.empty()) options.sensitive = {command.sensitive};
  options.progress = [&bars](std::string_view task, std::size_t done, std::size_t total) {
    bars.show(task, done, total);
  };
  return command.fit ? run_fit(command, data, options) : run_hulls(command, data, options);
}

}  // namespace

void add_separate(CLI::App& program, cli::Action& chosen) {
  auto command = std::make_shared<SeparateCommand>();
  CLI::App& app = *program.add_subcommand(
      "separate", "Prove that one class lies outside the convex hull of the other, or fit it without an error.");
  app.footer("standfast-lab separate messages.csv --fit");
  cli::add_data_argument(app, command->data);
  app.add_flag("--fit", command->fit, "Make classifiers that judge every training input right, and prove it.");
  cli::add_choice(app, "--method", command->method,
                  {{"pieces", "a maximum of affine pieces"},
                   {"icnn", "an input-convex network trained end to end"},
                   {"cone", "a network that keeps to a linear score"},
                   {"repair", "a network that keeps to the score of --start, which judges other inputs best"}},
                  "With --fit: what to make; otherwise the first two.");
  app.add_option("--start", command->options.start,
                 "With --method repair: a model file whose score is convex in the input (--feature-map identity).")
      ->type_name("MODEL");
  app.add_option("--sensitive", command->sensitive, "The class to put above; otherwise each of the two in turn.")
      ->type_name("CLASS");
  app.add_option("-o,--output", command->output, "With --fit, --method and --sensitive: write the model to FILE.")
      ->type_name("FILE");
  app.add_option("--json", command->json, "Write the results as JSON to FILE; `-` for stdout.")->type_name("FILE");
  cli::only_digits(app.add_option("--pieces", command->options.pieces,
                                  "Planes to start with; a group of inputs without a plane is split in two."))
      ->type_name("K")
      ->default_str(fmt::format("{}", command->options.pieces));
  cli::only_numbers(
      app.add_option(
          "--ridge", command->options.ridge,
          "Whitening, as a share of the features' deviation: more gives wider margins and needs more pieces."))
      ->type_name("R")
      ->default_str(fmt::format("{}", command->options.ridge));
  cli::only_numbers(
      app.add_option("--linear-start", command->options.linear_start,
                     "With --fit: start planes from the linear discriminant, so many margins long; more keeps "
                     "its verdicts on other inputs."))
      ->type_name("A")
      ->default_str("0");
  cli::only_digits(app.add_option("--random-labels", command->random_labels,
                                  "Shuffle the labels first: what has no meaning is fitted as well."))
      ->type_name("SEED");
  cli::only_digits(app.add_option("--seed", command->options.seed, "The same seed gives the same result."))
      ->type_name("N")
      ->default_str("1");
  cli::add_threads_option(app, command->options.threads);
  cli::add_label_options(app, command->data);
  cli::add_limit_option(app, command->data);
  app.callback([command, &chosen] { chosen = [command] { return run_separate(*command); }; });
}

}  // namespace standfast::lab
