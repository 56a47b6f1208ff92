// How fast a classifier can change with each feature, anywhere: what rules a head out that is far from its border.
#pragma once

#include <vector>

#include "model/model.hpp"

namespace standfast::model {

/// M with |f(x + d) - f(x)| <= sum_i M_i |d_i| for all x and d, rounded up; infinite where a sum overflows.
///
/// Shape: (dim). Requires: validate(model) succeeded. Cost: one transposed pass in float64.
std::vector<double> steepness_upper(const Model& model);

}  // namespace standfast::model
