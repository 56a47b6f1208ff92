// standfast attack: the smallest change found that flips each sensitive verdict, and the input that it leads to.
#include <memory>

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include "cli/commands/commands.hpp"
#include "cli/records/attack_records.hpp"
#include "cli/records/verdicts.hpp"
#include "cli/terminal/file_roles.hpp"
#include "cli/terminal/flags.hpp"
#include "cli/terminal/option_table.hpp"
#include "cli/terminal/output.hpp"
#include "cli/terminal/progress.hpp"
#include "cli/terminal/try.hpp"
#include "standfast/evaluation.hpp"

namespace standfast::cli {
namespace {

constexpr std::size_t kMostRestarts = 1000;  // a typing error must not run for days

struct AttackCommand {
  std::string model;
  DataFlags data;
  std::vector<std::string> norms;
  ThreatFlags threat;
  std::size_t restarts = AttackOptions{}.restarts;
  std::uint64_t seed = AttackOptions{}.seed;
  std::string threshold;
  std::size_t threads = 0;
  std::string format;
  std::string output;
  std::string changes;
};

Result<AttackOptions> attack_options(const AttackCommand& command, const ModelSummary& model) {
  AttackOptions options;
  CLI_TRY(options.norms, choose_norms(command.norms, model));
  for (const Norm norm : options.norms)
    if (!attackable(norm))
      return Error{ErrorCode::kBadOption, fmt::format("--norm: {} is not one of 0, 1, 2, inf", norm.name())};
  if (command.restarts > kMostRestarts)
    return Error{ErrorCode::kBadOption,
                 fmt::format("--restarts: found {}, expected 0 to {}", command.restarts, kMostRestarts)};
  options.restarts = command.restarts;
  options.seed = command.seed;
  options.threads = command.threads;
  return options;
}

Result<int> run_attack(const AttackCommand& command) {
  CLI_TRY(const std::string format, choose_format(command.format, command.output));
  CLI_CHECK(
      check_outputs({{"MODEL", command.model}, data_role(command.data.source), {"--threat", command.threat.file}},
                    {{"--output", command.output.empty() ? "-" : command.output}, {"--changes", command.changes}}));
  CLI_TRY(const Classifier classifier, load_classifier(command.model, command.threshold));
  CLI_TRY(AttackOptions options, attack_options(command, classifier.summary()));
  CLI_TRY(const Dataset data, read_inputs(command.data, Labels::kIfPresent, &classifier.summary()));
  CLI_CHECK(check_fits(command.model, classifier.summary(), data));
  CLI_TRY(ThreatPlan threat, plan_threat(command.threat, classifier.summary(), data));
  options.threat = std::move(threat.model);
  Result<Attacks> attacks = [&] {
    ProgressBar bar("attack", data.count());
    options.progress = [&bar](std::size_t done) { bar.show(done); };
    return standfast::attack(classifier, data, options);
  }();
  if (!attacks.ok()) return attacks.error();
  count_whole_prices(*attacks, data, options.threat);
  const AttackRecords records{classifier.summary(), data, *attacks, options.threat, threat.description};
  CLI_TRY(const std::string text, format_attacks(records, format));
  CLI_CHECK(write_result(command.output, text));
  if (!command.changes.empty()) CLI_CHECK(write_result(command.changes, changes_as_csv(records)));
  const int code = report_unjudged(verdicts_of(*attacks));
  if (format == "table") return code;
  std::string summary = attack_summary(records);
  summary.pop_back();  // say() ends the line
  say(summary);
  return code;
}

}  // namespace

void add_attack(CLI::App& program, Action& chosen) {
  auto command = std::make_shared<AttackCommand>();
  CLI::App& app =
      *program.add_subcommand("attack", "Search for the smallest change that flips each sensitive verdict.");
  app.footer("standfast attack spam.safetensors spam:test --norm 1,2 --limit 10 -o adversarial.npz");
  app.add_option("MODEL", command->model, "A model file that `standfast train` wrote.")->type_name("MODEL")->required();
  add_data_argument(app, command->data);
  add_norm_option(app, command->norms, "Norms that measure a change: 0, 1, 2, inf.");
  add_threat_options(app, command->threat);
  only_digits(app.add_option("--restarts", command->restarts, "Random starts per input and norm."))
      ->type_name("N")
      ->default_str("4");
  only_digits(app.add_option("--seed", command->seed, "Of the random starts: the same seed gives the same attacks."))
      ->type_name("N")
      ->default_str("1");
  add_label_options(app, command->data);
  add_limit_option(app, command->data);
  add_threshold_option(app, command->threshold);
  app.add_option("--changes", command->changes, "Write every feature that an attack changes to FILE, by name (CSV).")
      ->type_name("FILE");
  add_threads_option(app, command->threads);
  add_format_options(app, command->format, command->output,
                     "; npz holds the adversarial inputs as well, the others distances only");
  app.callback([command, &chosen] { chosen = [command] { return run_attack(*command); }; });
}

}  // namespace standfast::cli
