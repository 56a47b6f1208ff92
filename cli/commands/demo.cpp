// standfast demo: the whole path on the embedded e-mails, from training to a page of results.
#include <filesystem>
#include <memory>
#include <string_view>

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include "cli/commands/commands.hpp"
#include "cli/records/records.hpp"
#include "cli/records/story.hpp"
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

namespace standfast {

// examples/spam-threat.toml, made part of the program by cmake/EmbedFile.cmake
extern const unsigned char kSpamThreat[];
extern const std::size_t kSpamThreatSize;

namespace cli {
namespace {

struct DemoCommand {
  std::string folder = "standfast-demo";
  std::uint64_t seed = 1;
  std::size_t threads = 0;

  [[nodiscard]] std::string path(const std::string& name) const {
    return (std::filesystem::path(folder) / name).string();
  }
};

std::string threat_text() { return {reinterpret_cast<const char*>(kSpamThreat), kSpamThreatSize}; }

Result<TrainOptions> demo_options(const DemoCommand& command) {
  CLI_TRY(TrainOptions options, preset_options("spam"));
  options.data.source = "spam:train";
  options.sensitive = "spam";
  options.output = command.path("model.safetensors");
  options.seed = command.seed;
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
  say(fmt::format("training on {} with preset {} and seed {}", options.data.source, options.preset, options.seed));
  return run_trainer(options);
}

Result<EvaluateOptions> evaluate_options(const DemoCommand& command, const Dataset& data) {
  EvaluateOptions options;
  // in the threat file a price counts changes in every hundred words: the l1 norm adds prices up, l0 counts features
  options.certify.norms = {Norm::l1(), Norm::l0()};
  options.certify.method = Method::kExact;
  options.certify.attack = true;
  options.certify.threads = command.threads;
  CLI_TRY(options.certify.threat, parse_threat(threat_text(), "threat.toml", data.feature_names, data.dim()));
  options.threat_description = "threat file threat.toml";
  return options;
}

Status write_files(const DemoCommand& command, const Classifier& classifier, const Dataset& data,
                   const Evaluation& evaluation, const CertifyOptions& options, const std::vector<std::string>& story) {
  const Records records{classifier.summary(), data, evaluation.certificates, options, evaluation.threat_description};
  CLI_CHECK(write_result(command.path("certificates.csv"), to_csv(records)));
  CLI_CHECK(write_result(command.path("report.json"), to_json(evaluation)));
  return write_result(command.path("report.html"), to_html(evaluation, classifier.summary(), data, story));
}

/// One file of an earlier folder may be a link to another.
std::vector<FileRole> demo_outputs(const DemoCommand& command) {
  std::vector<FileRole> outputs = {{"--output", "-"}};
  for (const char* name : {"threat.toml", "model.safetensors", "certificates.csv", "report.json", "report.html"})
    outputs.push_back({"--dir", command.path(name)});
  return outputs;
}

std::string closing_words(const DemoCommand& command, const std::vector<std::string>& story) {
  std::string text = "\n";
  for (const auto& sentence : story) text += wrap(sentence, 98, 2) + "\n";
  text += "\n";
  const std::pair<const char*, const char*> files[] = {
      {"model.safetensors", "the filter; `standfast certify` and `standfast evaluate` use it"},
      {"report.html", "the results as one page for a browser"},
      {"report.json", "the same for a program"},
      {"certificates.csv", "every test message with its verdict and radius"},
      {"threat.toml", "what the spammer may change, and what it costs"}};
  for (const auto& [name, what] : files) text += fmt::format("{:<40} {}\n", command.path(name), what);
  return text;
}

Result<int> run_demo(const DemoCommand& command) {
  CLI_CHECK(make_folder("--dir", command.folder));
  CLI_CHECK(check_outputs({}, demo_outputs(command)));
  CLI_CHECK(write_result(command.path("threat.toml"), threat_text()));
  CLI_TRY(const TrainOptions options, demo_options(command));
  CLI_TRY(const int trained, provide_model(options));
  if (trained != kDone) return trained;
  CLI_TRY(const Classifier classifier, Classifier::load(options.output));
  CLI_TRY(const Dataset data,
          read_inputs({.source = "spam:test", .classes = {}, .label = {}, .limit = {}}, Labels::kRequired));
  CLI_TRY(EvaluateOptions plan, evaluate_options(command, data));
  Result<Evaluation> evaluation = [&] {
    ProgressBar bar("evaluate", data.count());
    plan.certify.progress = [&bar](std::size_t done) { bar.show(done); };
    return evaluate(classifier, data, plan);
  }();
  if (!evaluation.ok()) return evaluation.error();
  CLI_TRY(auto story, tell_story(classifier, data, *evaluation, plan.certify.threat,
                                 {.input = "message", .past = "past the filter", .per_hundred_words = true}));
  story.emplace_back(
      "This holds for changes within threat.toml: anything may be removed or misspelt, but no single word is pasted in "
      "more often than once in every two hundred.");
  CLI_CHECK(write_files(command, classifier, data, *evaluation, plan.certify, story));
  CLI_CHECK(write_stdout(to_text(*evaluation) + closing_words(command, story)));
  return kDone;
}

}  // namespace

void add_demo(CLI::App& program, Action& chosen) {
  auto command = std::make_shared<DemoCommand>();
  CLI::App& app = *program.add_subcommand("demo", "Train, certify and report on the embedded e-mails.");
  app.footer("standfast demo --dir spam-demo");
  app.add_option("--dir", command->folder, "Folder for the files; a second run uses the model that is there.")
      ->type_name("DIR")
      ->default_str("standfast-demo");
  only_digits(app.add_option("--seed", command->seed, "The same seed gives the same model."))
      ->type_name("N")
      ->default_str("1");
  add_threads_option(app, command->threads);
  app.callback([command, &chosen] { chosen = [command] { return run_demo(*command); }; });
}

}  // namespace cli
}  // namespace standfast
