// phi(x) in float64, with a bound on what rounding does to each value. The inputs of V3.
#pragma once

#include <span>
#include <vector>

#include "model/model.hpp"

namespace standfast::verify {

/// u^ and bounds on |u^ - phi(x)|. Shape: (dim of u) each.
struct MapValues {
  std::vector<double> value, error;
};

/// Shape: x is (dim), finite; map_shapes as infer_map_shapes gives them.
MapValues map_values(const model::Model& model, const std::vector<model::Shape>& map_shapes, std::span<const float> x);

}  // namespace standfast::verify
