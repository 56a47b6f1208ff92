// Distances for a terminal: three digits, rounded down, because what is printed is promised.
#pragma once

#include <string>

#include "standfast/data.hpp"

namespace standfast::lab {

/// In grey levels for images of bytes, where they read best; otherwise in the features' own units.
std::string distance_text(double distance, const Dataset& data);

}  // namespace standfast::lab
