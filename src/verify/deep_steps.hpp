// The steps of a deep map, with one bound on the norm 2 of all errors together.
//
// Bounds on single values would grow by |W| with every step, which is many times ||W||. In the norm 2 a step passes on
// an error times its Lipschitz constant, at most 1 in most deep maps, and adds its own roundings: (C53).
#pragma once

#include <span>

#include "model/map_bounds.hpp"
#include "model/model.hpp"
#include "verify/bounded.hpp"

namespace standfast::verify {

/// phi(x) in float64; each value is off by at most the one bound on all of them. Infinite where something overflows.
/// Shape: x is (dim), finite; the result is (dim of u). Requires: map is that of the model, and deep.
Bounded deep_map_values(const model::Model& model, const model::MapBounds& map, std::span<const float> x);

}  // namespace standfast::verify
