// standfast verify: certificates from a file, proven again by the trusted verifier.
#include <algorithm>
#include <atomic>
#include <memory>
#include <optional>
#include <span>
#include <thread>

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include "cli/commands/commands.hpp"
#include "cli/records/record_text.hpp"
#include "cli/terminal/flags.hpp"
#include "cli/terminal/output.hpp"
#include "cli/terminal/try.hpp"
#include "standfast/certificate.hpp"
#include "standfast/evaluation.hpp"

namespace standfast::cli {
namespace {

constexpr int kRadiusDigits = 4;

struct VerifyCommand {
  std::string certificates;
  std::string model;
  DataFlags data;
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
  if (input.index >= data.count()) return fmt::format("{} has {} inputs", printable(data.source), data.count());
  const auto row = std::span(data.features).subspan(input.index * data.dim(), data.dim());
  if (std::ranges::equal(std::as_bytes(row), std::as_bytes(std::span(input.values)))) return {};
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
  for (std::size_t i = 1; i < std::min(threads, outcomes.size()); ++i) others.emplace_back(work);
  work();
  others.clear();  // joins
  return outcomes;
}

struct Tally {
  Norm norm = Norm::l2();
  std::size_t total = 0;
  std::vector<double> radii;  ///< The claimed radii that hold.
};

std::vector<Tally> tally(const CertificateFile& file, const std::vector<Outcome>& outcomes) {
  std::vector<Tally> tallies;
  for (std::size_t i = 0; i < file.inputs.size(); ++i) {
    for (std::size_t c = 0; c < file.inputs[i].certificates.size(); ++c) {
      const Certificate& certificate = file.inputs[i].certificates[c];
      auto found = std::ranges::find(tallies, certificate.norm, &Tally::norm);
      if (found == tallies.end()) found = tallies.insert(found, {certificate.norm, 0, {}});
      ++found->total;
      if (outcomes[i].refusals[c].empty()) found->radii.push_back(certificate.radius);
    }
  }
  return tallies;
}

std::string tally_line(const Tally& tally) {
  const std::string counts =
      fmt::format("{:<5} {} of {} confirmed", tally.norm.name(), tally.radii.size(), tally.total);
  if (tally.radii.empty()) return counts + "\n";
  return fmt::format("{}, smallest radius {}, median {}\n", counts,
                     radius_rounded_down(std::ranges::min(tally.radii), kRadiusDigits),
                     radius_rounded_down(median(tally.radii), kRadiusDigits));
}

std::string refusal_lines(const CertificateFile& file, const std::vector<Outcome>& outcomes) {
  std::string text;
  for (std::size_t i = 0; i < outcomes.size(); ++i)
    for (std::size_t c = 0; c < outcomes[i].refusals.size(); ++c)
      if (!outcomes[i].refusals[c].empty())
        text += fmt::format("refused: input {}, {}: {}\n", file.inputs[i].index,
                            file.inputs[i].certificates[c].norm.name(), printable(outcomes[i].refusals[c]));
  return text;
}

Result<int> run_verify(const VerifyCommand& command) {
  CLI_TRY(const CertificateFile file, read_certificates(command.certificates));
  CLI_TRY(const std::string hash, sha256_of_file(command.model));
  if (hash != file.model_sha256) {
    // before the model is read: a file that is another model needs no judgement of its own
    CLI_CHECK(write_stdout(fmt::format("refused: {} has the SHA-256 {}, the certificates are about {}\n",
                                       printable(command.model), hash, file.model_sha256)));
    return kPropertyFails;
  }
  CLI_TRY(const Classifier classifier, Classifier::load(command.model));
  CLI_TRY(const Dataset data, read_inputs(command.data, Labels::kIfPresent, &classifier.summary()));
  CLI_CHECK(check_fits(command.model, classifier.summary(), data));
  const std::vector<Outcome> outcomes = judge_all(classifier, file, data, command.threads);
  for (const Outcome& outcome : outcomes)
    if (outcome.failure) return *outcome.failure;
  std::string text = refusal_lines(file, outcomes);
  const bool all_hold = text.empty();
  for (const Tally& norm : tally(file, outcomes)) text += tally_line(norm);
  if (file.inputs.empty()) text += "no certificates\n";
  CLI_CHECK(write_stdout(text));
  return all_hold ? kDone : kPropertyFails;
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
  add_label_options(app, command->data);
  add_limit_option(app, command->data);
  add_threads_option(app, command->threads);
  app.callback([command, &chosen] { chosen = [command] { return run_verify(*command); }; });
}

}  // namespace standfast::cli
