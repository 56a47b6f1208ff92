// One feature of Algorithm S: a function of one variable that bends at a few kinks, and where it is worst.
#pragma once

#include <span>

namespace standfast::search {

/// One feature in units of price, e = cost * d:
///
///     decrease(e) = -(coefficient e + sum_j bend_j (|offset_j + e| - |offset_j|))
///
/// Shape: bend and offset are (kinks), kinks <= minorant::kMostKinks.
struct PricedFeature {
  double coefficient;
  std::span<const double> bend, offset;
  double lo, hi;

  [[nodiscard]] double decrease(double e) const;
  /// The slope of coefficient e + ... right of all kinks, and left of them.
  [[nodiscard]] double last_slope() const;
  [[nodiscard]] double first_slope() const;
  /// Not below any slope's size.
  [[nodiscard]] double steepest_slope() const;
  /// The slope of the piece that holds e.
  [[nodiscard]] double slope_at(double e) const;
};

// The places e in [lo, hi] that cost most, 0 if none costs anything.

/// Within |e| <= radius: both ends and the kinks are tried. Ends at infinity are left out.
double worst_within(const PricedFeature& feature, double radius);
/// Least |e| - tau decrease(e) within |e| <= price_limit, at the same places.
double worst_after_price(const PricedFeature& feature, double price_limit, double tau);
/// Least e^2 / 2 - tau decrease(e): the stationary point of each piece, moved to where it is allowed.
double worst_stationary(const PricedFeature& feature, double tau);

}  // namespace standfast::search
