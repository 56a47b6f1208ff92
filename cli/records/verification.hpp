// What `standfast verify` found: which certificates hold, under which threat model, and which inputs have none.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "standfast/threat.hpp"

namespace standfast::cli {

struct Verification {
  /// A certificate, or the whole file, that does not hold.
  struct Refusal {
    std::optional<std::size_t> index;  ///< Of the input; none if the whole file is refused.
    std::string norm;
    std::string reason;
  };
  /// The certificates in one norm.
  struct Tally {
    Norm norm = Norm::l2();
    std::size_t total = 0;
    std::vector<double> radii;  ///< The claimed radii that hold, in ascending order.
  };

  std::string certificates, model, data;  ///< As they were named.
  std::string model_sha256;
  ThreatModel threat;       ///< Under which the radii are claimed.
  std::size_t dim = 0;      ///< The number of features; 0 if the certificates are about another model.
  std::size_t inputs = 0;   ///< Of the data.
  std::size_t without = 0;  ///< Inputs of the data that have no certificate.
  std::vector<Refusal> refusals;
  std::vector<Tally> tallies;

  /// Whether there is something to verify and all of it holds.
  [[nodiscard]] bool holds() const { return refusals.empty() && !tallies.empty(); }
};

std::string to_text(const Verification& verification);
/// One JSON object; its fields are listed in docs/cli.md.
std::string to_json(const Verification& verification);

}  // namespace standfast::cli
