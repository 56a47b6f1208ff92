// What a threat model allows, in words for a reader who did not choose it.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "standfast/threat.hpp"

namespace standfast::cli {

/// One line for each way in which it differs from the threat model without bounds at cost 1, or one that says so.
std::vector<std::string> threat_lines(const ThreatModel& threat, std::size_t dim);

/// Features that no change can reach: their largest changes are 0, or a single value is allowed.
std::size_t frozen_features(const ThreatModel& threat, std::size_t dim);

/// The first number in which a threat model is not the one that was asked for; empty if they allow and cost the same.
/// `names` may be empty.
std::string threat_difference(const ThreatModel& found, const ThreatModel& asked, const std::vector<std::string>& names,
                              std::size_t dim);

}  // namespace standfast::cli
