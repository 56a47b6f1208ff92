// The matrix of a linear map or a convolution, entry by entry, in plain loops.
#pragma once

#include <cstddef>
#include <span>
#include <vector>

#include "base/random.hpp"
#include "model/feature_map.hpp"

namespace standfast::support {

class StepMatrix {
 public:
  /// Requires: infer_map_shapes succeeds for the step, which is linear or a convolution.
  StepMatrix(const model::MapStep& step, const model::Shape& input);

  [[nodiscard]] std::size_t rows() const { return rows_; }
  [[nodiscard]] std::size_t columns() const { return columns_; }
  [[nodiscard]] double at(std::size_t row, std::size_t column) const { return values_[row * columns_ + column]; }
  [[nodiscard]] std::vector<double> times(std::span<const double> x) const;
  [[nodiscard]] std::vector<double> transposed_times(std::span<const double> y) const;
  /// ||W||_2 from below, by power iteration from a random start.
  [[nodiscard]] double norm_found(Random& random) const;

 private:
  std::size_t rows_, columns_;
  std::vector<double> values_;
};

}  // namespace standfast::support
