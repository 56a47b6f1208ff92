// `certify --certificates FILE`: what `standfast verify` needs to prove the radii again.
#pragma once

#include <string>

#include "cli/terminal/flags.hpp"
#include "standfast/classifier.hpp"
#include "standfast/data.hpp"
#include "standfast/result.hpp"
#include "standfast/threat.hpp"

namespace CLI {
class App;
}

namespace standfast::cli {

void add_certificates_option(CLI::App& command, std::string& path);

/// Nothing to check if `path` is empty. Fails: kBadOption if there would be no proofs to write.
Status check_certificates_option(const std::string& path, const CertifyFlags& flags);

/// Writes the inputs of which something is certified, with their proofs, which leave `certificates`.
/// Requires: certificates.proofs were kept. Fails: kIo; kUnsupported for a file too large; kEnvironment
/// without a SHA-256 on this system.
Status write_proofs(const std::string& path, const std::string& model_path, const Dataset& data,
                    const ThreatModel& threat, Certificates& certificates);

}  // namespace standfast::cli
