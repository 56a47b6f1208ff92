// The steps of verify/deep_steps.cpp for several inputs side by side: the same sums in the same order.
#pragma once

#include <span>
#include <vector>

#include "model/model.hpp"
#include "verify_wide/graph_proof.hpp"
#include "verify_wide/products.hpp"

namespace standfast::verify_wide {

/// Arrays are [element][lane].
struct DeepWorkspace {
  std::vector<double> value;  ///< phi(x).
  LaneValues error{};         ///< At least the norm 2 of the errors of a lane's values; infinite after an overflow.
  std::vector<double> next, sizes, from_sizes, hidden;
};

/// phi of the inputs in workspace.value. Shape: shapes and lipschitz are (steps), as infer_map_shapes and
/// MapBounds::deep_steps give them; lanes is 1 or kProofLanes. Requires: a deep map.
void run_deep_map(const model::Model& model, std::span<const model::Shape> shapes, std::span<const double> lipschitz,
                  const Products& products, std::size_t lanes, DeepWorkspace& workspace);

}  // namespace standfast::verify_wide
