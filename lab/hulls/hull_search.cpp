// First shrinks the hull to the face that x lies on, then scales the features by powers of two, which are exact, and
// asks nearest_combination. A combination is proven at once in integers; a normal is left to exact_normals.cpp. A plane
// of the face alone need not hold for the whole hull: the search then goes on among all members.
#include "lab/hulls/hull_search.hpp"

#include <algorithm>
#include <cmath>
#include <utility>

#include "lab/hulls/nearest_combination.hpp"

namespace standfast::lab {
namespace {

constexpr std::size_t kMostNumbers = std::size_t{1} << 25;  // 256 MiB of differences: memory against answers

using Indices = std::vector<std::size_t>;

/// The members that x can be a combination of: if x has the smallest or largest value of a feature, they have the
/// same one. Counts of words are mostly 0: few features and members are left.
Indices same_face(const Dataset& data, Indices members, std::span<const float> x) {
  for (std::size_t before = 0; before != members.size();) {
    before = members.size();
    std::vector<bool> smaller(x.size());
    std::vector<bool> larger(x.size());
    for (const auto i : members)
      for (std::size_t f = 0; f < x.size(); ++f) {
        smaller[f] = smaller[f] || data.row(i)[f] < x[f];
        larger[f] = larger[f] || data.row(i)[f] > x[f];
      }
    std::erase_if(members, [&](std::size_t i) {
      const auto q = data.row(i);
      for (std::size_t f = 0; f < x.size(); ++f)
        if (q[f] != x[f] && !(smaller[f] && larger[f])) return true;
      return false;
    });
  }
  return members;
}

/// The features in which members differ from x, each with the power of two that brings the mean square of its
/// differences near 1.
struct Scaling {
  Indices features;
  std::vector<double> scales;
};

Scaling scaling_of(const Dataset& data, const Indices& members, std::span<const float> x) {
  std::vector<double> squares(x.size(), 0.0);
  for (const auto i : members)
    for (std::size_t f = 0; f < x.size(); ++f) {
      const double difference = static_cast<double>(data.row(i)[f]) - static_cast<double>(x[f]);
      squares[f] += difference * difference;
    }
  Scaling scaling;
  for (std::size_t f = 0; f < x.size(); ++f) {
    if (!(squares[f] > 0)) continue;
    scaling.features.push_back(f);
    const double size = std::sqrt(squares[f] / static_cast<double>(members.size()));
    scaling.scales.push_back(std::ldexp(1.0, -std::ilogb(size)));
  }
  return scaling;
}

PointColumns scaled_differences(const Dataset& data, const Indices& members, std::span<const float> x,
                                const Scaling& scaling) {
  constexpr std::size_t kRows = 64;  // they stay in the cache while they are turned
  const std::size_t count = members.size();
  PointColumns points{count, scaling.features.size(), std::vector<double>(count * scaling.features.size())};
  for (std::size_t begin = 0; begin < count; begin += kRows)
    for (std::size_t k = 0; k < points.dim; ++k) {
      const std::size_t f = scaling.features[k];
      for (std::size_t i = begin; i < std::min(count, begin + kRows); ++i)
        points.values[k * count + i] =
            scaling.scales[k] * (static_cast<double>(data.row(members[i])[f]) - static_cast<double>(x[f]));
    }
  return points;
}

std::optional<ExactCombination> confirm_combination(const Dataset& data, const InputUnits& units,
                                                    const Indices& support, std::span<const float> x) {
  std::vector<IntegerPoint> points;
  for (const auto i : support) points.push_back(integers_of(data.row(i), units));
  auto combination = exact_combination(points, integers_of(x, units));
  if (!combination) return std::nullopt;
  for (auto& index : combination->support) index = support[index];
  return combination;
}

HullFinding search_among(const Dataset& data, const InputUnits& units, const Indices& members,
                         std::span<const float> x) {
  const Scaling scaling = scaling_of(data, members, x);
  const std::size_t dim = scaling.features.size();
  if (dim > kMostSearched || dim * members.size() > kMostNumbers) return {{}, {}, HullAnswer::Doubt::kTooLarge};
  const auto nearest = nearest_combination(scaled_differences(data, members, x, scaling));
  HullFinding finding;
  if (nearest.end == NearestCombination::End::kReached) {
    Indices support;
    for (const auto k : nearest.support) support.push_back(members[k]);
    finding.combination = confirm_combination(data, units, support, x);
  } else if (nearest.end == NearestCombination::End::kSeparated) {
    finding.normal.assign(x.size(), 0.0);
    for (std::size_t k = 0; k < dim; ++k) finding.normal[scaling.features[k]] = nearest.normal[k] * scaling.scales[k];
  }
  return finding;
}

}  // namespace

HullFinding search_hull(const Dataset& data, const InputUnits& units, std::span<const std::size_t> hull,
                        std::size_t input) {
  const auto x = data.row(input);
  const Indices all(hull.begin(), hull.end());
  const Indices face = same_face(data, all, x);
  HullFinding finding;
  if (!face.empty()) finding = search_among(data, units, face, x);
  if (finding.combination || face.size() == all.size() || (!face.empty() && finding.normal.empty())) return finding;
  // it is no combination of the face: then a plane has every other member below it as well
  return search_among(data, units, all, x);
}

}  // namespace standfast::lab
