// Models of the sizes that occur in practice, with random weights: what the closed form costs depends on no value.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "lab/bench/bench.hpp"
#include "model/model.hpp"

namespace standfast::lab {

/// A model of this size. Equal names give equal bits on every machine. Requires: a name of bench_sizes().
model::Model random_model(std::string_view name);

}  // namespace standfast::lab
