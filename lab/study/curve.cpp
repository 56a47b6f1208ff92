// Medians and shares by counting sorted radii. Radii of wrong verdicts are 0 and stay below every curve point and every
// median.
#include "lab/study/curve.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#include "evaluation/certified_curve.hpp"

namespace standfast::lab {
namespace {

constexpr double kNone = std::numeric_limits<double>::quiet_NaN();
constexpr double kEqualAccuracy = 0.01;  // a point: test splits of a few thousand inputs hardly tell less

/// Better by two standard errors: what guesses can be certified as far as one likes.
bool better_than_chance(const RecipeResult& result) {
  const double variance =
      0.25 / static_cast<double>(result.sensitive_count) + 0.25 / static_cast<double>(result.other_count);
  return mean_accuracy(result.protocols[0]) > 0.5 + std::sqrt(variance);  // twice that of the mean of both
}

}  // namespace

Norm study_norm(std::size_t n) { return std::array{Norm::l1(), Norm::l2(), Norm::linf()}[n]; }

double median_of(std::span<const double> radii) {
  std::vector<double> right;
  std::ranges::copy_if(radii, std::back_inserter(right), [](double radius) { return radius > 0; });
  if (right.empty()) return kNone;
  std::ranges::sort(right);
  return evaluation::quantile(right, 0.5);
}

double share_reaching(std::span<const double> radii, double r) {
  if (radii.empty()) return kNone;
  const auto count = std::ranges::count_if(radii, [r](double radius) { return radius > 0 && radius >= r; });
  return static_cast<double>(count) / static_cast<double>(radii.size());
}

std::vector<double> study_grid(double quoted_radius) {
  constexpr int kSteps = 48;
  std::vector<double> grid;
  for (int k = 0; k <= kSteps; ++k) grid.push_back(1.5 * quoted_radius * k / kSteps);
  return grid;
}

std::size_t common_inputs(const ProtocolMeasure& measure, std::size_t norm_index) {
  std::size_t count = measure.bounds[0][norm_index].radii.size();
  for (const auto& bound : measure.bounds) count = std::min(count, bound[norm_index].radii.size());
  return count;
}

double mean_accuracy(const ProtocolMeasure& measure) {
  return (measure.accuracy_sensitive + measure.accuracy_other) / 2;
}

std::vector<const RecipeResult*> results_of(const Study& study, std::string_view data) {
  std::vector<const RecipeResult*> found;
  for (const auto& result : study.results)
    if (result.data == data) found.push_back(&result);
  return found;
}

const RecipeResult* best_of(std::span<const RecipeResult* const> results, std::size_t norm_index, bool ours,
                            const RecipeResult* rival) {
  const RecipeResult* best = nullptr;
  const auto median = [norm_index](const RecipeResult& result) {
    return median_of(result.protocols[0].bounds[kOnePass][norm_index].radii);
  };
  for (const auto* result : results) {
    if (result->ours != ours || !(median(*result) > 0) || !better_than_chance(*result)) continue;
    if (rival != nullptr && mean_accuracy(result->protocols[0]) < mean_accuracy(rival->protocols[0]) - kEqualAccuracy)
      continue;
    if (best == nullptr || median(*result) > median(*best)) best = result;
  }
  return best;
}

}  // namespace standfast::lab
