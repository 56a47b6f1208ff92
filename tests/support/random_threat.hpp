// Random threat models: costs over several decades, domains, features that only grow or shrink or are out of reach.
#pragma once

#include <span>
#include <vector>

#include "base/random.hpp"
#include "standfast/threat.hpp"
#include "support/random_model.hpp"

namespace standfast::support {

/// Passes ThreatModel::validate. Sometimes the input lies on a bound, and sometimes outside of one.
ThreatModel random_threat(Random& random, const RandomModel& random_model, std::span<const float> x);

/// A threat model from its parts, in the order of the structure.
ThreatModel threat_of(std::vector<double> cost, std::vector<double> lower, std::vector<double> upper,
                      std::vector<double> max_decrease = {}, std::vector<double> max_increase = {});

/// As random_threat, with every feature's change bounded from both sides (norm 0 says little otherwise).
ThreatModel random_bounded_threat(Random& random, const RandomModel& random_model, std::span<const float> x);

}  // namespace standfast::support
