// standfast certify: one record per input, with a radius inside which the verdict cannot change.
#include <filesystem>
#include <memory>

#include <CLI/CLI.hpp>
#include <fmt/format.h>
#include <unistd.h>

#include "cli/command.hpp"
#include "cli/flags.hpp"
#include "cli/option_table.hpp"
#include "cli/output.hpp"
#include "cli/progress.hpp"
#include "cli/records.hpp"
#include "cli/try.hpp"

namespace standfast::cli {
namespace {

struct CertifyCommand {
  std::string model;
  DataFlags data;
  CertifyFlags certify;
  std::string format;
  std::string output;
};

/// --format, else what the output's name says, else a table.
Result<std::string> choose_format(const CertifyCommand& command) {
  std::string format = command.format;
  if (format.empty()) {
    const std::string ending = std::filesystem::path(command.output).extension().string();
    format = ending == ".csv" || ending == ".jsonl" || ending == ".npz" ? ending.substr(1) : "table";
  }
  const bool to_stdout = command.output.empty() || command.output == "-";
  if (format == "npz" && to_stdout && ::isatty(STDOUT_FILENO) == 1)
    return Error{ErrorCode::kBadOption, "--format npz: bytes are not for a terminal; name a file with -o FILE"};
  return format;
}

Result<int> run_certify(const CertifyCommand& command) {
  CLI_TRY(const std::string format, choose_format(command));
  CLI_CHECK(check_writable(command.output));
  CLI_TRY(const Classifier classifier, Classifier::load(command.model));
  CLI_TRY(const Dataset data, read(command.data, false));
  CLI_CHECK(check_fits(command.model, classifier.summary(), data));
  CLI_TRY(CertifyPlan plan, plan_certify(command.certify, classifier.summary(), data));
  ProgressBar bar("certify", data.count());
  plan.options.progress = [&bar](std::size_t done) { bar.show(done); };
  CLI_TRY(const Certificates certificates, classifier.certify(data.features, data.count(), plan.options));
  const Records records{classifier.summary(),     data, certificates, plan.threat_description, command.certify.method,
                        command.certify.guarantee};
  CLI_TRY(const std::string text, format_records(records, format));
  CLI_CHECK(write_result(command.output, text));
  return kDone;
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
  add_choice(app, "--format", command->format, "table|csv|jsonl|npz",
             "How to write the records; otherwise by the ending of the output's name, else a table.");
  app.add_option("-o,--output", command->output, "Write the records to FILE instead of stdout.")->type_name("FILE");
  app.callback([command, &chosen] { chosen = [command] { return run_certify(*command); }; });
}

}  // namespace standfast::cli
