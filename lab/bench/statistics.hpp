// What many timings say in three numbers.
#pragma once

#include <span>

#include "lab/bench/bench.hpp"

namespace standfast::lab {

/// The value below which a share `q` of the values lies: the nearest of the sorted ones.
/// Requires: values not empty, q in [0, 1].
double nearest_rank(std::span<const double> values, double q);

/// Median, smallest and largest. Requires: values not empty.
Spread whole_spread(std::span<const double> values);

/// Median, 10th and 90th percentile. Requires: values not empty.
Spread usual_spread(std::span<const double> values);

/// The ratios a[i] / b[i] of what was measured side by side. Shape: a and b are equally long. Requires: not empty,
/// b > 0.
Spread ratio_spread(std::span<const double> a, std::span<const double> b);

}  // namespace standfast::lab
