// The maximum of a few hand-made minorants, as a source of minorants that needs no network.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <span>
#include <utility>
#include <vector>

#include "search/minorant_search.hpp"
#include "search/separable.hpp"

namespace standfast::test {

/// One piece at (change, bend_change).
inline double piece_value(const minorant::SeparableMinorant& m, std::span<const double> change,
                          std::span<const double> bend_change) {
  double value = m.margin;
  for (std::size_t i = 0; i < m.coefficient.size(); ++i) value += m.coefficient[i] * change[i];
  for (std::size_t i = 0; i < m.bend.size(); ++i) value += m.bend[i] * bend_change[i];
  return value;
}

/// f(d) = max_j margin_j + linear_j . d + bend_j . (|offset + d| - |offset|); counts what it is asked.
class Planes : public search::MinorantSource {
 public:
  explicit Planes(std::vector<minorant::SeparableMinorant> planes) : pieces(std::move(planes)) {}

  const minorant::SeparableMinorant& minorant_at(std::span<const double> change,
                                                 std::span<const double> bend_change) override {
    const minorant::SeparableMinorant& found = largest(change, bend_change);
    handed_out.push_back(found);
    return found;
  }

  double value(std::span<const double> change) override {
    ++values;
    std::vector<double> bend_change;
    const std::vector<double>& offset = pieces[0].offset;
    for (std::size_t i = 0; i < offset.size(); ++i) {
      bend_change.push_back(std::fabs(offset[i] + change[i]) - std::fabs(offset[i]));
    }
    return piece_value(largest(change, bend_change), change, bend_change);
  }

  std::vector<minorant::SeparableMinorant> pieces;
  std::vector<minorant::SeparableMinorant> handed_out;  ///< What minorant_at has answered, in order.
  std::size_t values = 0;

 private:
  const minorant::SeparableMinorant& largest(std::span<const double> change,
                                             std::span<const double> bend_change) const {
    return *std::max_element(pieces.begin(), pieces.end(), [&](const auto& a, const auto& b) {
      return piece_value(a, change, bend_change) < piece_value(b, change, bend_change);
    });
  }
};

inline minorant::SeparableMinorant plane(double margin, std::vector<double> coefficient) {
  return {margin, std::move(coefficient), {}, {}};
}

/// With costs of 1, and free where `interval` is empty.
inline search::PricedProblem problem_of(const minorant::SeparableMinorant& m, std::vector<Interval> interval = {}) {
  interval.resize(m.dim());
  search::PricedProblem problem;
  problem.assign(m, std::vector<double>(m.dim(), 1.0), interval);
  return problem;
}

}  // namespace standfast::test
