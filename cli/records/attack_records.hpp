// Attacks as text: one record per input, as CSV, as JSON lines, as a table or as an archive.
#pragma once

#include <string>

#include "standfast/classifier.hpp"
#include "standfast/data.hpp"
#include "standfast/result.hpp"

namespace standfast::cli {

/// What the records are about; referenced, not copied.
struct AttackRecords {
  const ModelSummary& model;
  const Dataset& data;
  const Attacks& attacks;
  const ThreatModel& threat;
  std::string threat_description;

  [[nodiscard]] bool sensitive(std::size_t input) const { return attacks.logits[input] > 0; }
};

/// "csv", "jsonl", "table" or "npz"; the archive alone holds the adversarial inputs.
/// Fails: kUnsupported for an archive of 4 GiB or more.
Result<std::string> format_attacks(const AttackRecords& records, const std::string& format);

/// One line for each feature that an attack changes, as CSV: index, norm, feature, from, to. Features have their names,
/// or their numbers in data without names.
std::string changes_as_csv(const AttackRecords& records);

/// One line per norm: how many sensitive verdicts were flipped, and at what median distance.
std::string attack_summary(const AttackRecords& records);

}  // namespace standfast::cli
