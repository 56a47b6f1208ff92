// The active-set method of Lawson and Hanson (Solving Least Squares Problems, 1974, chapter 23) on the columns (q_i,
// s): the column with the steepest gradient joins, columns whose weight would fall below 0 leave. A thin QR
// factorisation follows each change: Gram-Schmidt, done twice, to add a column, and Givens rotations to drop one.
// Nothing here is trusted: its answers are checked in exact integers.
#include "lab/hulls/nearest_combination.hpp"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <span>

namespace standfast::lab {
namespace {

using Column = std::vector<double>;

// what is left of the target loses as many digits as it is shorter than the target: below this it is rounding
constexpr double kZeroShare = 1e-8;
// a normal whose points lie at less than this share of the distance is good enough, and takes half of the steps
constexpr double kSlack = 0.1;
// a column with less than this share of its length left depends on the others: below it there is only rounding
constexpr double kDependent = 1e-12;

double inner(std::span<const double> x, std::span<const double> y) {
  double sum = 0;
  for (std::size_t i = 0; i < x.size(); ++i) sum += x[i] * y[i];
  return sum;
}

void subtract(double scale, std::span<const double> x, std::span<double> y) {
  for (std::size_t i = 0; i < x.size(); ++i) y[i] -= scale * x[i];
}

/// Independent columns A = Q R, one more or one less at a time.
class ActiveColumns {
 public:
  /// False, and nothing happens, if the column depends on the others.
  bool append(Column column) {
    const double length = std::sqrt(inner(column, column));
    Column above(q_.size() + 1, 0.0);
    for (int round = 0; round < 2; ++round)  // twice is enough
      for (std::size_t i = 0; i < q_.size(); ++i) {
        const double part = inner(q_[i], column);
        above[i] += part;
        subtract(part, q_[i], column);
      }
    const double rest = std::sqrt(inner(column, column));
    if (!(rest > kDependent * length)) return false;
    for (double& value : column) value /= rest;
    above.back() = rest;
    q_.push_back(std::move(column));
    r_.push_back(std::move(above));
    return true;
  }

  void erase(std::size_t gone) {
    r_.erase(r_.begin() + static_cast<std::ptrdiff_t>(gone));
    for (std::size_t i = gone; i < r_.size(); ++i) restore_diagonal(i);
    q_.pop_back();
  }

  /// y with A y nearest to the target.
  [[nodiscard]] Column solve(std::span<const double> target) const {
    Column y;
    for (const auto& q : q_) y.push_back(inner(q, target));
    for (std::size_t i = y.size(); i-- > 0;) {
      y[i] /= r_[i][i];
      for (std::size_t row = 0; row < i; ++row) y[row] -= r_[i][row] * y[i];
    }
    return y;
  }

  /// What no combination of the columns reaches of the target.
  [[nodiscard]] Column residual(Column target) const {
    for (int round = 0; round < 2; ++round)
      for (const auto& q : q_) subtract(inner(q, target), q, target);
    return target;
  }

 private:
  /// Makes column i of R, which has one element too many, end on the diagonal.
  void restore_diagonal(std::size_t i) {
    const double length = std::hypot(r_[i][i], r_[i][i + 1]);
    const double c = r_[i][i] / length;
    const double s = r_[i][i + 1] / length;
    for (std::size_t column = i; column < r_.size(); ++column) rotate_pair(r_[column][i], r_[column][i + 1], c, s);
    r_[i].pop_back();
    for (std::size_t row = 0; row < q_[i].size(); ++row) rotate_pair(q_[i][row], q_[i + 1][row], c, s);
  }

  static void rotate_pair(double& x, double& y, double c, double s) {
    const double turned = c * x + s * y;
    y = c * y - s * x;
    x = turned;
  }

  std::vector<Column> q_;
  std::vector<Column> r_;  ///< Column i has i + 1 elements.
};

class NonNegativeLeastSquares {
 public:
  explicit NonNegativeLeastSquares(const PointColumns& points)
      : points_(&points), lengths_(points.count, 0.0), blocked_(points.count, 0), target_(points.dim + 1, 0.0) {
    target_.back() = std::sqrt(static_cast<double>(points.dim + 1));  // as long as a point of unit coordinates
    for (std::size_t f = 0; f < points.dim; ++f)
      for (std::size_t i = 0; i < points.count; ++i) lengths_[i] += square(points.values[f * points.count + i]);
    for (double& length : lengths_) length = std::sqrt(length + square(target_.back()));
  }

  NearestCombination run() {
    const double whole = target_.back();
    for (std::size_t step = 0; step < 10 * (points_->dim + 10); ++step) {
      const Column left = active_.residual(target_);
      const double square_left = inner(left, left);
      if (square_left <= square(kZeroShare * whole)) return reached();
      const Column gradient = gradients(left);
      if (*std::ranges::max_element(gradient) < kSlack * square_left) return separated(left);
      if (!add_support_point(gradient)) break;
    }
    return {};
  }

 private:
  static double square(double x) { return x * x; }

  NearestCombination reached() const { return {NearestCombination::End::kReached, support_, {}}; }

  static NearestCombination separated(Column normal) {
    normal.pop_back();
    return {NearestCombination::End::kSeparated, {}, std::move(normal)};
  }

  [[nodiscard]] Column gradients(const Column& left) const {
    const std::size_t count = points_->count;
    Column sums(count, left.back() * target_.back());
    for (std::size_t f = 0; f < points_->dim; ++f) {
      const double* row = points_->values.data() + f * count;
      for (std::size_t i = 0; i < count; ++i) sums[i] += left[f] * row[i];
    }
    for (const auto i : support_) sums[i] = 0;  // but for rounding
    return sums;
  }

  /// Gives weight to the point that promises most. False: no point is left to try.
  bool add_support_point(const Column& gradient) {
    std::size_t best = points_->count;
    double most = 0;
    for (std::size_t i = 0; i < gradient.size(); ++i)
      if (blocked_[i] == 0 && gradient[i] > most * lengths_[i]) {
        best = i;
        most = gradient[i] / lengths_[i];
      }
    if (best == points_->count) return false;
    if (!active_.append(column(best))) {
      blocked_[best] = 1;
      return true;
    }
    Column solved = active_.solve(target_);
    if (!(solved.back() > 0)) {  // rounding: it would leave at once
      active_.erase(support_.size());
      blocked_[best] = 1;
      return true;
    }
    support_.push_back(best);
    weights_.push_back(0);
    move_to(std::move(solved));
    std::ranges::fill(blocked_, 0);
    return true;
  }

  /// Towards the new weights, and if one would fall below 0, on without its point.
  void move_to(Column solved) {
    while (std::ranges::any_of(solved, [](double y) { return !(y > 0); })) {
      double share = 1;
      for (std::size_t k = 0; k < solved.size(); ++k)
        if (!(solved[k] > 0)) share = std::min(share, weights_[k] / (weights_[k] - solved[k]));
      for (std::size_t k = solved.size(); k-- > 0;) {
        const bool leaves = !(solved[k] > 0) && !(weights_[k] / (weights_[k] - solved[k]) > share);
        weights_[k] += share * (solved[k] - weights_[k]);
        if (!leaves) continue;
        active_.erase(k);
        support_.erase(support_.begin() + static_cast<std::ptrdiff_t>(k));
        weights_.erase(weights_.begin() + static_cast<std::ptrdiff_t>(k));
      }
      solved = active_.solve(target_);
    }
    weights_ = std::move(solved);
  }

  [[nodiscard]] Column column(std::size_t i) const {
    Column values;
    for (std::size_t f = 0; f < points_->dim; ++f) values.push_back(points_->values[f * points_->count + i]);
    values.push_back(target_.back());
    return values;
  }

  const PointColumns* points_;
  Column lengths_;
  std::vector<std::uint8_t> blocked_;
  Column target_;
  ActiveColumns active_;
  std::vector<std::size_t> support_;
  Column weights_;
};

}  // namespace

NearestCombination nearest_combination(const PointColumns& points) { return NonNegativeLeastSquares(points).run(); }

}  // namespace standfast::lab
