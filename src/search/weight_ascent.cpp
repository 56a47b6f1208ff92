// Damped Newton steps on the dual function (C22), whose minima are softened by a temperature that falls step by step. A
// logarithmic barrier keeps weights above 0. For norm inf the sum of the weights is fixed, by one more right-hand side.
// The matrix has one row per minorant, so that a sweep over the features costs more than its Cholesky factor. Taken for
// granted: all weights are positive at the start.
#include "search/weight_ascent.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <span>

#include "kernels/sweeps.hpp"

namespace standfast::search {
namespace {

double dot(std::span<const double> a, std::span<const double> b) {
  return kernels::sweeps().dot(a.size(), a.data(), b.data());
}

/// In place: matrix <- its Cholesky factor, both right-hand sides <- solutions. False if it is not positive
/// definite.
bool cholesky_solve(std::size_t n, std::vector<double>& matrix, std::vector<double>& a, std::vector<double>& b) {
  for (std::size_t j = 0; j < n; ++j) {
    double pivot = matrix[j * n + j];
    for (std::size_t k = 0; k < j; ++k) pivot -= matrix[j * n + k] * matrix[j * n + k];
    if (!(pivot > 0)) return false;
    const double root = std::sqrt(pivot);
    matrix[j * n + j] = root;
    for (std::size_t i = j + 1; i < n; ++i) {
      double sum = matrix[i * n + j];
      for (std::size_t k = 0; k < j; ++k) sum -= matrix[i * n + k] * matrix[j * n + k];
      matrix[i * n + j] = sum / root;
    }
  }
  for (auto* rhs : {&a, &b}) {
    for (std::size_t i = 0; i < n; ++i) {
      for (std::size_t k = 0; k < i; ++k) (*rhs)[i] -= matrix[i * n + k] * (*rhs)[k];
      (*rhs)[i] /= matrix[i * n + i];
    }
    for (std::size_t i = n; i-- > 0;) {
      for (std::size_t k = i + 1; k < n; ++k) (*rhs)[i] -= matrix[k * n + i] * (*rhs)[k];
      (*rhs)[i] /= matrix[i * n + i];
    }
  }
  return true;
}

}  // namespace

double WeightAscent::value_of_minorant(const MinorantSet& minorants, std::size_t j) const {
  const PricedMinorant& minorant = minorants[j];
  return minorant.margin + dot(minorant.coefficient, response_.change) + dot(minorant.bend, response_.bend_change);
}

void WeightAscent::evaluate_at(const MinorantSet& minorants, const std::vector<double>& alpha,
                               const ResponseRules& rules, double barrier) {
  const double margin = minorants.sum_weighted(alpha, coefficient_, bend_);
  find_response(minorants, coefficient_, bend_, rules, response_);
  best_ = margin + response_.best;
  value_ = margin + response_.value;
  for (const double a : alpha) value_ += barrier * std::log(a);
}

/// The values at the moving features, side by side.
std::span<const double> WeightAscent::pack_moving(std::span<const double> values, std::vector<double>& out) const {
  const std::size_t moves = response_.moves;
  if (values.empty() || moves == values.size()) return values;
  out.resize(moves);
  for (std::size_t s = 0; s < moves; ++s) out[s] = values[response_.moving[s]];
  return out;
}

/// matrix_ <- -F'' at the last response.
void WeightAscent::fill_curvature(const MinorantSet& minorants) {
  if (minorants.kinks() > 1) return fill_several_kinks_curvature(minorants);
  const std::size_t n = minorants.size();
  const kernels::Curves curves{response_.moves, response_.curve_dd.data(),
                               minorants.has_bends() ? response_.curve_df.data() : nullptr, response_.curve_ff.data()};
  packed_coefficient_.resize(n);
  packed_bend_.resize(n);
  std::vector<std::span<const double>> coefficient(n), bend(n);
  for (std::size_t j = 0; j < n; ++j) {
    coefficient[j] = pack_moving(minorants[j].coefficient, packed_coefficient_[j]);
    bend[j] = pack_moving(minorants[j].bend, packed_bend_[j]);
  }
  const auto curvature_dot = kernels::sweeps().curvature_dot;
  matrix_.resize(n * n);
  for (std::size_t j = 0; j < n; ++j) {
    for (std::size_t k = 0; k <= j; ++k) {
      matrix_[j * n + k] = matrix_[k * n + j] =
          curvature_dot(curves, coefficient[j].data(), bend[j].data(), coefficient[k].data(), bend[k].data());
    }
  }
}

/// The same where each term of the response has a direction of its own.
void WeightAscent::fill_several_kinks_curvature(const MinorantSet& minorants) {
  const std::size_t n = minorants.size(), kinks = minorants.kinks(), terms = response_.moves;
  packed_coefficient_.resize(n);
  for (std::size_t j = 0; j < n; ++j) {
    packed_coefficient_[j].resize(terms);
    for (std::size_t s = 0; s < terms; ++s) {
      const std::size_t i = response_.moving[s];
      const double* const direction = response_.direction.data() + s * (1 + kinks);
      double sum = minorants[j].coefficient[i] * direction[0];
      for (std::size_t k = 0; k < kinks; ++k) sum += minorants[j].bend[i * kinks + k] * direction[1 + k];
      packed_coefficient_[j][s] = sum;
    }
  }
  matrix_.resize(n * n);
  for (std::size_t j = 0; j < n; ++j) {
    for (std::size_t k = 0; k <= j; ++k) {
      double sum = 0;
      for (std::size_t s = 0; s < terms; ++s) {
        sum += response_.curve_dd[s] * packed_coefficient_[j][s] * packed_coefficient_[k][s];
      }
      matrix_[j * n + k] = matrix_[k * n + j] = sum;
    }
  }
}

/// direction_ <- the Newton step, which keeps the sum of the weights if that is fixed.
bool WeightAscent::solve_newton_step(bool fixed_sum) {
  const std::size_t n = gradient_.size();
  direction_ = gradient_;
  ones_.assign(n, 1.0);
  if (!cholesky_solve(n, matrix_, direction_, ones_)) return false;
  if (!fixed_sum) return true;
  double up = 0, down = 0;
  for (std::size_t j = 0; j < n; ++j) {
    up += direction_[j];
    down += ones_[j];
  }
  for (std::size_t j = 0; j < n; ++j) direction_[j] -= up / down * ones_[j];
  return true;
}

/// One damped Newton step from the last evaluation; false if nothing more is to be gained.
bool WeightAscent::take_newton_step(const MinorantSet& minorants, const ResponseRules& rules, double barrier,
                                    double enough, std::vector<double>& alpha) {
  const std::size_t n = minorants.size();
  gradient_.resize(n);
  for (std::size_t j = 0; j < n; ++j) gradient_[j] = value_of_minorant(minorants, j) + barrier / alpha[j];
  fill_curvature(minorants);
  double largest = 0;
  for (std::size_t j = 0; j < n; ++j) {
    matrix_[j * n + j] += barrier / (alpha[j] * alpha[j]);
    largest = std::max(largest, matrix_[j * n + j]);
  }
  for (std::size_t j = 0; j < n; ++j) matrix_[j * n + j] += 1e-12 * largest;  // equal minorants make it singular
  if (!solve_newton_step(rules.norm == Norm::linf())) return false;

  double gain = 0;
  for (std::size_t j = 0; j < n; ++j) gain += direction_[j] * gradient_[j];
  if (!(gain > enough)) return false;
  // if nothing curves, Newton's step has no scale of its own: it may grow a weight by ten times their sum. A weight
  // falls by 95 % at most, so that the barrier stays finite
  const double total = std::accumulate(alpha.begin(), alpha.end(), 0.0);
  double longest = 1;
  for (std::size_t j = 0; j < n; ++j) {
    if (direction_[j] > 0) longest = std::min(longest, 10 * total / direction_[j]);
    if (direction_[j] < 0) longest = std::min(longest, -0.95 * alpha[j] / direction_[j]);
  }
  trial_.resize(n);
  const double before = value_;
  for (double share = longest; share > 1e-4 * longest; share *= 0.4) {
    for (std::size_t j = 0; j < n; ++j) trial_[j] = alpha[j] + share * direction_[j];
    evaluate_at(minorants, trial_, rules, barrier);
    // Armijo's rule: a tenth of what the gradient promises
    if (value_ >= before + 0.1 * share * gain) {
      alpha.swap(trial_);
      return true;
    }
  }
  evaluate_at(minorants, alpha, rules, barrier);
  return false;
}

void WeightAscent::maximise_dual(const MinorantSet& minorants, Norm norm, double price_limit, double scale,
                                 const AscentSchedule& schedule, std::vector<double>& alpha) {
  coefficient_.resize(minorants.dim());
  bend_.resize(minorants.offset().size());
  for (double relative = schedule.first; relative >= schedule.last * 0.999; relative *= schedule.factor) {
    const ResponseRules rules{norm, price_limit, relative * scale};
    // falls with the temperature: a strong barrier keeps weights that should vanish, a weak one slows Newton's method
    const double barrier = 0.3 * rules.temperature;
    evaluate_at(minorants, alpha, rules, barrier);
    for (int k = 0; k < schedule.steps; ++k) {
      if (!take_newton_step(minorants, rules, barrier, schedule.enough * scale, alpha)) break;
    }
  }
}

}  // namespace standfast::search
