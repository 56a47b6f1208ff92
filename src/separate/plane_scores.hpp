// Planes evaluated on inputs in float64: measured margins, which the exact check has yet to confirm.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "separate/whitening.hpp"
#include "standfast/data.hpp"

namespace standfast::separate {

/// (a_j.x_i + b_j) / ||a_j||_2: signed distances. Shape: (count, planes) row-major.
std::vector<double> signed_distances(const Dataset& data, const Planes& planes, std::size_t threads);

/// The planes that have every negative below, by these distances. Shape: distances is (count, planes).
Planes keep_valid(const Planes& planes, std::size_t dim, std::span<const double> distances,
                  std::span<const std::uint8_t> positive);

}  // namespace standfast::separate
