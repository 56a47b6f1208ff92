// `certify --explain N`: the alarms that are easiest to talk round, each with the change that does it and what is
// proven.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "cli/records/records.hpp"
#include "standfast/classifier.hpp"
#include "standfast/evaluation.hpp"
#include "standfast/result.hpp"

namespace standfast::cli {

/// The alarms with the smallest radius in the first norm, the smallest first and the earlier input before the later
/// one; at most `most`.
std::vector<std::size_t> easiest_alarms(const Certificates& certificates, std::size_t most);

/// "table", "csv" or "jsonl", one explanation after the other. Requires: each is of a row of the records, in the
/// records' first norm. Fails: kBadOption for another format.
Result<std::string> format_explanations(const Records& records, const std::vector<Explanation>& explanations,
                                        const std::string& format);

}  // namespace standfast::cli
