// A function is followed by equal steps of its value: between two knots it is a chord. So a logarithm has its knots on
// a geometric grid, and a rank at quantiles of the distinct values. Beyond the outermost knots the last chord goes on.
#include "trainer/knots.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <numeric>

#include "minorant/minorant.hpp"

namespace standfast::trainer {
namespace {

constexpr std::size_t kKnots = minorant::kMostKinks;
// The fourth moment over the squared second: 1.8 for a uniform column, 3 for a Gaussian, 9 for an exponential one.
constexpr double kHeavyTail = 6;
// log(1 + c |x|) starts to bend at 1 / c: among the smallest values that are not 0, a tenth of which lies below.
constexpr double kBendsAt = 0.1;
// Float32 slopes whose products with scales stay far from overflow.
constexpr double kFlattest = 1e-30, kSteepest = 1e30;

/// Places and the function's values there, the places rising.
struct Chords {
  std::vector<double> place, value;
};

std::vector<float> sorted_column(const Dataset& data, std::span<const std::size_t> rows, std::size_t column) {
  std::vector<float> values;
  values.reserve(rows.size());
  for (const std::size_t row : rows) values.push_back(data.row(row)[column]);
  std::ranges::sort(values);
  return values;
}

double kurtosis(std::span<const float> values) {
  const auto count = static_cast<double>(values.size());
  const double mean = std::accumulate(values.begin(), values.end(), 0.0) / count;
  double second = 0, fourth = 0;
  for (const double value : values) {
    const double square = (value - mean) * (value - mean);
    second += square;
    fourth += square * square;
  }
  return second > 0 ? fourth / second * count / second : 0;
}

/// c of log(1 + c |x|). Requires: a value that is not 0.
double bend_of(std::span<const float> sorted) {
  std::vector<float> sizes;
  for (const float value : sorted)
    if (value != 0) sizes.push_back(std::abs(value));
  const auto at = static_cast<std::ptrdiff_t>(kBendsAt * static_cast<double>(sizes.size()));
  std::ranges::nth_element(sizes, sizes.begin() + at);
  return 1 / static_cast<double>(sizes[static_cast<std::size_t>(at)]);
}

/// log(1 + c |x|) with the sign of x, by half of the knots on either side of 0 or by all on one.
Chords log_chords(std::span<const float> sorted) {
  const double c = bend_of(sorted), lowest = sorted.front(), highest = sorted.back();
  const bool both = lowest < 0 && highest > 0;
  const std::size_t steps = both ? kKnots / 2 : kKnots - 1;
  const double top = std::log1p(c * std::max(std::abs(lowest), std::abs(highest)));
  Chords chords;
  const auto add = [&](double sign, std::size_t k) {
    const double value = top * static_cast<double>(k) / static_cast<double>(steps);
    chords.place.push_back(sign * std::expm1(value) / c);
    chords.value.push_back(sign * value);
  };
  if (lowest < 0)
    for (std::size_t k = steps; k > 0; --k) add(-1, k);
  if (!both) add(1, 0);
  if (highest > 0)
    for (std::size_t k = 1; k <= steps; ++k) add(1, k);
  return chords;
}

Chords rank_chords(std::span<const float> sorted) {
  std::vector<float> distinct(sorted.begin(), sorted.end());
  distinct.erase(std::unique(distinct.begin(), distinct.end()), distinct.end());
  const std::size_t count = std::min(kKnots, distinct.size());
  Chords chords;
  for (std::size_t k = 0; k < count; ++k) {
    const std::size_t at = count > 1 ? k * (distinct.size() - 1) / (count - 1) : 0;
    chords.place.push_back(distinct[at]);
    chords.value.push_back(static_cast<double>(at));
  }
  return chords;
}

/// Knots and slopes of the chords, the last ones repeated. Places that are one in float32 are one knot.
void write_column(const Chords& chords, std::span<float> knots, std::span<float> slopes) {
  std::size_t count = 0;
  double value = 0;
  for (std::size_t k = 0; k < chords.place.size(); ++k) {
    const auto place = static_cast<float>(chords.place[k]);
    if (count > 0 && !(place > knots[count - 1])) continue;
    if (count > 0) {
      const double slope = (chords.value[k] - value) / (static_cast<double>(place) - knots[count - 1]);
      slopes[count] = static_cast<float>(std::clamp(slope, kFlattest, kSteepest));
    }
    knots[count++] = place;
    value = chords.value[k];
  }
  std::fill(knots.begin() + static_cast<std::ptrdiff_t>(count), knots.end(), knots[count - 1]);
  const auto inner = slopes.subspan(1, count - 1);
  const float outer = inner.empty() ? 1.0F : *std::ranges::min_element(inner);
  slopes[0] = outer;
  std::fill(slopes.begin() + static_cast<std::ptrdiff_t>(count), slopes.end(), outer);
}

ColumnMap map_of_column(std::span<const float> sorted, InputMap map) {
  const auto other = std::ranges::upper_bound(sorted, sorted.front());
  if (other == sorted.end() || *other == sorted.back()) return ColumnMap::kTwo;
  if (map == InputMap::kRank) return ColumnMap::kRank;
  if (map == InputMap::kLog || kurtosis(sorted) > kHeavyTail) return ColumnMap::kLog;
  return ColumnMap::kStandard;
}

}  // namespace

std::string_view column_map_name(ColumnMap map) {
  constexpr std::array<std::string_view, 4> kNames = {"standard", "two values", "log", "rank"};
  return kNames[static_cast<std::size_t>(map)];
}

KnotsChoice choose_knots(const Dataset& data, std::span<const std::size_t> rows, InputMap map) {
  const std::size_t dim = data.dim();
  const auto columns = static_cast<std::int64_t>(dim), knots = static_cast<std::int64_t>(kKnots);
  KnotsChoice choice;
  choice.step.kind = model::MapKind::kKnots;
  choice.step.values = {{columns, knots}, std::vector<float>(dim * kKnots)};
  choice.step.slopes = {{columns, knots + 1}, std::vector<float>(dim * (kKnots + 1), 1.0F)};
  for (std::size_t i = 0; i < dim; ++i) {
    const std::vector<float> sorted = sorted_column(data, rows, i);
    const ColumnMap kind = map_of_column(sorted, map);
    choice.columns.push_back(kind);
    choice.spread.push_back(sorted.back() - sorted.front());
    const Chords line{{static_cast<double>(sorted.front())}, {0}};
    write_column(kind == ColumnMap::kLog    ? log_chords(sorted)
                 : kind == ColumnMap::kRank ? rank_chords(sorted)
                                            : line,
                 std::span(choice.step.values.values).subspan(i * kKnots, kKnots),
                 std::span(choice.step.slopes.values).subspan(i * (kKnots + 1), kKnots + 1));
  }
  return choice;
}

}  // namespace standfast::trainer
