// standfast-lab compare: methods of certification side by side on one data set.
#include <algorithm>
#include <filesystem>
#include <memory>
#include <optional>

#include <CLI/CLI.hpp>
#include <fmt/format.h>
#include <fmt/ranges.h>

#include "cli/terminal/file_roles.hpp"
#include "cli/terminal/flags.hpp"
#include "cli/terminal/option_table.hpp"
#include "cli/terminal/output.hpp"
#include "cli/terminal/trainer.hpp"
#include "cli/terminal/try.hpp"
#include "lab/bench/machine_peak.hpp"
#include "lab/commands/commands.hpp"
#include "lab/commands/run_compare.hpp"
#include "lab/study/study.hpp"
#include "standfast/certificate.hpp"

namespace standfast::lab {
namespace {

// enough for a curve; the other half of the time is training
constexpr std::size_t kQuickRows = 200, kRows = 500;
constexpr std::size_t kQuickValidationRows = 200, kValidationRows = 500;

struct CompareCommand {
  cli::DataFlags data;
  std::string sensitive;
  std::vector<std::string> methods;
  bool quick = false;
  std::optional<std::size_t> rows;
  CompareEffort effort;
  std::string work = "standfast-compare";
  std::string output;
  std::string json;
  std::size_t threads = 0;
};

Status check_methods(const std::vector<std::string>& methods) {
  const auto known = compare_methods();
  for (const auto& method : methods)
    if (std::ranges::find(known, method) == known.end())
      return cli::bad_option(fmt::format("--methods: '{}' is not one of {}", method, fmt::join(known, ", ")));
  return {};
}

Status check_source(const std::string& source) {
  for (const auto* split : {":train", ":test"})
    if (source.ends_with(split))
      return cli::bad_option(
          fmt::format("DATA: {} names a split, expected the data without one: {} trains, {} is measured", source,
                      ":train", ":test"));
  return {};
}

/// A digest of the folder or the file; nothing for data that are part of the program.
Result<std::string> digest_of(const std::string& source) {
  const std::string path = cli::data_role(source).path;
  std::error_code failed;
  if (std::filesystem::is_directory(path, failed)) return folder_digest(path);
  if (std::filesystem::is_regular_file(path, failed)) return sha256_of_file(path);
  return std::string();
}

std::vector<std::string> notes_of(const CompareCommand& command, const RowsRequest& request) {
  std::vector<std::string> notes;
  if (command.quick)
    notes.push_back(
        fmt::format("A quick run: schedules are shortened, one noise level per method, 10,000 draws, {} test "
                    "inputs of each class.",
                    request.rows));
  notes.emplace_back("Interval and CROWN bounds run in plain loops here; tuned ones would be several times faster.");
  return notes;
}

Result<ComparePlan> plan_compare(const CompareCommand& command) {
  ComparePlan plan;
  plan.request.data = command.data.source;
  CLI_TRY(plan.request.classes, cli::split_names("--classes", command.data.classes));
  plan.request.rows = command.rows.value_or(command.quick ? kQuickRows : kRows);
  plan.request.validation_rows = command.quick ? kQuickValidationRows : kValidationRows;
  CLI_TRY(const Dataset test,
          read_data({.source = command.data.source + ":test", .label_column = "", .classes = plan.request.classes}));
  plan.request.sensitive = command.sensitive.empty() ? test.class_names.front() : command.sensitive;
  CLI_TRY([[maybe_unused]] const TwoClasses rows, read_test_rows(plan.request));  // fails before the long work
  CLI_TRY(const std::int32_t sensitive, test.class_index(plan.request.sensitive));
  CompareEffort effort = command.effort;
  effort.quick = command.quick;
  CLI_TRY(auto jobs, compare_jobs(plan.request, test.input_shape, effort));
  for (auto& job : jobs)
    if (command.methods.empty() || std::ranges::find(command.methods, job.method) != command.methods.end())
      plan.jobs.push_back(std::move(job));
  CLI_TRY(plan.data_digest, digest_of(command.data.source));
  plan.work = command.work;
  plan.threads = command.threads;
  plan.head.data = command.data.source;
  plan.head.sensitive = plan.request.sensitive;
  plan.head.other = test.class_names[sensitive == 0 ? 1 : 0];
  plan.head.processor = processor_type();
  plan.head.notes = notes_of(command, plan.request);
  return plan;
}

Status find_programs(const ComparePlan& plan) {
  for (const auto& job : plan.jobs) {
    CLI_TRY([[maybe_unused]] const std::string program, job.baseline ? find_baselines() : cli::find_trainer());
  }
  return {};
}

Result<int> run_command(const CompareCommand& command) {
  CLI_CHECK(check_methods(command.methods));
  CLI_CHECK(check_source(command.data.source));
  if (command.rows == std::size_t{0}) return cli::bad_option("--rows: 0 leaves no input, expected 1 or more");
  CLI_CHECK(cli::check_outputs(
      {cli::data_role(command.data.source)},
      {{"--output", command.output}, {"--json", command.json}, {"the table", command.json == "-" ? "" : "-"}}));
  CLI_TRY(const ComparePlan plan, plan_compare(command));
  CLI_CHECK(find_programs(plan));
  CLI_CHECK(cli::make_folder("--work", command.work));
  CLI_TRY(const Comparison comparison, run_compare(plan));
  if (!command.output.empty()) CLI_CHECK(cli::write_result(command.output, to_html(comparison)));
  if (!command.json.empty()) CLI_CHECK(cli::write_result(command.json, to_json(comparison)));
  if (command.json != "-") CLI_CHECK(cli::write_stdout(to_text(comparison)));
  return cli::kDone;
}

}  // namespace

void add_compare(CLI::App& program, cli::Action& chosen) {
  auto command = std::make_shared<CompareCommand>();
  CLI::App& app = *program.add_subcommand(
      "compare", "Certify pictures by several methods at one operating point, and show them side by side.");
  app.footer("standfast-lab compare mnist --quick -o compare.html");
  cli::add_data_argument(app, command->data);
  app.add_option("--classes", command->data.classes, "The two classes to tell apart, if the data hold more.")
      ->type_name("A,B");
  app.add_option("--sensitive", command->sensitive, "The class whose verdicts are certified; otherwise the first.")
      ->type_name("CLASS");
  app.add_option("--methods", command->methods, fmt::format("Which of them: {}.", fmt::join(compare_methods(), ", ")))
      ->type_name("LIST")
      ->delimiter(',')
      ->default_str("all");
  app.add_flag("--quick", command->quick, "Shorter schedules, one noise level, 10,000 draws: minutes on two cores.");
  cli::only_digits(app.add_option("--rows", command->rows, "Test inputs of each class to judge and to certify."))
      ->type_name("N")
      ->default_str("500, with --quick 200");
  cli::only_digits(app.add_option("--epochs", command->effort.epochs, "Train each network for at most N epochs."))
      ->type_name("N");
  cli::only_digits(app.add_option("--seed", command->effort.seed, "The same seed gives the same result."))
      ->type_name("N")
      ->default_str("1");
  app.add_option("--work", command->work, "Folder for results and models; what is finished there is not done again.")
      ->type_name("DIR")
      ->default_str(command->work);
  app.add_option("-o,--output", command->output, "Write one page with curves and tables to FILE.")->type_name("FILE");
  app.add_option("--json", command->json, "Write the results as JSON to FILE; `-` for stdout.")->type_name("FILE");
  cli::only_digits(app.add_option("--threads", command->threads,
                                  "Methods at once, 0 for one per core; changes nothing but the times."))
      ->type_name("N")
      ->default_str("0");
  app.callback([command, &chosen] { chosen = [command] { return run_command(*command); }; });
}

}  // namespace standfast::lab
