// What an attacker may do: a norm, a cost per feature and an interval per feature.
//
// A perturbation d of x is priced ||(cost_i * d_i)||_p and must keep x + d and d inside the model's bounds. The valid
// domain, features that can only grow or shrink, and features out of reach are all such bounds.
#pragma once

#include <cstddef>
#include <limits>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "standfast/result.hpp"

namespace standfast {

inline constexpr double kInfinity = std::numeric_limits<double>::infinity();

/// The l_p norm for p in [1, inf], and p = 0: the number of features changed.
class Norm {
 public:
  static constexpr Norm l0() { return Norm(0); }
  static constexpr Norm l1() { return Norm(1); }
  static constexpr Norm l2() { return Norm(2); }
  static constexpr Norm linf() { return Norm(kInfinity); }

  /// Fails: kBadOption unless p is 0 or in [1, inf].
  static Result<Norm> of(double p);
  /// From "0", "1", "2", "1.5", "inf", each with or without a leading "l".
  static Result<Norm> parse(std::string_view text);

  [[nodiscard]] constexpr double p() const { return p_; }
  /// q with 1/p + 1/q = 1; only for p >= 1.
  [[nodiscard]] double dual_exponent() const;
  /// "l0", "l1", "l1.5", "l2", "linf": column names are "radius_" + name().
  [[nodiscard]] std::string name() const;

  /// ||values||_p (for p = 0 the number of non-zeros). Plain double arithmetic: not rounded in a safe direction.
  [[nodiscard]] double of_vector(std::span<const double> values) const;

  friend constexpr bool operator==(Norm, Norm) = default;

 private:
  explicit constexpr Norm(double p) : p_(p) {}
  double p_;
};

/// lo <= d <= hi; always holds lo <= 0 <= hi, because leaving a feature alone is possible.
struct Interval {
  double lo = -kInfinity;
  double hi = kInfinity;
};

/// Costs and bounds, one entry per feature; an empty vector means the default for all features.
///
/// Shape: each vector is empty or (dim).
/// Unit: bounds in the features' own units, costs in price per such unit.
struct ThreatModel {
  std::vector<double> cost;          ///< Price of one unit of change, > 0 and finite. Default 1.
  std::vector<double> lower;         ///< Smallest value that the changed input may take. Default -inf.
  std::vector<double> upper;         ///< Largest value that the changed input may take. Default +inf.
  std::vector<double> max_decrease;  ///< Largest decrease, >= 0; 0 for `increase-only` and `frozen`. Default inf.
  std::vector<double> max_increase;  ///< Largest increase, >= 0; 0 for `decrease-only` and `frozen`. Default inf.
  std::string price_unit;            ///< What a price counts, for readers. Empty: the features' own units.

  /// Every feature inside [lo, hi]: `--domain LO,HI`.
  static Result<ThreatModel> domain(std::size_t dim, double lo, double hi);

  /// Fails: kBadShape for a vector that is neither empty nor dim long, kBadValue for NaN, a cost <= 0 or lower > upper.
  [[nodiscard]] Status validate(std::size_t dim) const;

  /// No bound at all: the setting of the closed form.
  [[nodiscard]] bool unbounded() const;
  [[nodiscard]] double cost_of(std::size_t feature) const;
  /// The changes allowed to a feature whose value is x, rounded outward, so that no real change is left out.
  [[nodiscard]] Interval interval_rounded_out(std::size_t feature, double x) const;
};

/// A threat file (TOML), see docs/threat-files.md: [default], [feature."name"] and [group.*] tables.
///
/// Shape: feature_names has one name per feature; where it is empty, features are named "0", "1", ...
/// Fails: kIo, kBadFormat (with line), kBadValue, and kBadOption for a feature that does not exist.
Result<ThreatModel> read_threat_file(const std::string& path, std::span<const std::string> feature_names,
                                     std::size_t dim);
/// The same from text; `name` stands for the path in messages.
Result<ThreatModel> parse_threat(std::string_view text, const std::string& name,
                                 std::span<const std::string> feature_names, std::size_t dim);

}  // namespace standfast
