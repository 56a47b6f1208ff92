// What tables and charts have in common: the order of methods, radii in any norm, and where charts end.
#include <algorithm>
#include <cmath>
#include <limits>

#include "evaluation/certified_curve.hpp"
#include "lab/compare/compare.hpp"

namespace standfast::lab {
namespace {

constexpr double kEndShare = 0.95;  // of the rows: a single lucky one does not stretch a chart
constexpr std::size_t kSteps = 48;

/// 1 / p of the norm at this position.
double inverse_exponent(std::size_t norm_index) { return std::array{1.0, 0.5, 0.0}[norm_index]; }

}  // namespace

std::size_t native_norm(const MethodResult& method) {
  return static_cast<std::size_t>(std::ranges::find(kCompareNorms, method.norm) - kCompareNorms.begin());
}

std::vector<MethodLine> lines_of(const Comparison& comparison) {
  std::vector<MethodLine> lines;
  for (std::size_t n = 0; n < kCompareNorms.size(); ++n)
    for (const auto& job : comparison.jobs)
      for (const auto& method : job.methods)
        if (native_norm(method) == n) lines.push_back({&method, &job});
  return lines;
}

std::vector<double> radii_in(const MethodLine& line, std::size_t norm_index, bool& converted) {
  converted = line.method->radii[norm_index].empty();
  if (!converted) return line.method->radii[norm_index];
  const std::size_t native = native_norm(*line.method);
  std::vector<double> radii = line.method->radii[native];
  // for p < q of the target: ||d||_native <= dim^(1/native - 1/target) ||d||_target; otherwise no factor is lost
  const double exponent = std::max(inverse_exponent(native) - inverse_exponent(norm_index), 0.0);
  const double factor = std::pow(static_cast<double>(line.job->dim), -exponent);
  for (double& radius : radii) radius *= factor;
  return radii;
}

std::vector<double> compare_grid(const Comparison& comparison, std::size_t norm_index) {
  double end = 0;
  for (const auto& line : lines_of(comparison)) {
    if (native_norm(*line.method) != norm_index) continue;
    std::vector<double> radii;
    for (const double radius : line.method->radii[norm_index])
      if (std::isfinite(radius)) radii.push_back(radius);
    if (radii.empty()) continue;
    std::ranges::sort(radii);
    end = std::max(end, evaluation::quantile(radii, kEndShare));
  }
  std::vector<double> grid;
  if (end == 0) end = 1;
  for (std::size_t k = 0; k <= kSteps; ++k) grid.push_back(end * static_cast<double>(k) / kSteps);
  return grid;
}

std::array<double, 3> quoted_radii(const Comparison& comparison, std::size_t norm_index) {
  const double end = compare_grid(comparison, norm_index).back();
  std::array<double, 3> quoted = {end / 4, end / 2, end * 3 / 4};
  for (double& radius : quoted) {
    const double unit = std::pow(10, std::floor(std::log10(radius)) - 1);  // two digits are enough to quote
    radius = std::max(std::round(radius / unit), 1.0) * unit;
  }
  return quoted;
}

}  // namespace standfast::lab
