// standfast inspect: what a model file holds, in words.
#include <algorithm>
#include <cmath>
#include <memory>
#include <string>

#include <CLI/CLI.hpp>
#include <fmt/format.h>
#include <fmt/ranges.h>

#include "cli/commands/commands.hpp"
#include "cli/records/column_text.hpp"
#include "cli/terminal/flags.hpp"
#include "cli/terminal/output.hpp"
#include "cli/terminal/try.hpp"
#include "standfast/classifier.hpp"
#include "standfast/evaluation.hpp"

namespace standfast::cli {
namespace {

constexpr std::size_t kNamesShown = 8;
constexpr std::size_t kTitleWidth = 18;

std::string line(const std::string& title, const std::string& text) {
  return fmt::format("{:<{}}{}\n", title, kTitleWidth, printable(text));
}

std::string features(const ModelSummary& model) {
  std::string text = fmt::format("{}", fmt::join(model.input_shape, " x "));
  if (model.feature_names.empty()) return text;
  const std::size_t shown = std::min(kNamesShown, model.feature_names.size());
  text += fmt::format(" ({}{})", fmt::join(model.feature_names.begin(), model.feature_names.begin() + shown, ", "),
                      shown < model.feature_names.size() ? ", ..." : "");
  return text;
}

std::string domain(const ModelSummary& model) {
  if (model.domain_lower.empty()) return "not given";
  if (model.domain_lower.size() > 1) return "one interval per feature";
  return fmt::format("[{}, {}]", model.domain_lower.front(), model.domain_upper.front());
}

/// Rounded up to three digits, as every error is.
std::string at_most(double bound) {
  std::string text = fmt::format("{:.2e}", bound);
  if (std::stod(text) < bound) text = fmt::format("{:.2e}", bound * 1.006);
  return "at most " + text;
}

/// How far float32 rounding can move a logit.
std::string logit_error(const ModelSummary& model) {
  if (std::isfinite(model.logit_error)) return at_most(model.logit_error) + " over the domain";
  if (std::isfinite(model.logit_error_at_0)) return at_most(model.logit_error_at_0) + " at 0, more further away";
  return "unbounded";
}

/// "3 of 57 features: a, b, c": the features with this property, by name.
std::string some_features(const ModelSummary& model, const std::vector<std::size_t>& features) {
  std::vector<std::string> names;
  for (std::size_t i = 0; i < std::min(kNamesShown, features.size()); ++i)
    names.push_back(model.feature_names.empty() ? fmt::format("{}", features[i]) : model.feature_names[features[i]]);
  return fmt::format("{} of {} features: {}{}", features.size(), model.trends.size(), fmt::join(names, ", "),
                     names.size() < features.size() ? ", ..." : "");
}

/// What no attacker gains anything by, a line for each kind of change.
std::string harmless_changes(const ModelSummary& model) {
  const auto line_about = [&](const char* title, Trend trend, const char* change) {
    std::vector<std::size_t> features;
    for (std::size_t i = 0; i < model.trends.size(); ++i)
      if (model.trends[i] == trend) features.push_back(i);
    if (features.empty()) return std::string();
    return line(title, fmt::format("no {} can ever turn an alarm off, in {}", change, some_features(model, features)));
  };
  return line_about("add-only", Trend::kNeverFalls, "increase") +
         line_about("remove-only", Trend::kNeverRises, "decrease") + line_about("not read", Trend::kConstant, "change");
}

/// The features that a threat lets change in a direction in which f may fall.
std::vector<std::size_t> features_at_risk(const ModelSummary& model, const ThreatModel& threat) {
  const auto allows = [](const std::vector<double>& largest, std::size_t i) {
    return largest.empty() || largest[i] > 0;
  };
  std::vector<std::size_t> risky;
  for (std::size_t i = 0; i < model.trends.size(); ++i) {
    const Trend trend = model.trends[i];
    const bool rise_harms = trend == Trend::kAny || trend == Trend::kNeverRises;
    const bool fall_harms = trend == Trend::kAny || trend == Trend::kNeverFalls;
    if ((rise_harms && allows(threat.max_increase, i)) || (fall_harms && allows(threat.max_decrease, i)))
      risky.push_back(i);
  }
  return risky;
}

std::string layers(const ModelSummary& model) {
  std::string text;
  for (const auto& layer : model.layers)
    text += fmt::format("  {:<16} {:<8} {:>12}  {:>10} parameters  from {}\n", printable(layer.name),
                        printable(layer.kind), fmt::format("{}", fmt::join(layer.output_shape, " x ")),
                        layer.parameters, printable(fmt::format("{}", fmt::join(layer.inputs, ", "))));
  return text;
}

std::string describe_model(const std::string& path, const ModelSummary& model) {
  std::string text = line("model", path);
  text += line("sensitive class", model.sensitive_class);
  text += line("other class", model.other_class);
  text += line("features", features(model));
  if (!model.tokenizer.empty()) text += line("tokenizer", model.tokenizer);
  text += line("domain", domain(model));
  text +=
      line("feature map",
           model.feature_map.empty() ? "identity" : printable(fmt::format("{}", fmt::join(model.feature_map, "; "))));
  for (const auto& [norm, lipschitz] : model.lipschitz) text += line("", fmt::format("Lip_{} {}", norm, lipschitz));
  text += line("threshold", fmt::format("{}", model.threshold));
  text += line("logit error", logit_error(model) + ": how far float32 rounding can move a logit");
  text += line("certifies", model.certifies_both ? "both classes" : "the sensitive class");
  if (!model.layers.empty() && model.layers.back().kind == "min") {
    text += line("heads", fmt::format("{}; the score is the smallest of theirs", model.layers.back().inputs.size()));
  }
  text += harmless_changes(model);
  text += line("parameters", fmt::format("{}", model.parameters));
  text += "\nlayers (input-convex: checked)\n" + layers(model);
  if (tells_more_than_numbers(model.columns))
    text += "\ncolumns of a table, as they are read\n" + columns_as_read(model.columns);
  if (!model.provenance.empty()) text += "\nprovenance\n";
  std::size_t widest = kTitleWidth;
  for (const auto& [key, value] : model.provenance) widest = std::max(widest, printable(key).size() + 2);
  for (const auto& [key, value] : model.provenance)
    text += fmt::format("  {:<{}}{}\n", printable(key), widest, printable(value));
  return text;
}

struct InspectCommand {
  std::string model;
  std::string monotone;
  DataFlags data;
};

/// What the deployed guarantee would cost in false alarms.
Result<std::string> deployed_verdicts(const InspectCommand& command, const Classifier& classifier) {
  CLI_TRY(const Dataset data, read_inputs(command.data, Labels::kIfPresent, &classifier.summary()));
  CLI_CHECK(check_fits(command.model, classifier.summary(), data));
  CertifyOptions options;
  options.norms = {Norm::l2()};
  options.method = Method::kClosedForm;
  options.guarantee = Guarantee::kDeployed;
  CLI_TRY(const Certificates found, standfast::certify(classifier, data, options));
  std::size_t changed = 0;
  for (std::size_t i = 0; i < found.count(); ++i) changed += found.sensitive(i) && !(found.logits[i] > 0) ? 1 : 0;
  return fmt::format("{} of {} verdicts would become alarms", changed, found.count());
}

Result<int> run_inspect(const InspectCommand& command) {
  CLI_TRY(const Classifier classifier, Classifier::load(command.model));
  std::string text = describe_model(command.model, classifier.summary());
  if (!command.data.source.empty()) {
    CLI_TRY(const std::string deployed, deployed_verdicts(command, classifier));
    text += "\n" + line("deployed", deployed);
  }
  int outcome = kDone;
  if (!command.monotone.empty()) {
    const ModelSummary& model = classifier.summary();
    CLI_TRY(const ThreatModel threat,
            read_threat_file(command.monotone, model.feature_names, classifier.dim(), categories_of(model.columns)));
    const std::vector<std::size_t> risky = features_at_risk(model, threat);
    text += "\n" + line("monotone", risky.empty()
                                        ? fmt::format("proven from the signs of all weights: no change that {} allows "
                                                      "can ever turn an alarm off",
                                                      command.monotone)
                                        : fmt::format("not proven: {} allows changes that may turn an alarm off, in {}",
                                                      command.monotone, some_features(model, risky)));
    if (!risky.empty()) outcome = kPropertyFails;
  }
  CLI_CHECK(write_stdout(text));
  return outcome;
}

}  // namespace

void add_inspect(CLI::App& program, Action& chosen) {
  auto command = std::make_shared<InspectCommand>();
  CLI::App& app = *program.add_subcommand("inspect", "Show what a model file holds and where it came from.");
  app.footer("standfast inspect spam.safetensors --data spam:test");
  app.add_option("MODEL", command->model, "A model file that `standfast train` wrote.")->type_name("MODEL")->required();
  app.add_option("--data", command->data.source,
                 "Count the verdicts that --guarantee deployed would change on these inputs.")
      ->type_name("DATA");
  app.add_option("--monotone", command->monotone,
                 "Prove from the signs of the weights that no change which this threat file allows can ever turn an "
                 "alarm off; exit code 1 if that fails.")
      ->type_name("FILE");
  add_label_options(app, command->data);
  add_limit_option(app, command->data);
  app.callback([command, &chosen] { chosen = [command] { return run_inspect(*command); }; });
}

}  // namespace standfast::cli
