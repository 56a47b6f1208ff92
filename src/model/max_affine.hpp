// Maxima of affine pieces: the classifiers whose two verdicts can both be certified.
#pragma once

#include "model/model.hpp"

namespace standfast::model {

/// f(x) = max_j (a_j . x + b_j) - threshold, so that {f < 0} is a polyhedron and {f > 0} the union of half-spaces: the
/// feature map has no abs, and the graph is affine but for at most one `max`, its last node.
///
/// Requires: validate(model) succeeded.
[[nodiscard]] bool is_max_affine(const Model& model);

/// How many elements the last node picks from: the number of j above; 1 if it is no `max`.
[[nodiscard]] std::size_t piece_count(const Model& model);

}  // namespace standfast::model
