// Nearest ranks of the sorted values, without interpolation: every number shown was measured. A ratio's spread is that
// of the ratios of single rounds, not the ratio of two medians.
#include "lab/bench/statistics.hpp"

#include <algorithm>
#include <cassert>
#include <cmath>
#include <cstddef>
#include <vector>

#include "standfast/evaluation.hpp"

namespace standfast::lab {

double nearest_rank(std::span<const double> values, double q) {
  assert(!values.empty() && q >= 0 && q <= 1 && "a contest has at least one round");
  std::vector<double> sorted(values.begin(), values.end());
  const auto at = static_cast<std::ptrdiff_t>(std::lround(q * static_cast<double>(sorted.size() - 1)));
  std::nth_element(sorted.begin(), sorted.begin() + at, sorted.end());
  return sorted[static_cast<std::size_t>(at)];
}

Spread whole_spread(std::span<const double> values) {
  return {median(values), nearest_rank(values, 0), nearest_rank(values, 1)};
}

Spread usual_spread(std::span<const double> values) {
  return {median(values), nearest_rank(values, 0.1), nearest_rank(values, 0.9)};
}

Spread ratio_spread(std::span<const double> a, std::span<const double> b) {
  assert(a.size() == b.size() && "a ratio belongs to one round");
  std::vector<double> ratios;
  for (std::size_t i = 0; i < a.size(); ++i) ratios.push_back(a[i] / b[i]);
  return whole_spread(ratios);
}

}  // namespace standfast::lab
