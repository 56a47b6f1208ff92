// standfast certify: one record per input, with a radius inside which the verdict cannot change.
#include <charconv>
#include <memory>
#include <numeric>
#include <string>
#include <system_error>
#include <utility>
#include <vector>

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include "cli/commands/commands.hpp"
#include "cli/records/certificate_output.hpp"
#include "cli/records/explanations.hpp"
#include "cli/records/kept_columns.hpp"
#include "cli/records/records.hpp"
#include "cli/records/refined_hint.hpp"
#include "cli/records/verdicts.hpp"
#include "cli/records/word_changes.hpp"
#include "cli/terminal/file_roles.hpp"
#include "cli/terminal/flags.hpp"
#include "cli/terminal/option_table.hpp"
#include "cli/terminal/output.hpp"
#include "cli/terminal/progress.hpp"
#include "cli/terminal/stop_request.hpp"
#include "cli/terminal/try.hpp"
#include "standfast/evaluation.hpp"

namespace standfast::cli {
namespace {

struct CertifyCommand {
  std::string model;
  DataFlags data;
  CertifyFlags certify;
  std::string format;
  std::string output;
  std::string certificates;
  std::string explain;  ///< A number of alarms to explain instead of the records; empty if not asked for.
  std::string keep;
  bool explain_words = false;  ///< --explain without a number: each record names words.
};

/// How many alarms are to be explained instead of the records: 0 for none. Fails: kBadOption.
Result<std::size_t> alarms_to_explain(const CertifyCommand& command, const std::string& format) {
  if (command.explain.empty()) return std::size_t{0};
  std::size_t alarms = 0;
  const char* end = command.explain.data() + command.explain.size();
  const auto [stop, error] = std::from_chars(command.explain.data(), end, alarms);
  if (error != std::errc() || stop != end || alarms == 0)
    return bad_option(fmt::format("--explain: found '{}', expected a number of alarms, 1 or more", command.explain));
  if (format == "npz") return bad_option("--explain: --format npz holds no explanations, expected table, csv or jsonl");
  return alarms;
}

/// What each alarm hangs on. Fails: kBadOption for a model of anything but text; as Classifier::weakest_direction.
Result<std::vector<WordChange>> words_of_alarms(const Classifier& classifier, const Dataset& data,
                                                const Certificates& certificates, const ThreatModel& threat) {
  std::vector<WordChange> hangs_on(certificates.count());
  ProgressBar bar("explain", certificates.count());
  for (std::size_t i = 0; i < certificates.count(); ++i) {
    if (certificates.sensitive(i)) {
      CLI_TRY(hangs_on[i], weakest_words(classifier, data, i, threat));
    }
    bar.show(i + 1);
  }
  return hangs_on;
}

/// The easiest alarms, from both sides. Fails: as explain_alarms.
Result<std::string> explain_easiest(const Classifier& classifier, const Records& records, std::size_t most,
                                    const std::string& format) {
  const std::vector<std::size_t> rows = easiest_alarms(records.certificates, most);
  AttackOptions options;
  options.norms = {records.options.norms.front()};
  options.threat = records.options.threat;
  options.threads = records.options.threads;
  ProgressBar bar("explain", rows.size());
  options.progress = [&bar](std::size_t done) { bar.show(done); };
  CLI_TRY(const std::vector<Explanation> explained, standfast::explain_alarms(classifier, records.data, rows, options));
  return format_explanations(records, explained, format);
}

/// The inputs that were certified before a signal came.
Dataset first_inputs(const Dataset& data, std::size_t count) {
  std::vector<std::size_t> first(count);
  std::iota(first.begin(), first.end(), std::size_t{0});
  return data.subset(first);
}

Result<int> run_certify(const CertifyCommand& command) {
  CLI_TRY(const std::string format, choose_format(command.format, command.output));
  CLI_TRY(const std::size_t explained, alarms_to_explain(command, format));
  CLI_CHECK(check_certificates_option(command.certificates, command.certify));
  CLI_CHECK(check_outputs(
      {{"MODEL", command.model}, data_role(command.data.source), {"--threat", command.certify.threat.file}},
      {{"--certificates", command.certificates}, {"--output", command.output.empty() ? "-" : command.output}}));
  CLI_TRY(const Classifier classifier, load_classifier(command.model, command.certify.threshold));
  if (command.explain_words && classifier.summary().tokenizer.empty())
    return bad_option(
        "--explain: names words, and the model was not trained on text; say how many alarms to explain by their "
        "features, as in --explain 10");
  CLI_TRY(Dataset data, read_inputs(command.data, Labels::kIfPresent, &classifier.summary()));
  CLI_CHECK(check_fits(command.model, classifier.summary(), data));
  CLI_TRY(std::vector<TextColumn> kept, read_kept_columns(command.data, command.keep, data));
  CLI_TRY(CertifyPlan plan, plan_certify(command.certify, classifier.summary(), data));
  if (explained > 0 && !attackable(plan.options.norms.front()))
    return bad_option(fmt::format("--explain: no attacks are known in the norm {}; put 0, 1, 2 or inf first in --norm",
                                  plan.options.norms.front().name()));
  plan.options.keep_proofs = !command.certificates.empty();
  const std::size_t asked = data.count();
  const StopRequest stop;
  plan.options.stop_requested = [] { return StopRequest::signal() != 0; };
  Result<Certificates> certified = [&] {
    ProgressBar bar("certify", asked);
    plan.options.progress = [&bar](std::size_t done) { bar.show(done); };
    return standfast::certify(classifier, data, plan.options);
  }();
  if (!certified.ok()) return certified.error();
  Certificates certificates = std::move(certified).value();
  if (certificates.count() == 0) {  // nothing to keep, and an earlier file is worth more than none
    say("stopped before the first input was certified");
    return kStopped + StopRequest::signal();
  }
  if (certificates.count() < asked) data = first_inputs(data, certificates.count());
  if (plan.options.keep_proofs)
    CLI_CHECK(write_proofs(command.certificates, command.model, data, plan.options.threat, certificates));
  count_whole_prices(certificates, data, plan.options.threat);
  std::vector<WordChange> hangs_on;
  if (command.explain_words) {
    CLI_TRY(hangs_on, words_of_alarms(classifier, data, certificates, plan.options.threat));
  }
  const Records records{classifier.summary(), data,           certificates, plan.options, plan.threat_description,
                        std::move(hangs_on),  std::move(kept)};
  CLI_TRY(const std::string text,
          explained > 0 ? explain_easiest(classifier, records, explained, format) : format_records(records, format));
  CLI_CHECK(write_result(command.output, text));
  const int code = report_unjudged(verdicts_of(certificates));
  if (certificates.count() < asked) {
    say(fmt::format("stopped: the first {} of {} are certified and kept", certificates.count(),
                    counted(asked, "input")));
    return kStopped + StopRequest::signal();
  }
  if (plan.method_is_default) suggest_refined(classifier, data, plan.options, certificates);
  return code;
}

}  // namespace

void add_certify(CLI::App& program, Action& chosen) {
  auto command = std::make_shared<CertifyCommand>();
  CLI::App& app = *program.add_subcommand(
      "certify", "Print for every input the verdict and how far it must be moved before the verdict can change.");
  app.footer("standfast certify spam.safetensors spam:test --norm 1,2 --limit 10");
  app.add_option("MODEL", command->model, "A model file that `standfast train` wrote.")->type_name("MODEL")->required();
  add_data_argument(app, command->data);
  add_certify_options(app, command->certify);
  add_label_options(app, command->data);
  add_limit_option(app, command->data);
  app.add_option("--keep", command->keep,
                 "Columns of the table to repeat beside the radii, such as an identifier; a name with a comma goes in "
                 "double quotes.")
      ->type_name("COLUMN,COLUMN");
  add_format_options(app, command->format, command->output);
  add_certificates_option(app, command->certificates);
  CLI::Option* explain =
      app.add_option("--explain", command->explain,
                     "Explain the N alarms with the smallest radius instead of printing records: what changes, by how "
                     "much and at what price, and what is proven. Without N, of a model of text: name in each record "
                     "the words that hold the alarm, and those that would talk it away.")
          ->type_name("N")
          ->expected(0, 1);
  app.callback([command, explain, &chosen] {
    command->explain_words = explain->count() > 0 && command->explain.empty();
    chosen = [command] { return run_certify(*command); };
  });
}

}  // namespace standfast::cli
