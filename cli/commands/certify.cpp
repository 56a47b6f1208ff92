// standfast certify: one record per input, with a radius inside which the verdict cannot change.
#include <memory>

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include "cli/commands/commands.hpp"
#include "cli/records/certificate_output.hpp"
#include "cli/records/records.hpp"
#include "cli/records/refined_hint.hpp"
#include "cli/records/verdicts.hpp"
#include "cli/terminal/file_roles.hpp"
#include "cli/terminal/flags.hpp"
#include "cli/terminal/option_table.hpp"
#include "cli/terminal/output.hpp"
#include "cli/terminal/progress.hpp"
#include "cli/terminal/try.hpp"

namespace standfast::cli {
namespace {

struct CertifyCommand {
  std::string model;
  DataFlags data;
  CertifyFlags certify;
  std::string format;
  std::string output;
  std::string certificates;
};

Result<int> run_certify(const CertifyCommand& command) {
  CLI_TRY(const std::string format, choose_format(command.format, command.output));
  CLI_CHECK(check_certificates_option(command.certificates, command.certify));
  CLI_CHECK(check_outputs(
      {{"MODEL", command.model}, data_role(command.data.source), {"--threat", command.certify.threat.file}},
      {{"--certificates", command.certificates}, {"--output", command.output.empty() ? "-" : command.output}}));
  CLI_TRY(const Classifier classifier, load_classifier(command.model, command.certify.threshold));
  CLI_TRY(const Dataset data, read_inputs(command.data, Labels::kIfPresent, &classifier.summary()));
  CLI_CHECK(check_fits(command.model, classifier.summary(), data));
  CLI_TRY(CertifyPlan plan, plan_certify(command.certify, classifier.summary(), data));
  ProgressBar bar("certify", data.count());
  plan.options.progress = [&bar](std::size_t done) { bar.show(done); };
  plan.options.keep_proofs = !command.certificates.empty();
  CLI_TRY(Certificates certificates, classifier.certify(data.features, data.count(), plan.options));
  if (plan.options.keep_proofs)
    CLI_CHECK(write_proofs(command.certificates, command.model, data, plan.options.threat, certificates));
  const Records records{classifier.summary(), data, certificates, plan.options, plan.threat_description};
  CLI_TRY(const std::string text, format_records(records, format));
  CLI_CHECK(write_result(command.output, text));
  if (plan.method_is_default) suggest_refined(classifier, data, plan.options, certificates);
  return report_unjudged(verdicts_of(certificates));
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
  add_format_options(app, command->format, command->output);
  add_certificates_option(app, command->certificates);
  app.callback([command, &chosen] { chosen = [command] { return run_certify(*command); }; });
}

}  // namespace standfast::cli
