// Equal inputs of different classes: nothing separates them, and no function fits them.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "standfast/data.hpp"

namespace standfast::lab {

/// For each input, the first input of the other class that equals it, or kNoTwin.
inline constexpr std::size_t kNoTwin = SIZE_MAX;
/// Shape: positive is one flag per input. Requires: finite features. Cost: one sort of the inputs.
std::vector<std::size_t> find_twins(const Dataset& data, std::span<const std::uint8_t> positive);

}  // namespace standfast::lab
