// Radii above 0 and their proofs, gathered into a file of certificates.
#include "cli/records/certificate_output.hpp"

#include <utility>

#include <CLI/CLI.hpp>

#include "cli/terminal/try.hpp"
#include "standfast/certificate.hpp"

namespace standfast::cli {

void add_certificates_option(CLI::App& command, std::string& path) {
  command.add_option("--certificates", path, "Write what `standfast verify` needs to prove the radii again to FILE.")
      ->type_name("FILE");
}

Status check_certificates_option(const std::string& path, const CertifyFlags& flags) {
  if (path.empty()) return {};
  std::string reason;
  if (path == "-") reason = "'-' is not a file; name one";
  if (flags.method == "closed-form") reason = "--method closed-form leaves no proof behind; ask for --method separable";
  if (flags.guarantee == "none") reason = "--guarantee none proves nothing; ask for --guarantee real";
  if (!flags.threshold.empty())
    reason = "a certificate speaks of the model file, and so of its own threshold; leave --threshold out";
  if (reason.empty()) return {};
  return Error{ErrorCode::kBadOption, "--certificates: " + reason};
}

Status write_proofs(const std::string& path, const std::string& model_path, const Dataset& data,
                    const ThreatModel& threat, Certificates& certificates) {
  CertificateFile file;
  CLI_TRY(file.model_sha256, sha256_of_file(model_path));
  file.threat = threat;
  const std::size_t norms = certificates.norms.size();
  for (std::size_t i = 0; i < certificates.count(); ++i) {
    CertificateFile::Input input{i, data.dense_rows(i, 1), {}};
    for (std::size_t n = 0; n < norms; ++n) {
      RadiusProof& proof = certificates.proofs[i * norms + n];
      if (proof.empty() || !(certificates.radius(i, n) > 0)) continue;
      input.certificates.push_back({certificates.norms[n], certificates.radius(i, n), std::move(proof)});
    }
    if (!input.certificates.empty()) file.inputs.push_back(std::move(input));
  }
  return write_certificates(path, file);
}

}  // namespace standfast::cli
