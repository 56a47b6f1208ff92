// standfast demo: the whole path on the embedded e-mails, from training to a page of results.
#include <filesystem>
#include <memory>
#include <string_view>

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include "cli/commands/commands.hpp"
#include "cli/demo/comparison.hpp"
#include "cli/demo/mail_story.hpp"
#include "cli/records/records.hpp"
#include "cli/terminal/file_roles.hpp"
#include "cli/terminal/flags.hpp"
#include "cli/terminal/help.hpp"
#include "cli/terminal/option_table.hpp"
#include "cli/terminal/output.hpp"
#include "cli/terminal/progress.hpp"
#include "cli/terminal/trainer.hpp"
#include "cli/terminal/try.hpp"
#include "standfast/evaluation.hpp"
#include "standfast/report.hpp"
#include "standfast/training.hpp"

namespace standfast::cli {
namespace {

constexpr double kMostFalseAlarms = 0.01;  // the rate that filters are usually compared at
constexpr std::int64_t kHeads = 4, kEpochs = 6;
constexpr double kWords = 15;

struct DemoCommand {
  std::string folder = "standfast-demo";
  std::uint64_t seed = 1;
  std::size_t threads = 0;

  [[nodiscard]] std::string path(const std::string& name) const {
    return (std::filesystem::path(folder) / name).string();
  }
};

Result<TrainOptions> demo_options(const DemoCommand& command) {
  CLI_TRY(TrainOptions options, preset_options("text"));
  options.data.source = "mail:train";
  options.sensitive = "spam";
  options.output = command.path("model.safetensors");
  options.seed = command.seed;
  options.max_fpr = kMostFalseAlarms;
  // fewer heads and passes than the preset's, for a quarter of its time
  options.heads = kHeads;
  options.epochs = kEpochs;
  options.certify_words = kWords;
  return options;
}

/// What decides the trained weights: not where the file goes.
std::string essence(TrainOptions options) {
  options.output.clear();
  return to_json(options);
}

/// Whether the model went through a whole run with these options; one that was stopped early did not.
bool is_trained_with(const Classifier& classifier, const TrainOptions& options) {
  const auto& provenance = classifier.summary().provenance;
  const auto value = [&](const char* key) {
    const auto found = provenance.find(key);
    return found == provenance.end() ? std::string() : found->second;
  };
  const auto trained = train_options_from_json(value("options"));
  return trained.ok() && essence(*trained) == essence(options) && value("version") == STANDFAST_VERSION &&
         value("epochs_run") == std::to_string(options.epochs) && value("stopped").empty();
}

/// Trains, or takes the model of an earlier run with the same options and version.
Result<int> provide_model(const TrainOptions& options) {
  const auto earlier = Classifier::load(options.output);
  if (earlier.ok() && is_trained_with(*earlier, options)) {
    say(fmt::format("{} is already trained with this seed and version", options.output));
    return kDone;
  }
  say(fmt::format("training on {} with preset {} and seed {}, and five times more for the threshold",
                  options.data.source, options.preset, options.seed));
  return run_trainer(options);
}

/// The test messages, and the training messages that the usual filters learn from, as words of the model.
struct Messages {
  Dataset train, test;
  std::int32_t alarm = 0;  ///< The label of the sensitive class.
};

Result<Messages> read_messages(const ModelSummary& model) {
  Messages messages;
  CLI_TRY(messages.train,
          read_inputs({.source = "mail:train", .classes = {}, .label = {}, .limit = {}}, Labels::kRequired, &model));
  CLI_TRY(messages.test,
          read_inputs({.source = "mail:test", .classes = {}, .label = {}, .limit = {}}, Labels::kRequired, &model));
  CLI_TRY(messages.alarm, messages.test.class_index(model.sensitive_class));
  return messages;
}

EvaluateOptions evaluate_options(const DemoCommand& command, const Dataset& data) {
  EvaluateOptions options;
  options.certify.norms = {Norm::l1()};
  options.certify.method = Method::kExact;
  options.certify.attack = true;
  options.certify.threads = command.threads;
  options.certify.threat = ThreatModel::words(data.dim());
  options.threat_description = "words added or removed, at a price of 1 each";
  return options;
}

/// What the demo has found out.
struct Findings {
  Evaluation evaluation;           ///< Words added or removed.
  Certificates added;              ///< Words added only.
  std::string comparison;          ///< A table.
  std::vector<std::string> story;  ///< Three messages.
  std::vector<std::string> notes;  ///< For the page: the comparison and the story in sentences.
};

Result<Findings> find_out(const Classifier& classifier, const Messages& messages, const EvaluateOptions& plan) {
  Findings findings;
  EvaluateOptions options = plan;
  {
    ProgressBar bar("evaluate", messages.test.count());
    options.certify.progress = [&bar](std::size_t done) { bar.show(done); };
    CLI_TRY(findings.evaluation, evaluate(classifier, messages.test, options));
  }
  options.certify.threat = ThreatModel::added_words(messages.test.dim());
  options.certify.attack = false;
  options.certify.progress = nullptr;
  CLI_TRY(findings.added, certify(classifier, messages.test, options.certify));
  count_whole_prices(findings.added, messages.test, options.certify.threat);
  const Certificates& any = findings.evaluation.certificates;
  const FilterResult ours = certified_result(messages.test, messages.alarm, any, findings.added);
  const std::vector<Rival> rivals = fit_rivals(messages.train, messages.test, messages.alarm, ours.false_alarms);
  findings.comparison = comparison_table(ours, rivals);
  CLI_TRY(findings.story, tell_mail_story({classifier, messages.test, any, findings.added, rivals, messages.alarm}));
  findings.notes = comparison_sentences(ours, rivals);
  findings.notes.insert(findings.notes.end(), findings.story.begin(), findings.story.end());
  return findings;
}

Status write_files(const DemoCommand& command, const Classifier& classifier, const Dataset& data,
                   const Findings& findings, const CertifyOptions& options) {
  const Evaluation& evaluation = findings.evaluation;
  const Records records{classifier.summary(), data, evaluation.certificates, options, evaluation.threat_description};
  CLI_CHECK(write_result(command.path("certificates.csv"), to_csv(records)));
  CLI_CHECK(write_result(command.path("report.json"), to_json(evaluation)));
  return write_result(command.path("report.html"), to_html(evaluation, classifier.summary(), data, findings.notes));
}

/// One file of an earlier folder may be a link to another.
std::vector<FileRole> demo_outputs(const DemoCommand& command) {
  std::vector<FileRole> outputs = {{"--output", "-"}};
  for (const char* name : {"model.safetensors", "certificates.csv", "report.json", "report.html"})
    outputs.push_back({"--dir", command.path(name)});
  return outputs;
}

std::string closing_words(const DemoCommand& command, const Findings& findings) {
  std::string text = "\n" + findings.comparison + "\n";
  for (const auto& sentence : findings.story) text += wrap(sentence, 98, 2) + "\n";
  text += "\n";
  const std::pair<const char*, const char*> files[] = {
      {"model.safetensors", "the filter; `standfast certify` and `standfast evaluate` use it"},
      {"report.html", "the results as one page for a browser"},
      {"report.json", "the same for a program"},
      {"certificates.csv", "every test message with its verdict and its number of words"}};
  for (const auto& [name, what] : files) text += fmt::format("{:<40} {}\n", command.path(name), what);
  return text;
}

Result<int> run_demo(const DemoCommand& command) {
  CLI_CHECK(make_folder("--dir", command.folder));
  CLI_CHECK(check_outputs({}, demo_outputs(command)));
  CLI_TRY(const TrainOptions options, demo_options(command));
  CLI_TRY(const int trained, provide_model(options));
  if (trained != kDone) return trained;
  CLI_TRY(const Classifier classifier, Classifier::load(options.output));
  CLI_TRY(const Messages messages, read_messages(classifier.summary()));
  const EvaluateOptions plan = evaluate_options(command, messages.test);
  CLI_TRY(const Findings findings, find_out(classifier, messages, plan));
  CLI_CHECK(write_files(command, classifier, messages.test, findings, plan.certify));
  CLI_CHECK(write_stdout(to_text(findings.evaluation) + closing_words(command, findings)));
  return kDone;
}

}  // namespace

void add_demo(CLI::App& program, Action& chosen) {
  auto command = std::make_shared<DemoCommand>();
  CLI::App& app = *program.add_subcommand("demo", "Train, certify and report on the embedded e-mails.");
  app.footer("standfast demo --dir mail-demo");
  app.add_option("--dir", command->folder, "Folder for the files; a second run uses the model that is there.")
      ->type_name("DIR")
      ->default_str("standfast-demo");
  only_digits(app.add_option("--seed", command->seed, "The same seed gives the same model."))
      ->type_name("N")
      ->default_str("1");
  add_threads_option(app, command->threads);
  app.callback([command, &chosen] { chosen = [command] { return run_demo(*command); }; });
}

}  // namespace standfast::cli
