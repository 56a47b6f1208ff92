// Certificates as text: one record per input, as CSV, as JSON lines, or as a table for people.
#pragma once

#include <string>
#include <vector>

#include "cli/records/word_changes.hpp"
#include "standfast/classifier.hpp"
#include "standfast/data.hpp"
#include "standfast/result.hpp"

namespace standfast::cli {

/// What the records are about; referenced, not copied.
struct Records {
  const ModelSummary& model;
  const Dataset& data;
  const Certificates& certificates;
  const CertifyOptions& options;
  std::string threat_description;
  std::vector<WordChange> hangs_on = {};  ///< What each alarm hangs on, for a model of text; empty if nobody asked.
  std::vector<TextColumn> kept = {};      ///< Columns of the table to repeat, one value per input.

  [[nodiscard]] bool attacked() const { return options.attack; }
  /// The distance to show: infinite, "none found", if a verdict is certified that no attack was searched for.
  [[nodiscard]] double attack(std::size_t input, std::size_t norm_index) const;
};

/// "csv", "jsonl", "table" or "npz". Fails: kBadOption for another one, kUnsupported for an archive of 4 GiB or more.
Result<std::string> format_records(const Records& records, const std::string& format);

std::string to_csv(const Records& records);
std::string to_jsonl(const Records& records);
std::string to_table(const Records& records);
Result<std::string> to_npz(const Records& records);

}  // namespace standfast::cli
