// standfast-lab reproduce: the published experiments and ours, from training to one page of results.
#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <memory>
#include <optional>

#include <CLI/CLI.hpp>
#include <fmt/format.h>
#include <fmt/ranges.h>

#include "cli/terminal/flags.hpp"
#include "cli/terminal/option_table.hpp"
#include "cli/terminal/output.hpp"
#include "cli/terminal/trainer.hpp"
#include "cli/terminal/try.hpp"
#include "lab/commands/commands.hpp"
#include "lab/commands/run_study.hpp"

namespace standfast::lab {
namespace {

namespace fs = std::filesystem;

constexpr const char* kDataVariable = "STANDFAST_DATA";
// few enough for a run in minutes, enough for a median
constexpr std::size_t kQuickCertified = 200;
constexpr std::size_t kQuickAttacked = 15;

struct ReproduceCommand {
  std::vector<std::string> names;
  std::string data_dir;
  std::string output = "standfast-reproduce";
  bool quick = false;
  bool list = false;
  std::int64_t epochs = 0;
  std::optional<std::size_t> inputs;
  std::size_t threads = 0;
};

StudyEffort effort_of(const ReproduceCommand& command) {
  StudyEffort effort;
  effort.quick = command.quick;
  effort.epochs = command.epochs;
  if (command.quick) effort.certified = kQuickCertified;
  if (command.quick) effort.attacked = kQuickAttacked;
  if (command.inputs) effort.attacked = *command.inputs;
  return effort;
}

Result<std::vector<const StudyData*>> chosen_data(const std::vector<std::string>& names) {
  std::vector<const StudyData*> chosen;
  std::vector<std::string> known;
  for (const auto& data : study_data()) {
    known.push_back(data.name);
    if (names.empty() || std::ranges::find(names, data.name) != names.end()) chosen.push_back(&data);
  }
  for (const auto& name : names)
    if (std::ranges::find(known, name) == known.end())
      return cli::bad_option(fmt::format("NAME: '{}' is not one of {}", name, fmt::join(known, ", ")));
  return chosen;
}

Status list_recipes(const ReproduceCommand& command) {
  CLI_TRY(const auto chosen, chosen_data(command.names));
  std::vector<std::vector<std::string>> rows = {{"data", "recipe", "what", "preset", "epochs", "beside the preset"}};
  for (const auto& recipe : recipes()) {
    if (std::ranges::none_of(chosen, [&](const auto* data) { return data->name == recipe.data; })) continue;
    CLI_TRY(const TrainOptions options, recipe_options(recipe, "", effort_of(command)));
    rows.push_back({recipe.data, recipe.name, recipe.label, recipe.preset, fmt::format("{}", options.epochs),
                    recipe.overrides.empty() ? "-" : recipe.overrides});
  }
  std::string text;
  for (const auto& row : rows)
    text += fmt::format("{:<8}{:<25}{:<29}{:<21}{:>6}  {}\n", row[0], row[1], row[2], row[3], row[4], row[5]);
  return cli::write_stdout(text);
}

Result<std::string> data_folder(const ReproduceCommand& command) {
  const char* variable = std::getenv(kDataVariable);
  const std::string folder = !command.data_dir.empty() ? command.data_dir : variable == nullptr ? "" : variable;
  if (folder.empty())
    return cli::bad_option(
        fmt::format("--data-dir: no folder is named; give one that holds mnist_38, fashion_mnist_shirts, "
                    "cifar10_catsdogs or malimg, or set {}",
                    kDataVariable));
  std::error_code failed;
  if (fs::is_directory(folder, failed)) return folder;
  return Error{ErrorCode::kIo, fmt::format("--data-dir: {} is not a folder that can be read", folder)};
}

/// The first folder, by name, that starts as the data set's does.
std::optional<std::string> find_data(const std::string& parent, const StudyData& data) {
  std::vector<std::string> found;
  std::error_code failed;
  for (fs::directory_iterator at(parent, failed), end; !failed && at != end; at.increment(failed)) {
    std::error_code ignored;
    if (at->is_directory(ignored) && at->path().filename().string().starts_with(data.folder))
      found.push_back(at->path().string());
  }
  if (found.empty()) return std::nullopt;
  return *std::ranges::min_element(found);
}

Result<StudyPlan> plan_study(const ReproduceCommand& command) {
  StudyPlan plan;
  plan.effort = effort_of(command);
  plan.output = command.output;
  plan.threads = command.threads;
  CLI_TRY(const auto chosen, chosen_data(command.names));
  CLI_TRY(const std::string folder, data_folder(command));
  std::vector<std::string> wanted;
  for (const auto* data : chosen) {
    wanted.push_back(data->folder + "*");
    if (auto found = find_data(folder, *data))
      plan.data.push_back({data, *std::move(found)});
    else
      plan.notes.push_back(fmt::format("{} was left out: {} holds no folder {}*.", data->title, folder, data->folder));
  }
  if (plan.data.empty())
    return Error{ErrorCode::kIo, fmt::format("--data-dir: {} holds no folder {}; put a data set there as docs/data.md "
                                             "says, or name another folder",
                                             folder, fmt::join(wanted, ", "))};
  if (command.quick)
    plan.notes.push_back(
        fmt::format("A quick run: schedules are shortened, certificates are for the first {} sensitive "
                    "test inputs, refined ones and attacks for the first {}.",
                    plan.effort.certified, plan.effort.attacked));
  return plan;
}

Result<int> run_reproduce(const ReproduceCommand& command) {
  if (command.list) {
    CLI_CHECK(list_recipes(command));
    return cli::kDone;
  }
  if (command.inputs == std::size_t{0}) return cli::bad_option("--inputs: 0 leaves no input, expected 1 or more");
  CLI_TRY(const StudyPlan plan, plan_study(command));
  CLI_TRY([[maybe_unused]] const std::string trainer, cli::find_trainer());
  CLI_CHECK(cli::make_folder("--output", command.output));
  for (const auto& note : plan.notes) cli::say(note);
  CLI_TRY(const Study study, run_study(plan));
  const std::string page = (fs::path(command.output) / "study.html").string();
  const std::string json = (fs::path(command.output) / "study.json").string();
  CLI_CHECK(cli::write_stdout(to_text(study) +
                              fmt::format("\n{}  the results as one page for a browser\n{}  the same for a program\n",
                                          printable(page), printable(json))));
  return cli::kDone;
}

}  // namespace

void add_reproduce(CLI::App& program, cli::Action& chosen) {
  auto command = std::make_shared<ReproduceCommand>();
  CLI::App& app = *program.add_subcommand(
      "reproduce", "Train the published models and ours, measure them alike, and write one page of results.");
  app.footer("standfast-lab reproduce --quick --list");
  std::vector<std::string> names;
  for (const auto& data : study_data()) names.push_back(data.name);
  app.add_option("NAME", command->names,
                 fmt::format("Data sets: {}; without a name all that are at hand.", fmt::join(names, ", ")))
      ->type_name("NAME");
  app.add_option("--data-dir", command->data_dir,
                 "Folder that holds mnist_38, fashion_mnist_shirts, cifar10_catsdogs or malimg.")
      ->type_name("DIR")
      ->default_str("$STANDFAST_DATA");
  app.add_option("-o,--output", command->output,
                 "Folder for models, results and the page; what is finished there is not done again.")
      ->type_name("DIR")
      ->default_str("standfast-reproduce");
  app.add_flag("--quick", command->quick, "Shorter schedules and fewer inputs: ten minutes on two cores.");
  cli::only_digits(app.add_option("--epochs", command->epochs, "Train each model for at most N epochs."))
      ->type_name("N");
  cli::only_digits(app.add_option("--inputs", command->inputs, "Sensitive test inputs to refine and to attack."))
      ->type_name("N")
      ->default_str("200, with --quick 15");
  app.add_flag("--list", command->list, "Print the recipes and stop.");
  cli::only_digits(app.add_option("--threads", command->threads,
                                  "Recipes at once, 0 for one per core; changes nothing but the times."))
      ->type_name("N")
      ->default_str("0");
  app.callback([command, &chosen] { chosen = [command] { return run_reproduce(*command); }; });
}

}  // namespace standfast::lab
