// Several minorants of f at one input ("cuts"), in units of price: they share their kinks and bounds.
#pragma once

#include <cstddef>
#include <span>
#include <vector>

#include "minorant/minorant.hpp"
#include "search/separable.hpp"

namespace standfast::search {

struct Cut {
  double margin = 0;
  std::vector<double> linear;
  std::vector<double> fold;  ///< Empty where the map has no abs.
};

class CutSet {
 public:
  /// Takes the bounds, the kinks and the first cut from the problem; forgets earlier cuts.
  void start(const PricedProblem& problem);
  /// Shape: cost is (dim).
  void add(const minorant::SeparableMinorant& minorant, std::span<const double> cost);
  /// Replaces all cuts by their weighted sum. Shape: weights is (cuts), with a sum > 0; the sum becomes 1.
  void merge(std::span<const double> weights);

  /// The weighted sum as a problem for Algorithm S; `out` holds the bounds already. Shape: weights is (cuts).
  void weigh(std::span<const double> weights, PricedProblem& out) const;
  /// The sum's slopes; returns its margin. Shape: linear and fold are (dim), fold empty where the map has no abs.
  double weigh(std::span<const double> weights, std::span<double> linear, std::span<double> fold) const;

  [[nodiscard]] std::size_t size() const { return count_; }
  [[nodiscard]] std::size_t dim() const { return lo_.size(); }
  [[nodiscard]] bool folded() const { return folded_; }
  [[nodiscard]] const Cut& operator[](std::size_t j) const { return cuts_[j]; }
  [[nodiscard]] std::span<const double> offset() const { return offset_; }
  [[nodiscard]] std::span<const double> lo() const { return lo_; }
  [[nodiscard]] std::span<const double> hi() const { return hi_; }

 private:
  Cut& append();

  bool folded_ = false;
  std::size_t count_ = 0;
  std::vector<Cut> cuts_;                 // only the first count_ are in use: their memory is kept from input to input
  std::vector<double> offset_, lo_, hi_;  // offset_ is empty where the map has no abs
};

}  // namespace standfast::search
