// The heads of a classifier: f(x) = min_k g_k(phi(x)) - threshold, each g_k input-convex.
//
// f is positive on a set exactly if every head is. So a radius of f is the smallest of its heads' radii, and whatever
// fools one head fools f: what searches, proves or attacks takes one head at a time, as a model of its own.
#pragma once

#include <cstddef>

#include "model/model.hpp"

namespace standfast::model {

/// How many heads the last node picks the smallest of; 1 if it is no `min`. Requires: the graph has a node.
[[nodiscard]] std::size_t head_count(const Model& model);

inline constexpr std::size_t kMostHeads = 1024;
/// The values and weights that the heads may have together, where what several of them share counts for each: as models
/// of their own they hold as many.
inline constexpr std::size_t kMaxHeadValues = std::size_t{1} << 27;

/// Fails: kUnsupported for more than kMostHeads or kMaxHeadValues. Shape: node_shapes is (nodes), as infer_shapes gives
/// it.
Status check_heads(const Model& model, const std::vector<Shape>& node_shapes);

/// g_k(phi(x)) - threshold: the nodes that this head needs, in their order and with their names; all else is the
/// model's. The model itself if it has one head.
///
/// Requires: validate(model) succeeded, head < head_count(model).
[[nodiscard]] Model head_of(const Model& model, std::size_t head);

}  // namespace standfast::model
