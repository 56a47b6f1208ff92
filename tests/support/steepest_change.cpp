#include <algorithm>
#include <cmath>
#include <numeric>

#include "support/attacks.hpp"

namespace standfast::support {
namespace {

/// How far feature i may go against the sign of its derivative.
double room(const AttackProblem& problem, std::size_t i, double derivative) {
  const double end = derivative > 0 ? problem.lower(i) : problem.upper(i);
  return std::fabs(end - problem.input()[i]);
}

std::vector<double> steepest_l1(const AttackProblem& problem, std::span<const double> gradient, double radius) {
  std::vector<std::size_t> order(gradient.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  const auto gain = [&](std::size_t i) { return std::fabs(gradient[i]) / problem.cost(i); };
  std::stable_sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) { return gain(a) > gain(b); });
  std::vector<double> change(gradient.size(), 0.0);
  for (const auto i : order) {
    const double step = std::min(radius / problem.cost(i), room(problem, i, gradient[i]));
    change[i] = gradient[i] > 0 ? -step : step;
    radius -= step * problem.cost(i);
    if (radius <= 0) break;
  }
  return change;
}

/// |d_i| that the multiplier tau allows: the stationary point of tau g d - (cost d)^p / p, cut at the bounds.
std::vector<double> stationary(const AttackProblem& problem, std::span<const double> gradient, double p, double tau) {
  std::vector<double> change(gradient.size(), 0.0);
  for (std::size_t i = 0; i < gradient.size(); ++i) {
    if (gradient[i] == 0) continue;
    const double size = std::isinf(p)
                            ? tau / problem.cost(i)
                            : std::pow(tau * std::fabs(gradient[i]) / problem.cost(i), 1 / (p - 1)) / problem.cost(i);
    const double step = std::min(size, room(problem, i, gradient[i]));
    change[i] = gradient[i] > 0 ? -step : step;
  }
  return change;
}

double price(const AttackProblem& problem, std::vector<double> change) {
  for (std::size_t i = 0; i < change.size(); ++i) change[i] *= problem.cost(i);
  return problem.norm().of_vector(change);
}

}  // namespace

std::vector<double> steepest_change(const AttackProblem& problem, std::span<const double> gradient, double radius) {
  const double p = problem.norm().p();
  if (p <= 1) return steepest_l1(problem, gradient, radius);
  if (std::isinf(p)) return stationary(problem, gradient, p, radius);
  // divided by the largest slope, so that no scale of weights or costs leaves the range of the search
  double steepest = 0;
  for (std::size_t i = 0; i < gradient.size(); ++i)
    steepest = std::max(steepest, std::fabs(gradient[i]) / problem.cost(i));
  if (!(steepest > 0) || std::isinf(steepest)) return std::vector<double>(gradient.size(), 0.0);
  std::vector<double> slope(gradient.begin(), gradient.end());
  for (auto& g : slope) g /= steepest;
  double hi = std::pow(radius / static_cast<double>(gradient.size()), p - 1);
  for (int k = 0; k < 20 && price(problem, stationary(problem, slope, p, hi)) < radius; ++k) hi *= 1e3;
  double lo = hi / 1e3;
  for (int k = 0; k < 60; ++k) {
    const double middle = std::sqrt(lo) * std::sqrt(hi);
    (price(problem, stationary(problem, slope, p, middle)) < radius ? lo : hi) = middle;
  }
  return stationary(problem, slope, p, lo);
}

}  // namespace standfast::support
