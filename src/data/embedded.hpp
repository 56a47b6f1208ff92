// The data sets that are part of the program.
#pragma once

#include <optional>
#include <string_view>

#include "standfast/data.hpp"
#include "standfast/result.hpp"

namespace standfast::data {

/// An embedded data set by name; nothing if there is none of that name.
std::optional<Result<Dataset>> read_embedded(std::string_view name);

}  // namespace standfast::data
