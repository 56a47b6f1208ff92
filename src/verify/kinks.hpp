// Feature maps whose units see one feature each: the minorant stays a sum over features of x, each with a few kinks,
// and nothing is lost to the map. Proof: docs/certificates.md, "Several kinks" and "Knots".
#pragma once

#include <span>

#include "model/unit_map.hpp"
#include "verify/proven_minorant.hpp"

namespace standfast::verify {

/// The minorant seen from x. Requires: `from` holds one of the features that the map makes; map.kinks <= kMostKinks.
ProvenMinorant seen_from_input(const model::UnitMap& map, std::span<const float> x, const ProvenMinorant& from);

/// A bound on the error of a gradient's entry times a weight: the error's own, the weight's roundings, and an
/// underflow.
double error_of_scaled(double error, double size, double gamma, bool is_flat);

}  // namespace standfast::verify
