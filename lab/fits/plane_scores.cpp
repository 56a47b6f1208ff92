// Normals are brought to length 1 in float64 and multiplied with chunks of inputs in panels. margins_lower takes off
// the standard bound on a dot product's rounding, gamma_n |a|.|x| (C27), and Cauchy-Schwarz for |a|.|x|; the norms are
// float64 as well and paid for by the slack.
#include "lab/fits/plane_scores.hpp"

#include <algorithm>
#include <cmath>

#include "base/parallel.hpp"
#include "base/rounding.hpp"
#include "lab/fits/vector_loops.hpp"

namespace standfast::lab {
namespace {

constexpr std::size_t kChunk = 64;  // inputs per task: they share a panel of planes while it is in the cache

/// Planes of unit normals, as panels of kDoublePanel planes side by side.
struct UnitPlanes {
  std::vector<double> panels;  ///< (panels, dim, kDoublePanel)
  std::vector<double> offsets;
};

UnitPlanes unit_planes(const Planes& planes, std::size_t dim) {
  const std::size_t count = planes.count();
  UnitPlanes unit{std::vector<double>(round_up(count, kDoublePanel) * dim, 0.0), std::vector<double>(count)};
  for (std::size_t j = 0; j < count; ++j) {
    double square = 0;
    for (std::size_t f = 0; f < dim; ++f) square += planes.weights[j * dim + f] * planes.weights[j * dim + f];
    const double scale = square > 0 ? 1 / std::sqrt(square) : 1;
    for (std::size_t f = 0; f < dim; ++f)
      unit.panels[(j / kDoublePanel * dim + f) * kDoublePanel + j % kDoublePanel] = planes.weights[j * dim + f] * scale;
    unit.offsets[j] = planes.offsets[j] * scale;
  }
  return unit;
}

}  // namespace

std::vector<double> signed_distances(const Dataset& data, const Planes& planes, std::size_t threads) {
  const std::size_t dim = data.dim();
  const std::size_t count = planes.count();
  const UnitPlanes unit = unit_planes(planes, dim);
  std::vector<double> distances(data.count() * count);
  parallel_for(data.count(), kChunk, threads, [&](std::size_t begin, std::size_t end) {
    const auto first = data.features.begin() + static_cast<std::ptrdiff_t>(begin * dim);
    const std::vector<double> x(first, first + static_cast<std::ptrdiff_t>((end - begin) * dim));
    std::vector<double> sums((end - begin) * kDoublePanel);
    for (std::size_t start = 0; start < count; start += kDoublePanel) {
      std::ranges::fill(sums, 0.0);
      multiply_panel(x.data(), end - begin, dim, dim, unit.panels.data() + start * dim, sums.data());
      for (std::size_t i = begin; i < end; ++i)
        for (std::size_t j = start; j < std::min(count, start + kDoublePanel); ++j)
          distances[i * count + j] = sums[(i - begin) * kDoublePanel + j - start] + unit.offsets[j];
    }
  });
  return distances;
}

std::vector<double> margins_lower(const Dataset& data, const Planes& planes, std::span<const std::uint8_t> positive,
                                  std::size_t threads) {
  const auto distances = signed_distances(data, planes, threads);
  const std::size_t count = planes.count();
  const auto offsets = unit_planes(planes, data.dim()).offsets;
  double offset = 0;
  for (const double one : offsets) offset = std::max(offset, std::abs(one));
  // as many roundings as the dot product has terms, once more for the norm, and a few; |a|.|x| <= |a| |x|
  const double share = kBoundSlack * gamma_n(2 * data.dim() + 16);
  std::vector<double> margins;
  margins.reserve(data.count());
  for (std::size_t i = 0; i < data.count(); ++i) {
    const auto first = distances.begin() + static_cast<std::ptrdiff_t>(i * count);
    const double largest = *std::max_element(first, first + static_cast<std::ptrdiff_t>(count));
    double square = 0;
    for (const float x : data.row(i)) square += static_cast<double>(x) * static_cast<double>(x);
    margins.push_back((positive[i] != 0 ? largest : -largest) - share * (std::sqrt(square) + offset));
  }
  return margins;
}

Planes keep_valid(const Planes& planes, std::size_t dim, std::span<const double> distances,
                  std::span<const std::uint8_t> positive) {
  const std::size_t count = planes.count();
  std::vector<std::uint8_t> valid(count, 1);
  for (std::size_t i = 0; i < positive.size(); ++i)
    for (std::size_t j = 0; j < count && positive[i] == 0; ++j)
      if (!(distances[i * count + j] < 0)) valid[j] = 0;
  Planes kept;
  for (std::size_t j = 0; j < count; ++j) {
    if (valid[j] == 0) continue;
    const auto first = planes.weights.begin() + static_cast<std::ptrdiff_t>(j * dim);
    kept.weights.insert(kept.weights.end(), first, first + static_cast<std::ptrdiff_t>(dim));
    kept.offsets.push_back(planes.offsets[j]);
  }
  return kept;
}

}  // namespace standfast::lab
