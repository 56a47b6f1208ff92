// How far feature maps stretch a change, in every norm.
#pragma once

#include <span>
#include <vector>

#include "model/feature_map.hpp"
#include "standfast/threat.hpp"

namespace standfast::model {

/// An upper bound on Lip_p(phi), rounded up: exact for centre, abs, maxmin, pixel_unshuffle and one common scale;
/// products of norm bounds otherwise (linear maps: ||W||_1 and ||W||_inf are exact, between them Riesz-Thorin; ||W||_2
/// by spectral_norm_upper as well, in a deep map also by schur_norm_upper). Requires: infer_map_shapes succeeded, p
/// >= 1. Source: Lip_1 = 2, Lip_2 = sqrt 2, Lip_inf = 1, in general 2^(1/p), of (u, |u|): Pfrommer et al., NeurIPS
/// 2023.
double lipschitz_upper(const FeatureMap& map, const Shape& input_shape, Norm norm);
/// The same of each step, and the product of such bounds. Shape: (steps).
std::vector<double> step_lipschitz_upper(const FeatureMap& map, const Shape& input_shape, Norm norm);
double product_upper(std::span<const double> factors);

}  // namespace standfast::model
