// What an attacker may do: a norm, a cost per feature and an interval per feature.
//
//     const auto threat = standfast::read_threat_file(path, names, names.size());
//     if (!threat) return fail(threat.error());
//     const auto x = data->row(0);
//     for (std::size_t i = 0; i < x.size(); ++i) {
//       const auto allowed = threat->interval_rounded_out(i, x[i]);
//       std::printf("%s is %g; ", names[i].c_str(), x[i]);
//       std::printf("it may change by %g to %g at a cost of %g\n", allowed.lo, allowed.hi, threat->cost_of(i));
//     }
//
// A change d of an input x has a price, ||(cost_i d_i)||_p, and is allowed if it keeps every feature inside its bounds.
// A category is a set of features of which one is 1: to change its value is one move with one cost.
// A ThreatModel holds the costs and the bounds. The bounds express the valid domain, features that can only grow or
// only shrink, and frozen features. The Norm is chosen apart from it, so that one threat model serves several norms.
//
// A ThreatModel is plain data: fill it in, or read it from a threat file. The default costs 1 per unit and has no
// bounds. Put it into CertifyOptions::threat or AttackOptions::threat. Every radius is then a price.
#pragma once

#include <cstddef>
#include <cstdint>
#include <limits>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "standfast/columns.hpp"
#include "standfast/result.hpp"

namespace standfast {

inline constexpr double kInfinity = std::numeric_limits<double>::infinity();

/// The l_p norm for p in [1, inf], and for p = 0 the number of features changed.
class Norm {
 public:
  static constexpr Norm l0() { return Norm(0); }
  static constexpr Norm l1() { return Norm(1); }
  static constexpr Norm l2() { return Norm(2); }
  static constexpr Norm linf() { return Norm(kInfinity); }

  /// The norm with the exponent p. Fails: kBadOption unless p is 0 or in [1, inf].
  static Result<Norm> of(double p);
  /// The norm named "0", "1", "2", "1.5", "inf", ..., with or without a leading "l". Fails: kBadOption.
  static Result<Norm> parse(std::string_view text);

  /// The exponent; infinite for linf.
  [[nodiscard]] constexpr double p() const { return p_; }
  /// The exponent q of the dual norm, with 1/p + 1/q = 1. Requires: p >= 1.
  [[nodiscard]] double dual_exponent() const;
  /// "l0", "l1", "l1.5", "l2", "linf". Records name their columns "radius_" + name().
  [[nodiscard]] std::string name() const;

  /// ||values||_p, for p = 0 the number of values other than 0.
  ///
  /// Error: that of plain double arithmetic; it is not rounded in a safe direction.
  [[nodiscard]] double of_vector(std::span<const double> values) const;

  friend constexpr bool operator==(Norm, Norm) = default;

 private:
  explicit constexpr Norm(double p) : p_(p) {}
  double p_;
};

/// The changes allowed to one feature: lo <= d <= hi. Always lo <= 0 <= hi, because a feature may be left alone.
struct Interval {
  double lo = -kInfinity;  ///< The largest decrease, as a number <= 0.
  double hi = kInfinity;   ///< The largest increase.
};

/// Features of which exactly one is 1 and the others are 0: the values of a category. A change of value is one move.
///
/// The move from value i to value j takes feature i from 1 to 0 and feature j from 0 to 1, and costs `cost`. It counts
/// as one entry of the norm, as that of a feature does; the features' own costs do not count. It is allowed if both
/// changes keep to the bounds of their feature: a value with max_increase 0 cannot be taken, one with max_decrease 0
/// cannot be left. No other change of these features is allowed.
struct Category {
  std::string name;                     ///< The column's name, for messages and threat files.
  std::vector<std::uint32_t> features;  ///< At least two, none twice. Shape: (values).
  double cost = 1;                      ///< What a change of value costs, > 0 and finite.

  friend bool operator==(const Category&, const Category&) = default;
};

/// The categories of a table with these columns, each of whose moves costs 1.
std::vector<Category> categories_of(const Columns& columns);

/// Costs and bounds, one entry per feature, and the categories. An empty vector means the default for all features.
///
/// Shape: each vector of numbers is empty or (dim).
/// Unit: bounds are in the features' own units, costs in price per such unit.
struct ThreatModel {
  std::vector<double> cost;          ///< What one unit of change costs, > 0 and finite. The default is 1.
  std::vector<double> lower;         ///< The smallest value that the changed input may take. The default is -inf.
  std::vector<double> upper;         ///< The largest value that the changed input may take. The default is +inf.
  std::vector<double> max_decrease;  ///< The largest decrease, >= 0; 0 if the feature may not shrink. Default inf.
  std::vector<double> max_increase;  ///< The largest increase, >= 0; 0 if the feature may not grow. Default inf.
  std::vector<Category> categories;  ///< No feature belongs to two of them.
  std::string price_unit;            ///< What a price counts, for readers. If empty: the features' own units.
  /// Whether inputs are whole numbers. Attacks then are too; radii do not use it, but count_whole_prices() rounds them.
  bool whole = false;

  /// The threat model that keeps every feature inside [lo, hi], as `--domain LO,HI`.
  ///
  /// Fails: kBadValue unless lo <= hi, lo < inf and hi > -inf.
  static Result<ThreatModel> domain(std::size_t dim, double lo, double hi);

  /// Words of a message may be added, and removed wherever they occur, at a price of 1 each: `--threat words`.
  static ThreatModel words(std::size_t dim);
  /// Words may only be added, the good-word attack (Lowd and Meek, CEAS 2005): `--threat added-words`.
  static ThreatModel added_words(std::size_t dim);

  /// Checks that the entries are what their comments ask for. The functions of Classifier call it.
  ///
  /// Fails: kBadShape for a vector that is neither empty nor dim long; kBadValue for NaN, a cost that is not finite and
  /// > 0, a negative largest change, lower = inf, upper = -inf, or lower > upper; kBadValue for a category with less
  /// than two features, a feature that does not exist or belongs to two, or a cost that is not finite and > 0.
  [[nodiscard]] Status validate(std::size_t dim) const;

  /// Whether there is no bound at all, which is the setting of the closed form.
  [[nodiscard]] bool unbounded() const;
  /// What one unit of change of this feature costs.
  [[nodiscard]] double cost_of(std::size_t feature) const;
  /// The changes allowed to a feature whose value is x, rounded outward, so that no real change is left out.
  ///
  /// If x lies outside its bounds, it may move the whole way back.
  [[nodiscard]] Interval interval_rounded_out(std::size_t feature, double x) const;
};

/// Reads a threat file: TOML with [default], [feature."name"] and [group.*] tables, as docs/threat-files.md says.
///
/// `categories` are those of the model or the data; they go into the threat model, with the costs of the file. A file
/// names one by its column's name, and each of its values by the name of its feature.
/// Shape: feature_names has one name per feature. If it is empty, features are named "0", "1", ...
/// Fails: kIo if the file cannot be read; kBadFormat for text that is not TOML and for tables, keys and types that are
/// not known; kBadValue for a number out of range; kBadOption for a feature that does not exist; kBadShape if
/// feature_names is neither empty nor dim long; kUnsupported for a file or a group that is too large; as
/// ThreatModel::validate for categories. Messages name the line.
Result<ThreatModel> read_threat_file(const std::string& path, std::span<const std::string> feature_names,
                                     std::size_t dim, std::span<const Category> categories = {});
/// The same from text; `name` stands for the path in messages. Fails: as read_threat_file, but never kIo.
Result<ThreatModel> parse_threat(std::string_view text, const std::string& name,
                                 std::span<const std::string> feature_names, std::size_t dim,
                                 std::span<const Category> categories = {});

}  // namespace standfast
