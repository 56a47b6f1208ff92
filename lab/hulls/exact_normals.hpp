// Separating planes by their integer normals: the proof that a point is outside a hull.
//
// N.x > N.q for every q of the hull. No constant is needed, and so none is rounded.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "lab/fits/exact_score.hpp"
#include "standfast/data.hpp"

namespace standfast::lab {

class ExactNormals {
 public:
  /// Rounds normals to integers and takes the largest N.q over the hull's inputs.
  /// Shape: normals is (count, dim). Requires: dim <= 8192, so that no sum exceeds 126 bits.
  ExactNormals(const Dataset& data, const InputUnits& units, std::span<const std::size_t> hull,
               std::span<const double> normals, std::size_t threads);

  struct Best {
    std::size_t normal = 0;
    double distance = 0;  ///< The distance from x to its plane through the nearest of the hull; 0 if none separates.
  };
  /// The normal that separates x by the widest distance, in the features' units. The choice and the distance are
  /// rounded; that distance > 0 means N.x > N.q for all q is not.
  [[nodiscard]] Best best(std::span<const float> x) const;

  [[nodiscard]] std::size_t count() const { return highest_.size(); }
  [[nodiscard]] std::span<const std::int64_t> normal(std::size_t j) const;
  /// No sum exceeds 2^bits.
  [[nodiscard]] int bits() const;

 private:
  [[nodiscard]] Int128 product(std::size_t j, std::span<const std::int64_t> x) const;

  InputUnits units_;
  std::size_t dim_;
  std::vector<std::int64_t> normals_;
  std::vector<Int128> highest_;
  std::vector<double> lengths_;  ///< ||N||_2, a step of 1 in X being one unit of the features.
};

}  // namespace standfast::lab
