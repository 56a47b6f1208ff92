// How far the features of a linear map can move for a price: what a fold that bends the wrong way has to fear.
#pragma once

#include <span>
#include <vector>

#include "model/model.hpp"
#include "standfast/threat.hpp"

namespace standfast::model {

/// For every change d of x of price r, v the affine part of the feature map and J its matrix:
/// |J_i d| <= unit_i r for each i, and ||J d||_2 <= joint r. Rounded up.
struct MapReach {
  std::vector<double> unit;  ///< One number per unit of v.
  double joint = kInfinity;  ///< Norms 2 and inf; infinite for the others, which have no use for it.
};

/// Shape: cost is (dim), step_norms as step_norms_upper gives them. Requires: validate(model) succeeded,
/// is_affine_with_abs(model.feature_map), and not is_separable(model.feature_map): joint is that of the steps from the
/// first linear one on. Norm 0, 1, 2 or inf. Error: exact for one linear map or convolution and equal costs, but for
/// the borders of an image and the norm of J. For norm 0, whose price does not limit a change, all is infinite.
MapReach map_reach_upper(const Model& model, std::span<const double> step_norms, std::span<const double> cost,
                         Norm norm);

/// An upper bound on the norm 2 of each step of a feature map, which does not depend on costs. Shape: (steps).
std::vector<double> step_norms_upper(const Model& model);

}  // namespace standfast::model
