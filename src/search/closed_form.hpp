// The paper's certified radius, before anyone has confirmed it.
#pragma once

#include <span>

#include "minorant/minorant.hpp"
#include "standfast/threat.hpp"

namespace standfast::search {

/// margin / (Lip_p * dual norm of the gradient), infinite for a gradient of zero, 0 for a margin that is not positive.
///
/// Unit: the norm's price. Requires: norm.p() >= 1; lipschitz is that of (u, |u|) for a minorant with bends, 1
/// otherwise; with several kinks per feature the steepest slope of each takes its place. Source: Pfrommer, Anderson,
/// Piet, Sojoudi, NeurIPS 2023, certified-radius theorem.
double closed_form_radius(const minorant::SeparableMinorant& minorant, std::span<const double> cost, Norm norm,
                          double lipschitz);

/// The closed form for any feature map with Lipschitz constant `lipschitz`; `cheapest` is the smallest cost.
double closed_form_radius(const minorant::FeatureMinorant& minorant, double cheapest, Norm norm, double lipschitz);

}  // namespace standfast::search
