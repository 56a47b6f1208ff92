// standfast verify: certificates from a file, proven again by the trusted verifier.
#include <algorithm>
#include <atomic>
#include <memory>
#include <optional>
#include <span>
#include <system_error>
#include <thread>

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include "cli/commands/commands.hpp"
#include "cli/records/threat_text.hpp"
#include "cli/records/verification.hpp"
#include "cli/terminal/file_roles.hpp"
#include "cli/terminal/flags.hpp"
#include "cli/terminal/output.hpp"
#include "cli/terminal/try.hpp"
#include "standfast/certificate.hpp"
#include "standfast/evaluation.hpp"

namespace standfast::cli {
namespace {

struct VerifyCommand {
  std::string certificates;
  std::string model;
  DataFlags data;
  ThreatFlags threat;
  std::string json;
  std::size_t threads = 0;
};

/// What became of the certificates of one input.
struct Outcome {
  std::vector<std::string> refusals;  ///< The reason for each certificate; empty if it holds.
  std::optional<Error> failure;       ///< Why nothing at all can be said.
};

/// Why a certificate does not hold; empty if it does.
std::string doubt(const Certificate& certificate, const Result<double>& confirmed) {
  if (!confirmed.ok()) return confirmed.error().message;
  if (*confirmed >= certificate.radius) return {};  // which NaN is not
  return fmt::format("claims the radius {}, the verifier proves {}", certificate.radius, *confirmed);
}

/// Why the file's input is not the data's; empty if it is.
std::string mismatch(const CertificateFile::Input& input, const Dataset& data) {
  if (input.index >= data.count())
    return fmt::format("{} has {}", printable(data.source), counted(data.count(), "input"));
  const std::vector<float> row = data.dense_rows(input.index, 1);
  if (std::ranges::equal(std::as_bytes(std::span(row)), std::as_bytes(std::span(input.values)))) return {};
  return fmt::format("is not the input of {}, whose SHA-256 is {}", printable(data.source), sha256_of(row));
}

Outcome confirm_input(const Classifier& classifier, const CertificateFile& file, const CertificateFile::Input& input,
                      const Dataset& data) {
  Outcome outcome;
  const std::string stranger = mismatch(input, data);
  for (const Certificate& certificate : input.certificates) {
    const auto confirmed = classifier.confirm(input.values, certificate, file.threat);
    if (!confirmed.ok() && confirmed.error().code == ErrorCode::kEnvironment) outcome.failure = confirmed.error();
    outcome.refusals.push_back(stranger.empty() ? doubt(certificate, confirmed) : stranger);
  }
  return outcome;
}

std::vector<Outcome> judge_all(const Classifier& classifier, const CertificateFile& file, const Dataset& data,
                               std::size_t threads) {
  std::vector<Outcome> outcomes(file.inputs.size());
  std::atomic<std::size_t> next = 0;
  const auto work = [&] {
    for (std::size_t i = next++; i < outcomes.size(); i = next++)
      outcomes[i] = confirm_input(classifier, file, file.inputs[i], data);
  };
  if (threads == 0) threads = std::max(1U, std::thread::hardware_concurrency());
  std::vector<std::jthread> others;
  try {
    for (std::size_t i = 1; i < std::min(threads, outcomes.size()); ++i) others.emplace_back(work);
  } catch (const std::system_error&) {
    // the system has no more threads to give; this one does what is left
  }
  work();
  others.clear();  // joins
  return outcomes;
}

std::vector<Verification::Tally> tally(const CertificateFile& file, const std::vector<Outcome>& outcomes) {
  std::vector<Verification::Tally> tallies;
  for (std::size_t i = 0; i < file.inputs.size(); ++i) {
    for (std::size_t c = 0; c < file.inputs[i].certificates.size(); ++c) {
      const Certificate& certificate = file.inputs[i].certificates[c];
      auto found = std::ranges::find(tallies, certificate.norm, &Verification::Tally::norm);
      if (found == tallies.end()) found = tallies.insert(found, {certificate.norm, 0, {}});
      ++found->total;
      if (outcomes[i].refusals[c].empty()) found->radii.push_back(certificate.radius);
    }
  }
  for (auto& one : tallies) std::ranges::sort(one.radii);
  return tallies;
}

std::vector<Verification::Refusal> refusals(const CertificateFile& file, const std::vector<Outcome>& outcomes) {
  std::vector<Verification::Refusal> refused;
  for (std::size_t i = 0; i < outcomes.size(); ++i)
    for (std::size_t c = 0; c < outcomes[i].refusals.size(); ++c)
      if (!outcomes[i].refusals[c].empty())
        refused.push_back({file.inputs[i].index, file.inputs[i].certificates[c].norm.name(), outcomes[i].refusals[c]});
  return refused;
}

std::size_t inputs_without(const CertificateFile& file, std::size_t count) {
  const auto with = std::ranges::count_if(file.inputs, [count](const CertificateFile::Input& input) {
    return input.index < count && !input.certificates.empty();
  });
  return count - static_cast<std::size_t>(with);
}

/// Why the certificates are not about what was demanded; empty if they are, or if nothing was.
Result<std::string> other_threat(const VerifyCommand& command, const CertificateFile& file, const ModelSummary& model,
                                 const Dataset& data) {
  if (command.threat.domain.empty() && command.threat.file.empty()) return std::string();
  CLI_TRY(const ThreatPlan asked, plan_threat(command.threat, model, data));
  const auto& names = model.feature_names.empty() ? data.feature_names : model.feature_names;
  const std::string difference = threat_difference(file.threat, asked.model, names, data.dim());
  if (difference.empty()) return difference;
  return fmt::format("{} is under another threat than the {}: {}", command.certificates, asked.description, difference);
}

Result<int> report(const VerifyCommand& command, const Verification& verification) {
  if (!command.json.empty()) CLI_CHECK(write_result(command.json, to_json(verification)));
  if (command.json != "-") CLI_CHECK(write_stdout(to_text(verification)));
  return verification.holds() ? kDone : kPropertyFails;
}

Result<int> run_verify(const VerifyCommand& command) {
  CLI_CHECK(check_outputs({{"CERTIFICATES", command.certificates},
                           {"MODEL", command.model},
                           data_role(command.data.source),
                           {"--threat", command.threat.file}},
                          {{"--json", command.json}, {"--output", command.json == "-" ? "" : "-"}}));
  CLI_TRY(const CertificateFile file, read_certificates(command.certificates));
  CLI_TRY(const std::string hash, sha256_of_file(command.model));
  Verification verification;
  verification.certificates = command.certificates;
  verification.model = command.model;
  verification.data = command.data.source;
  verification.model_sha256 = hash;
  verification.threat = file.threat;
  if (hash != file.model_sha256) {
    // before the model is read: a file that is another model needs no judgement of its own
    verification.refusals.push_back(
        {{},
         {},
         fmt::format("{} has the SHA-256 {}, the certificates are about {}", command.model, hash, file.model_sha256)});
    return report(command, verification);
  }
  CLI_TRY(const Classifier classifier, Classifier::load(command.model));
  CLI_TRY(const Dataset data, read_inputs(command.data, Labels::kIfPresent, &classifier.summary()));
  CLI_CHECK(check_fits(command.model, classifier.summary(), data));
  verification.dim = data.dim();
  verification.inputs = data.count();
  verification.without = inputs_without(file, data.count());
  CLI_TRY(const std::string other, other_threat(command, file, classifier.summary(), data));
  if (!other.empty()) {
    verification.refusals.push_back({{}, {}, other});
    return report(command, verification);
  }
  const std::vector<Outcome> outcomes = judge_all(classifier, file, data, command.threads);
  for (const Outcome& outcome : outcomes)
    if (outcome.failure) return *outcome.failure;
  verification.refusals = refusals(file, outcomes);
  verification.tallies = tally(file, outcomes);
  return report(command, verification);
}

}  // namespace

void add_verify(CLI::App& program, Action& chosen) {
  auto command = std::make_shared<VerifyCommand>();
  CLI::App& app = *program.add_subcommand(
      "verify", "Prove the certificates in a file again, for this model and these inputs, and name each that fails.");
  app.footer("standfast verify proofs.jsonl spam.safetensors spam:test");
  app.add_option("CERTIFICATES", command->certificates, "A file that `standfast certify --certificates` wrote.")
      ->type_name("CERTIFICATES")
      ->required();
  app.add_option("MODEL", command->model, "The model file that they are about.")->type_name("MODEL")->required();
  add_data_argument(app, command->data);
  auto* domain = app.add_option("--domain", command->threat.domain,
                                "Demand certificates under this threat: every feature keeps to these values.")
                     ->type_name("LO,HI");
  app.add_option("--threat", command->threat.file, "Demand certificates under the threat of this file (TOML).")
      ->type_name("FILE")
      ->excludes(domain);
  app.add_option("--json", command->json, "Write the result as JSON to FILE; `-` for stdout.")->type_name("FILE");
  add_label_options(app, command->data);
  add_limit_option(app, command->data);
  add_threads_option(app, command->threads);
  app.callback([command, &chosen] { chosen = [command] { return run_verify(*command); }; });
}

}  // namespace standfast::cli
