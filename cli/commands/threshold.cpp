// standfast threshold: the same network with its threshold set anew on labelled data.
#include <cmath>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include "cli/commands/commands.hpp"
#include "cli/terminal/file_roles.hpp"
#include "cli/terminal/flags.hpp"
#include "cli/terminal/option_table.hpp"
#include "cli/terminal/output.hpp"
#include "cli/terminal/try.hpp"
#include "standfast/evaluation.hpp"
#include "standfast/training.hpp"

namespace standfast::cli {
namespace {

struct ThresholdCommand {
  std::string model;
  DataFlags data;
  std::string max_fpr;
  bool balance = false;
  std::string output;
};

struct ClassLogits {
  std::vector<float> sensitive, other;
};

/// Fails: kBadOption for classes other than the model's; kBadValue for an input without a finite logit and for a class
/// without inputs.
Result<ClassLogits> class_logits(const Classifier& classifier, const Dataset& data) {
  const ModelSummary& model = classifier.summary();
  CLI_TRY(const std::int32_t sensitive, data.class_index(model.sensitive_class));
  CLI_TRY(const std::int32_t other, data.class_index(model.other_class));
  CLI_TRY(const std::vector<float> logits, standfast::logits(classifier, data));
  ClassLogits found;
  for (std::size_t i = 0; i < logits.size(); ++i) {
    const std::int32_t label = data.labels[i];
    if (label != sensitive && label != other)
      return bad_option(fmt::format("{}: input {} has class '{}', the model expects '{}' or '{}'", data.source, i,
                                    data.class_names[static_cast<std::size_t>(label)], model.sensitive_class,
                                    model.other_class));
    if (!std::isfinite(logits[i]))
      return Error{ErrorCode::kBadValue,
                   fmt::format("{}: the logit of input {} is {}, expected a finite one", data.source, i, logits[i])};
    (label == sensitive ? found.sensitive : found.other).push_back(logits[i]);
  }
  if (!found.sensitive.empty() && !found.other.empty()) return found;
  return Error{ErrorCode::kBadValue,
               fmt::format("{}: found {} of class '{}' and {} of class '{}', expected some of both", data.source,
                           counted(found.sensitive.size(), "input"), model.sensitive_class, found.other.size(),
                           model.other_class)};
}

/// How the threshold is to be chosen.
struct Rule {
  double max_fpr = -1;  ///< Negative: both classes alike.
  std::string text;     ///< What the model file says of it.
};

Result<Rule> read_rule(const ThresholdCommand& command) {
  if (command.balance) return Rule{-1, "balance"};
  if (command.max_fpr.empty()) return bad_option("--max-fpr, --balance: expected one of the two");
  Rule rule;
  CLI_TRY(rule.max_fpr, parse_number("--max-fpr", command.max_fpr));
  if (!(rule.max_fpr > 0 && rule.max_fpr <= 1))
    return bad_option(fmt::format("--max-fpr: {} is not in (0, 1]", command.max_fpr));
  rule.text = fmt::format("max_fpr {}", rule.max_fpr);
  return rule;
}

Result<double> chosen_logit(const Rule& rule, const ClassLogits& logits, const std::string& source) {
  if (rule.max_fpr < 0) return balanced_threshold(logits.sensitive, logits.other);
  const auto threshold = threshold_for_rate(logits.sensitive, logits.other, rule.max_fpr);
  if (threshold.ok()) return *threshold;
  return Error{threshold.error().code, fmt::format("{}: {}", source, threshold.error().message)};
}

std::string rate_line(const std::string& title, const std::vector<float>& logits) {
  std::size_t alarms = 0;
  for (const float logit : logits) alarms += logit > 0 ? 1 : 0;
  const RateInterval interval = rate_interval(alarms, logits.size());
  return fmt::format("{:<26}{:>7.2f} % of {} ({:.2f} % to {:.2f} % with {:g} % confidence)\n", title,
                     100 * static_cast<double>(alarms) / static_cast<double>(logits.size()), logits.size(),
                     100 * interval.lower, 100 * interval.upper, 100 * kConfidence);
}

/// What the file says of its origin: the accuracies of training were those of another threshold.
std::map<std::string, std::string> notes(const Rule& rule, const Dataset& data, const ClassLogits& logits) {
  return {{"threshold_data", printable(data.source)},
          {"threshold_rows", fmt::format("{} sensitive, {} other", logits.sensitive.size(), logits.other.size())},
          {"threshold_rule", rule.text},
          {"validation_accuracy_sensitive", ""},
          {"validation_accuracy_other", ""}};
}

Result<int> run_threshold(const ThresholdCommand& command) {
  const bool in_place = command.output.empty();
  if (in_place) CLI_CHECK(check_writable(command.model));
  CLI_CHECK(check_outputs({{"MODEL", command.model}, data_role(command.data.source)}, {{"--output", command.output}}));
  CLI_TRY(const Rule rule, read_rule(command));
  CLI_TRY(const Classifier before, Classifier::load(command.model));
  CLI_TRY(const Dataset data, read_inputs(command.data, Labels::kRequired, &before.summary()));
  CLI_CHECK(check_fits(command.model, before.summary(), data));
  CLI_TRY(const ClassLogits old_logits, class_logits(before, data));
  CLI_TRY(const double logit, chosen_logit(rule, old_logits, data.source));
  CLI_TRY(const Classifier after, Classifier::load(command.model, logit));
  CLI_TRY(const ClassLogits logits, class_logits(after, data));
  CLI_TRY(const std::string file, after.to_file(notes(rule, data, logits)));
  CLI_CHECK(write_result(in_place ? command.model : command.output, file));
  std::string text =
      fmt::format("{:<26}{} (was {})\n", "threshold", after.summary().threshold, before.summary().threshold);
  text += rate_line("false-positive rate", logits.other) + rate_line("detected at it", logits.sensitive);
  // one stream holds one thing: the text gives way if the model was sent to stdout
  if (command.output != "-") CLI_CHECK(write_stdout(text));
  return kDone;
}

}  // namespace

void add_threshold(CLI::App& program, Action& chosen) {
  auto command = std::make_shared<ThresholdCommand>();
  CLI::App& app = *program.add_subcommand(
      "threshold", "Set a model's threshold anew on labelled data, without training; the network stays as it is.");
  app.footer("standfast threshold spam.safetensors spam:test --max-fpr 0.01 -o quiet.safetensors");
  app.add_option("MODEL", command->model, "A model file that `standfast train` wrote.")->type_name("MODEL")->required();
  add_data_argument(app, command->data);
  CLI::Option* max_fpr = app.add_option("--max-fpr", command->max_fpr,
                                        "Let this share of fresh inputs of the other class raise an alarm; it takes "
                                        "at least 1/F inputs of that class.")
                             ->type_name("F");
  app.add_flag("--balance", command->balance, "Judge both classes equally well.")->excludes(max_fpr);
  app.add_option("-o,--output", command->output, "The model file to write; otherwise MODEL itself is replaced.")
      ->type_name("FILE");
  add_label_options(app, command->data);
  add_limit_option(app, command->data);
  app.callback([command, &chosen] { chosen = [command] { return run_threshold(*command); }; });
}

}  // namespace standfast::cli
