// Costs and bounds of each feature, and the interval of changes (C26) that they leave to one input.
// The subtraction's rounding error is taken from Knuth's TwoSum, so that the interval grows only if rounding has
// narrowed it. Takes for granted that the processor rounds to nearest.
#include <algorithm>
#include <cmath>
#include <utility>

#include <fmt/format.h>

#include "base/try.hpp"
#include "files/message.hpp"
#include "standfast/threat.hpp"

namespace standfast {

std::vector<Category> categories_of(const Columns& columns) {
  std::vector<Category> categories;
  for (CategoryColumn& column : category_columns(columns))
    categories.push_back({std::move(column.name), std::move(column.features)});
  return categories;
}
namespace {

double entry_or(const std::vector<double>& values, std::size_t feature, double otherwise) {
  return values.empty() ? otherwise : values[feature];
}

// fl(a - b) and the exact remainder; NaN if a step overflowed.
struct Difference {
  double value;
  double remainder;
};

Difference exact_difference(double a, double b) {
  const double value = a - b;
  const double b_part = value - a;
  const double a_part = value - b_part;
  return {value, (a - a_part) + (-b - b_part)};
}

double difference_rounded_down(double a, double b) {
  const auto [value, remainder] = exact_difference(a, b);
  return remainder >= 0 ? value : std::nextafter(value, -kInfinity);
}

double difference_rounded_up(double a, double b) {
  const auto [value, remainder] = exact_difference(a, b);
  return remainder <= 0 ? value : std::nextafter(value, kInfinity);
}

Status check_length(const char* field, const std::vector<double>& values, std::size_t dim) {
  if (values.empty() || values.size() == dim) return {};
  return Error{ErrorCode::kBadShape,
               fmt::format("threat model: {} has {} entries, expected {}", field, values.size(), dim)};
}

template <class Predicate>
Status check_entries(const char* field, const std::vector<double>& values, const char* expected, Predicate allowed) {
  const auto bad = std::find_if_not(values.begin(), values.end(), allowed);
  if (bad == values.end()) return {};
  return Error{ErrorCode::kBadValue, fmt::format("threat model: {} of feature {} is {}, expected {}", field,
                                                 bad - values.begin(), *bad, expected)};
}

Status check_category(const Category& category, std::size_t dim, std::vector<bool>& taken) {
  const auto error = [&](const std::string& what) {
    return Error{ErrorCode::kBadValue,
                 fmt::format("threat model: category {} {}", files::quote_for_message(category.name), what)};
  };
  if (category.features.size() < 2) {
    return error(fmt::format("has {} features, expected at least 2", category.features.size()));
  }
  if (!(category.cost > 0) || !std::isfinite(category.cost)) {
    return error(fmt::format("has the cost {}, expected a finite number > 0", category.cost));
  }
  for (const std::uint32_t feature : category.features) {
    if (feature >= dim) return error(fmt::format("has the feature {}, expected one of {}", feature, dim));
    if (taken[feature]) {
      return error(fmt::format("has the feature {} a second time, expected it once in one category", feature));
    }
    taken[feature] = true;
  }
  return {};
}

Status check_categories(const std::vector<Category>& categories, std::size_t dim) {
  std::vector<bool> taken(categories.empty() ? 0 : dim);
  for (const Category& category : categories) STANDFAST_CHECK(check_category(category, dim, taken));
  return {};
}

bool none_below_infinity(const std::vector<double>& values) {
  return std::all_of(values.begin(), values.end(), [](double value) { return value == kInfinity; });
}

}  // namespace

Result<ThreatModel> ThreatModel::domain(std::size_t dim, double lo, double hi) {
  if (!(lo <= hi) || lo == kInfinity || hi == -kInfinity) {
    return Error{ErrorCode::kBadValue,
                 fmt::format("domain: bounds are {} and {}, expected a lower bound that is at most the upper", lo, hi)};
  }
  ThreatModel threat;
  threat.lower.assign(dim, lo);
  threat.upper.assign(dim, hi);
  return threat;
}

ThreatModel ThreatModel::words(std::size_t dim) {
  ThreatModel model;
  model.lower.assign(dim, 0.0);
  model.upper.assign(dim, 1.0);
  model.price_unit = "words";
  model.whole = true;
  return model;
}

ThreatModel ThreatModel::added_words(std::size_t dim) {
  ThreatModel model = words(dim);
  model.max_decrease.assign(dim, 0.0);
  model.price_unit = "added words";
  return model;
}

Status ThreatModel::validate(std::size_t dim) const {
  STANDFAST_CHECK(check_length("cost", cost, dim));
  STANDFAST_CHECK(check_length("lower", lower, dim));
  STANDFAST_CHECK(check_length("upper", upper, dim));
  STANDFAST_CHECK(check_length("max_decrease", max_decrease, dim));
  STANDFAST_CHECK(check_length("max_increase", max_increase, dim));
  STANDFAST_CHECK(check_entries("cost", cost, "a finite number > 0",
                                [](double value) { return value > 0 && std::isfinite(value); }));
  STANDFAST_CHECK(check_entries("lower", lower, "a number or -inf", [](double value) { return value < kInfinity; }));
  STANDFAST_CHECK(check_entries("upper", upper, "a number or inf", [](double value) { return value > -kInfinity; }));
  const auto not_negative = [](double value) { return value >= 0; };
  STANDFAST_CHECK(check_entries("max_decrease", max_decrease, "a number >= 0 or inf", not_negative));
  STANDFAST_CHECK(check_entries("max_increase", max_increase, "a number >= 0 or inf", not_negative));
  for (std::size_t i = 0; i < std::min(lower.size(), upper.size()); ++i) {
    if (lower[i] <= upper[i]) continue;
    return Error{ErrorCode::kBadValue,
                 fmt::format("threat model: feature {} has lower {} and upper {}, expected lower <= upper", i, lower[i],
                             upper[i])};
  }
  return check_categories(categories, dim);
}

bool ThreatModel::unbounded() const {
  const bool no_lower = std::all_of(lower.begin(), lower.end(), [](double value) { return value == -kInfinity; });
  return no_lower && none_below_infinity(upper) && none_below_infinity(max_decrease) &&
         none_below_infinity(max_increase);
}

double ThreatModel::cost_of(std::size_t feature) const { return entry_or(cost, feature, 1); }

Interval ThreatModel::interval_rounded_out(std::size_t feature, double x) const {
  const double to_lower = difference_rounded_down(entry_or(lower, feature, -kInfinity), x);
  const double to_upper = difference_rounded_up(entry_or(upper, feature, kInfinity), x);
  const double lo = std::max(to_lower, -entry_or(max_decrease, feature, kInfinity));
  const double hi = std::min(to_upper, entry_or(max_increase, feature, kInfinity));
  // Leaving the feature alone is always possible, also if x lies outside its bounds; + 0.0 turns -0.0 into 0.
  return {std::min(lo, 0.0) + 0.0, std::max(hi, 0.0) + 0.0};
}

}  // namespace standfast
