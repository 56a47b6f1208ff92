// Proofs as they travel in files, and slopes as the passes use them.
#pragma once

#include <cstddef>

#include "model/graph.hpp"
#include "model/slopes.hpp"
#include "standfast/certificate.hpp"

namespace standfast {

/// All slopes and all winners of one lane of a tile, node after node; its weight is 0.
RadiusProof::Cut flatten(const Slopes& tile, std::size_t lane);

/// The inverse. Fails: kBadShape where the numbers of slopes and winners are not those of the graph.
/// Shape: node_shapes is (nodes), as infer_shapes gives it.
Result<Slopes> unflatten(const RadiusProof::Cut& cut, const Graph& graph, const std::vector<Shape>& node_shapes);

}  // namespace standfast
