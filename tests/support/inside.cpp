#include "support/inside.hpp"

#include <algorithm>
#include <cmath>
#include <utility>

#include "support/attacks.hpp"

namespace standfast::support {
namespace {

constexpr int kRounds = 8;

std::vector<double> between(std::span<const double> a, std::span<const double> b, double share) {
  std::vector<double> result(a.size());
  for (std::size_t i = 0; i < a.size(); ++i) result[i] = share == 1 ? b[i] : a[i] + share * (b[i] - a[i]);
  return result;
}

std::vector<double> moved(const AttackProblem& problem, std::span<const double> change) {
  std::vector<double> point = problem.input();
  for (std::size_t i = 0; i < point.size(); ++i) point[i] = problem.clip(i, point[i] + change[i]);
  return point;
}

/// The share of the way from a to b with the lowest f, by golden sections.
double lowest_share(const AttackProblem& problem, std::span<const double> a, std::span<const double> b) {
  constexpr double kGolden = 0.6180339887498949;
  double lo = 0, hi = 1;
  for (int k = 0; k < 12; ++k) {
    const double left = hi - kGolden * (hi - lo), right = lo + kGolden * (hi - lo);
    const bool leftward =
        problem.reference().value(between(a, b, left)) < problem.reference().value(between(a, b, right));
    (leftward ? hi : lo) = leftward ? right : left;
  }
  return (lo + hi) / 2;
}

/// Follows the seeds, then descends; every point that it stops at is kept.
std::vector<std::vector<double>> descend(const AttackProblem& problem, double radius,
                                         std::span<const std::vector<double>> seeds) {
  std::vector<std::vector<double>> kept;
  const auto keep = [&](std::vector<double> point) {
    kept.push_back(pulled_inside(problem, std::move(point), radius));
  };
  for (const auto& seed : seeds) {
    const double price = problem.distance_upper(seed);
    if (price > 0 && std::isfinite(price)) {
      auto point = between(problem.input(), seed, radius / price);
      for (std::size_t i = 0; i < point.size(); ++i) point[i] = problem.clip(i, point[i]);
      keep(std::move(point));
    }
  }
  std::vector<double> at = problem.input();
  for (int k = 0; k < kRounds; ++k) {
    const auto gradient = problem.reference().gradient(at);
    const auto far = moved(problem, steepest_change(problem, gradient, radius));
    keep(far);
    at = between(at, far, k == 0 ? 1 : lowest_share(problem, at, far));
    if (k > 0) keep(at);
  }
  return kept;
}

}  // namespace

std::vector<double> pulled_inside(const AttackProblem& problem, std::vector<double> point, double radius) {
  for (std::size_t i = 0; i < point.size(); ++i) point[i] = problem.clip(i, point[i]);
  const auto start = point;
  for (double step = 1e-16; step < 1; step *= 4) {
    if (problem.distance_upper(point) < radius) return point;
    point = between(problem.input(), start, 1 - step);
    for (std::size_t i = 0; i < point.size(); ++i) point[i] = problem.clip(i, point[i]);
  }
  return problem.input();
}

std::vector<std::vector<double>> lowest_inside(const AttackProblem& problem, double radius,
                                               std::span<const std::vector<double>> seeds) {
  auto points = descend(problem, radius, seeds);
  std::vector<std::pair<double, std::size_t>> order;
  for (std::size_t k = 0; k < points.size(); ++k) order.emplace_back(problem.reference().value(points[k]), k);
  std::sort(order.begin(), order.end());
  std::vector<std::vector<double>> sorted;
  for (const auto& [value, k] : order) sorted.push_back(std::move(points[k]));
  return sorted;
}

std::optional<std::vector<double>> flip_inside(const AttackProblem& problem, double radius,
                                               std::span<const std::vector<double>> seeds) {
  std::vector<double> sizes{radius};
  if (std::isinf(radius)) sizes = {1e-3, 1, 1e3, 1e6, 1e30};
  for (const double size : sizes) {
    for (const auto& point : descend(problem, size, seeds)) {
      if (problem.inside(point) && problem.distance_upper(point) < radius && problem.reference().surely_other(point))
        return point;
    }
  }
  return std::nullopt;
}

}  // namespace standfast::support
