// Several minorants of f at one input, in units of price: they share their kinks and bounds.
#pragma once

#include <cstddef>
#include <span>
#include <vector>

#include "minorant/minorant.hpp"
#include "search/separable.hpp"

namespace standfast::search {

struct PricedMinorant {
  double margin = 0;
  std::vector<double> coefficient;
  std::vector<double> bend;  ///< (dim, kinks), or empty if the map does not bend.
};

class MinorantSet {
 public:
  /// Takes the bounds, the kinks and the first minorant from the problem; forgets earlier minorants.
  void reset_to(const PricedProblem& problem);
  /// Shape: cost is (dim).
  void add(const minorant::SeparableMinorant& minorant, std::span<const double> cost);
  /// Replaces all minorants by their weighted sum. Shape: weights is (minorants), with a sum > 0; the sum becomes 1.
  void merge(std::span<const double> weights);

  /// The weighted sum as a problem for Algorithm S; `out` holds the bounds already. Shape: weights is (minorants).
  void sum_weighted(std::span<const double> weights, PricedProblem& out) const;
  /// The sum's coefficients and bends; returns its margin. Shape: coefficient is (dim), bend (dim, kinks), empty if
  /// the map does not bend.
  double sum_weighted(std::span<const double> weights, std::span<double> coefficient, std::span<double> bend) const;

  [[nodiscard]] std::size_t size() const { return count_; }
  [[nodiscard]] std::size_t dim() const { return lo_.size(); }
  [[nodiscard]] bool has_bends() const { return !offset_.empty(); }
  [[nodiscard]] std::size_t kinks() const { return lo_.empty() ? 0 : offset_.size() / lo_.size(); }
  [[nodiscard]] const PricedMinorant& operator[](std::size_t j) const { return minorants_[j]; }
  [[nodiscard]] std::span<const double> offset() const { return offset_; }
  [[nodiscard]] std::span<const double> lo() const { return lo_; }
  [[nodiscard]] std::span<const double> hi() const { return hi_; }

 private:
  PricedMinorant& append_minorant();

  std::size_t count_ = 0;
  std::vector<PricedMinorant> minorants_;  // only the first count_ are in use: their memory is kept from input to input
  std::vector<double> offset_, lo_, hi_;   // offset_ is (dim, kinks), or empty
};

}  // namespace standfast::search
