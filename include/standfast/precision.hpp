// The arithmetic that a radius is proven in.
#pragma once

#include <string_view>

#include "standfast/result.hpp"

namespace standfast {

/// Every radius is a theorem in either; the bounds on rounding differ, and with them the radius and the time it takes.
enum class Precision {
  kFloat64,  ///< Rounding costs a radius about 1e-10 of itself.
  kFloat32,  ///< Sums of up to 64 products are made in float32, which takes half the time and costs about 1e-4.
};
Result<Precision> parse_precision(std::string_view text);  ///< "float64", "float32".
std::string_view precision_name(Precision precision);

}  // namespace standfast
