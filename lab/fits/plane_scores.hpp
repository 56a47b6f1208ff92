// Planes evaluated on inputs in float64: measured margins, which the exact check has yet to confirm.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "lab/fits/whitening.hpp"
#include "standfast/data.hpp"

namespace standfast::lab {

/// (a_j.x_i + b_j) / ||a_j||_2: signed distances. Shape: (count, planes) row-major.
std::vector<double> signed_distances(const Dataset& data, const Planes& planes, std::size_t threads);

/// How far each input's verdict by the largest plane holds, in l2: for one above some plane, the distance to the
/// farthest of these; for another, to the nearest plane. Lower bounds, every rounding paid for; below 0 on the wrong
/// side. Shape: positive is one flag per input.
std::vector<double> margins_lower(const Dataset& data, const Planes& planes, std::span<const std::uint8_t> positive,
                                  std::size_t threads);

/// The planes that have every negative below, by these distances. Shape: distances is (count, planes).
Planes keep_valid(const Planes& planes, std::size_t dim, std::span<const double> distances,
                  std::span<const std::uint8_t> positive);

}  // namespace standfast::lab
