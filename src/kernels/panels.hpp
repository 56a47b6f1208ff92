// Weights in the order in which the kernels read them, packed once per model.
#pragma once

#include <cstddef>

#include "base/lanes.hpp"
#include "kernels/kernels.hpp"

namespace standfast::kernels {

class Panels {
 public:
  Panels() = default;

  /// Shape: weight_at(row, term) for row < rows, term < terms.
  template <class WeightAt>
  static Panels pack(std::size_t rows, std::size_t terms, WeightAt&& weight_at) {
    Panels packed;
    packed.rows_ = rows;
    packed.terms_ = terms;
    packed.weights_.resize(rows * terms + kPanelRows);  // whole vectors are read at the end
    float* next = packed.weights_.data();
    for (std::size_t first = 0; first < rows; first += kPanelRows) {
      const std::size_t end = first + kPanelRows < rows ? first + kPanelRows : rows;
      for (std::size_t term = 0; term < terms; ++term) {
        for (std::size_t row = first; row < end; ++row) *next++ = weight_at(row, term);
      }
    }
    return packed;
  }

  [[nodiscard]] Product product() const { return {weights_.data(), rows_, terms_}; }
  [[nodiscard]] std::size_t rows() const { return rows_; }

 private:
  std::size_t rows_ = 0, terms_ = 0;
  AlignedFloats weights_;
};

}  // namespace standfast::kernels
