// A corner of two planes, whose radii are known in every norm.
#pragma once

#include "model/model.hpp"
#include "support/small_models.hpp"

namespace standfast::test {

/// max(1.5 - a, 2 - b): from (0, 0) the other verdict begins at (1.5, 2), which is 3.5, 2.5 and 2 away.
inline Model corner_model() {
  Model model = support::affine_model({0, 0}, 0);
  model.graph.nodes[0].weight = {{2, 2}, {-1, 0, 0, -1}};
  model.graph.nodes[0].bias = {{2}, {1.5F, 2}};
  Node maximum;
  maximum.kind = NodeKind::kMax;
  maximum.name = "max";
  maximum.inputs = {0};
  model.graph.nodes.push_back(maximum);
  return model;
}

}  // namespace standfast::test
