// Certified accuracy as in the literature on randomised and deterministic certificates: the share of inputs that are
// judged right and whose radius reaches the one asked for. Infinite radii sort last and reach every radius.
#include "evaluation/certified_curve.hpp"

#include <algorithm>
#include <array>
#include <cassert>
#include <cmath>
#include <functional>
#include <iterator>
#include <limits>
#include <utility>

namespace standfast::evaluation {
namespace {

constexpr std::array kShares = {0.10, 0.25, 0.50, 0.75, 0.90};
constexpr std::size_t kExtremes = 10;  // as many as a reader looks at

std::vector<double> right_radii(std::span<const SensitiveInput> inputs) {
  std::vector<double> radii;
  for (const auto& input : inputs) {
    if (input.right) radii.push_back(input.radius);
  }
  std::sort(radii.begin(), radii.end());
  return radii;
}

// At radius 0 an input whose radius could not be confirmed (0) does not count; with norm 0, radius 0 means that no
// feature is changed, and every right verdict stands.
double share_at(double radius, std::span<const double> ascending, bool counts, std::size_t total) {
  if (total == 0) return std::nan("");
  const bool strict = radius == 0 && !counts;
  const auto first = strict ? std::upper_bound(ascending.begin(), ascending.end(), 0.0)
                            : std::lower_bound(ascending.begin(), ascending.end(), radius);
  return static_cast<double>(ascending.end() - first) / static_cast<double>(total);
}

// Rows of right verdicts in the order given; equal radii in the order of the data, so that the list has one form.
template <class Order>
std::vector<std::size_t> extreme_rows(std::span<const SensitiveInput> inputs, Order order) {
  std::vector<SensitiveInput> right;
  std::copy_if(inputs.begin(), inputs.end(), std::back_inserter(right), [](const auto& input) { return input.right; });
  const auto last = right.begin() + static_cast<std::ptrdiff_t>(std::min(kExtremes, right.size()));
  std::partial_sort(right.begin(), last, right.end(), [&](const auto& a, const auto& b) {
    return a.radius == b.radius ? a.row < b.row : order(a.radius, b.radius);
  });
  std::vector<std::size_t> rows;
  std::transform(right.begin(), last, std::back_inserter(rows), [](const auto& input) { return input.row; });
  return rows;
}

/// A step of digits * 10^exponent: kept apart, so that k steps are one rounded quotient and print as 0.3, not
/// 0.30000000000000004.
struct Step {
  double digits = 1;
  int exponent = 0;

  [[nodiscard]] double times(std::size_t k) const {
    const double multiple = static_cast<double>(k) * digits;
    return exponent < 0 ? multiple / std::pow(10.0, -exponent) : multiple * std::pow(10.0, exponent);
  }
};

// The smallest nice step that is not below `least`.
Step nice_step(double least, bool whole) {
  int exponent = static_cast<int>(std::floor(std::log10(least))) - 1;  // - 1: 2.5 is written 25 * 10^(e-1)
  if (whole) exponent = std::max(exponent, 0);
  for (;; ++exponent) {
    for (const double digits : {1.0, 2.0, 5.0, 10.0, 20.0, 25.0, 50.0}) {
      const Step step{digits, exponent};
      if (step.times(1) >= least) return step;
    }
  }
}

}  // namespace

double quantile(std::span<const double> ascending, double share) {
  assert(!ascending.empty() && "an empty list has no quantile");
  const auto count = static_cast<double>(ascending.size());
  // The slack takes back the rounding of share * count: 0.1 * 30 is 3, though 0.1 lies above a tenth.
  const double rank = std::ceil(share * count * (1 - 4 * std::numeric_limits<double>::epsilon()));
  const auto index = static_cast<std::size_t>(std::clamp(rank, 1.0, count)) - 1;
  return ascending[index];
}

}  // namespace standfast::evaluation

namespace standfast {

double median(std::span<const double> values) {
  std::vector<double> ascending(values.begin(), values.end());
  std::ranges::sort(ascending);
  return evaluation::quantile(ascending, 0.5);
}

}  // namespace standfast

namespace standfast::evaluation {

std::vector<double> radius_grid(bool whole, std::span<const SensitiveInput> inputs, std::size_t max_points) {
  assert(max_points >= 2 && "a grid has two ends");
  auto radii = right_radii(inputs);
  radii.erase(std::lower_bound(radii.begin(), radii.end(), kInfinity), radii.end());
  const double last = radii.empty() ? 0 : quantile(radii, 0.95);
  if (last <= 0) return {0, 1};
  const double least_step = last / static_cast<double>(max_points - 1);
  std::vector<double> grid = {0};
  constexpr double kSmallest = 1e-250;  // powers of ten beyond this and its inverse leave the range of double
  if (least_step < kSmallest || least_step > 1 / kSmallest) {
    for (std::size_t k = 1; k < max_points; ++k) grid.push_back(static_cast<double>(k) * least_step);
    return grid;
  }
  const Step step = nice_step(least_step, whole);
  for (std::size_t k = 1; k < max_points && grid.back() < last; ++k) grid.push_back(step.times(k));
  return grid;
}

std::vector<double> accuracy_on(Norm norm, std::span<const SensitiveInput> inputs, std::span<const double> grid) {
  const auto radii = right_radii(inputs);
  std::vector<double> accuracy;
  for (const double radius : grid) {
    accuracy.push_back(share_at(radius, radii, norm == Norm::l0(), inputs.size()));
  }
  return accuracy;
}

std::vector<Evaluation::CertifiedCurve::Quantile> radius_quantiles(std::span<const SensitiveInput> inputs) {
  const auto radii = right_radii(inputs);
  std::vector<Evaluation::CertifiedCurve::Quantile> quantiles;
  for (const double share : kShares) {
    if (!radii.empty()) quantiles.push_back({share, quantile(radii, share)});
  }
  return quantiles;
}

Evaluation::CertifiedCurve certified_curve(Norm norm, std::span<const SensitiveInput> inputs,
                                           std::vector<double> grid) {
  Evaluation::CertifiedCurve curve;
  curve.norm = norm;
  curve.accuracy = accuracy_on(norm, inputs, grid);
  curve.radii = std::move(grid);
  curve.quantiles = radius_quantiles(inputs);
  curve.infinite_share = share_at(kInfinity, right_radii(inputs), false, inputs.size());
  curve.most_robust = extreme_rows(inputs, std::greater<>{});
  curve.least_robust = extreme_rows(inputs, std::less<>{});
  return curve;
}

}  // namespace standfast::evaluation
