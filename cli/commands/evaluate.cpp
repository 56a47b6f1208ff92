// standfast evaluate: how well a model judges labelled data, and how far its alarms hold.
#include <memory>

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include "cli/commands/commands.hpp"
#include "cli/records/refined_hint.hpp"
#include "cli/records/story.hpp"
#include "cli/records/verdicts.hpp"
#include "cli/terminal/file_roles.hpp"
#include "cli/terminal/flags.hpp"
#include "cli/terminal/help.hpp"
#include "cli/terminal/output.hpp"
#include "cli/terminal/progress.hpp"
#include "cli/terminal/try.hpp"
#include "standfast/evaluation.hpp"
#include "standfast/report.hpp"

namespace standfast::cli {
namespace {

struct EvaluateCommand {
  std::string model;
  DataFlags data;
  CertifyFlags certify;
  std::vector<std::string> grid;
  std::string json;
  std::string html;
  bool explain = false;
};

Result<std::vector<double>> parse_grid(const std::vector<std::string>& texts) {
  std::vector<double> grid;
  for (const auto& text : texts) {
    CLI_TRY(const double radius, parse_number("--grid", text));
    if (!(radius >= 0) || radius == kInfinity || (!grid.empty() && radius <= grid.back()))
      return Error{ErrorCode::kBadOption,
                   fmt::format("--grid: '{}' is out of place, expected finite radii >= 0 in ascending order", text)};
    grid.push_back(radius);
  }
  return grid;
}

Status write_results(const EvaluateCommand& command, const Evaluation& evaluation, const ModelSummary& model,
                     const Dataset& data, const std::vector<std::string>& story) {
  if (!command.html.empty()) CLI_CHECK(write_result(command.html, to_html(evaluation, model, data, story)));
  if (!command.json.empty()) CLI_CHECK(write_result(command.json, to_json(evaluation)));
  // one stream holds one thing: the table gives way if a file was sent to stdout
  if (command.json == "-" || command.html == "-") return {};
  std::string text = to_text(evaluation);
  for (const auto& sentence : story) text += "\n" + wrap(sentence, 98, 2);
  return write_stdout(story.empty() ? text : text + "\n");
}

Result<int> run_evaluate(const EvaluateCommand& command) {
  if (command.json == "-" && command.html == "-")
    return Error{ErrorCode::kBadOption, "--html: stdout is taken by --json -; name a file"};
  const bool table = command.json != "-" && command.html != "-";
  CLI_CHECK(check_outputs(
      {{"MODEL", command.model}, data_role(command.data.source), {"--threat", command.certify.threat.file}},
      {{"--json", command.json}, {"--html", command.html}, {"--output", table ? "-" : ""}}));
  CLI_TRY(const Classifier classifier, load_classifier(command.model, command.certify.threshold));
  CLI_TRY(const Dataset data, read_inputs(command.data, Labels::kRequired, &classifier.summary()));
  CLI_CHECK(check_fits(command.model, classifier.summary(), data));
  CLI_TRY(const CertifyPlan plan, plan_certify(command.certify, classifier.summary(), data));
  EvaluateOptions options;
  options.certify = plan.options;
  options.threat_description = plan.threat_description;
  CLI_TRY(options.grid, parse_grid(command.grid));
  // by feature; pictures are shown, and words have a table of their own
  options.explain = !command.html.empty() && !data.is_image && !data.is_text();
  Result<Evaluation> evaluation = [&] {
    ProgressBar bar("evaluate", data.count());
    options.certify.progress = [&bar](std::size_t done) { bar.show(done); };
    return evaluate(classifier, data, options);
  }();
  if (!evaluation.ok()) return evaluation.error();
  std::vector<std::string> story;
  if (command.explain) {
    CLI_TRY(story, tell_story(classifier, data, *evaluation, plan.options.threat));
  }
  CLI_CHECK(write_results(command, *evaluation, classifier.summary(), data, story));
  if (plan.method_is_default) suggest_refined(classifier, data, plan.options, evaluation->certificates);
  return report_unjudged(verdicts_of(evaluation->certificates));
}

}  // namespace

void add_evaluate(CLI::App& program, Action& chosen) {
  auto command = std::make_shared<EvaluateCommand>();
  CLI::App& app = *program.add_subcommand(
      "evaluate", "Measure on labelled data how often a model is right and how far its alarms can be trusted.");
  app.footer("standfast evaluate spam.safetensors spam:test --json report.json --html report.html");
  app.add_option("MODEL", command->model, "A model file that `standfast train` wrote.")->type_name("MODEL")->required();
  add_data_argument(app, command->data);
  app.add_option("--json", command->json, "Write the results as JSON to FILE; `-` for stdout.")->type_name("FILE");
  app.add_option("--html", command->html, "Write a self-contained page with the curves to FILE.")->type_name("FILE");
  app.add_flag("--explain", command->explain,
               "Also say in sentences what it takes to get a weak, a median and a strong alarm past the model.");
  app.add_option("--grid", command->grid, "Radii at which to give the certified accuracy, ascending.")
      ->type_name("R1,R2,...")
      ->delimiter(',');
  add_certify_options(app, command->certify);
  add_label_options(app, command->data);
  add_limit_option(app, command->data);
  app.callback([command, &chosen] { chosen = [command] { return run_evaluate(*command); }; });
}

}  // namespace standfast::cli
