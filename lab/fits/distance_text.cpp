// Cuts to three digits with a small shift towards 0 before the floor, so that the division's rounding cannot lift the
// result above the distance.
#include "lab/fits/distance_text.hpp"

#include <cmath>

#include <fmt/format.h>

namespace standfast::lab {
namespace {

/// Three digits, rounded down: what is printed is promised.
double lowered(double value) {
  if (!(value > 0 && std::isfinite(value))) return value;
  const double unit = std::pow(10.0, std::floor(std::log10(value)) - 2);
  return std::floor(value * (1 - 0x1p-50) / unit) * unit;
}

}  // namespace

std::string distance_text(double distance, const Dataset& data) {
  return data.is_image ? fmt::format("{:.3g} grey levels", lowered(distance * 255))
                       : fmt::format("{:.3g}", lowered(distance));
}

}  // namespace standfast::lab
