// The steps of a feature map, forwards for phi(x) and backwards for gradients, each number with a bound on its error.
#pragma once

#include <span>
#include <vector>

#include "model/model.hpp"
#include "verify/bounded.hpp"

namespace standfast::verify {

/// phi(x) in float64, off by at most the error: an input of V3. Shape: x is (dim), finite; the result is (dim of u);
/// map_shapes as infer_map_shapes gives them.
Bounded map_values(const model::Model& model, const std::vector<model::Shape>& map_shapes, std::span<const float> x);

/// The gradient by the output of the map's affine part brought back to the input x, the last step first (V4).
Bounded pulled_back(const model::Model& model, const std::vector<model::Shape>& map_shapes, Bounded gradient);

}  // namespace standfast::verify
