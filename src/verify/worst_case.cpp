// One feature at a time: q is linear on either side of its kink, so its worst change is an end, the kink, zero, or
// (norm 2) the stationary point of a parabola. Proofs of the roundings: docs/certificates.md, "The verifier".
#include "verify/worst_case.hpp"

#include <algorithm>
#include <cmath>
#include <functional>
#include <limits>

#include "base/rounding.hpp"

namespace standfast {
namespace {

/// Everything about one feature. gain(d) >= -q(d) + slope_error |d| for every d, whatever is rounded on the way.
struct Feature {
  double linear, fold, offset, error, lo, hi;

  [[nodiscard]] double side() const { return offset >= 0 ? 1.0 : -1.0; }
  [[nodiscard]] double kink() const { return -offset; }
  /// Slope of q where d is on the same side of the kink as 0, and beyond it.
  [[nodiscard]] double near_slope() const { return linear + side() * fold; }
  [[nodiscard]] double far_slope() const { return linear - side() * fold; }

  [[nodiscard]] double gain(double d) const {
    const bool beyond = offset >= 0 ? d < kink() : d > kink();
    const double decrease = beyond ? 2 * std::fabs(offset) * fold - far_slope() * d : -near_slope() * d;
    return decrease + error * std::fabs(d);
  }
};

// gain() rounds at most 9 times in products and sums whose sizes are below 3 (|linear| + |fold|) |d|.
constexpr std::size_t kGainRoundings = 32;
constexpr double kBoundSlack = 1.01;

/// A lower bound on the product: an overflow is cut, an underflow is 0, and the roundings around it are paid for.
double product_lower(double a, double b) {
  const double product = a * b;
  // below this, relative error bounds do not see what rounding does
  if (!(product >= 0x1p-960)) return 0;
  return std::min(product, std::numeric_limits<double>::max()) * (1 - gamma_n(32));
}

Feature feature_of(const ProvenMinorant& m, const PricedBounds& bounds, std::size_t i, double reach) {
  const SeparableMinorant& q = m.separable;
  Feature f{q.linear[i], 0, 0, 0, bounds.interval[i].lo, bounds.interval[i].hi};
  if (q.folded()) {
    f.fold = q.fold[i];
    f.offset = q.offset[i];
  }
  f.error = kBoundSlack * (m.slope_error[i] + gamma_n(kGainRoundings) * (std::fabs(f.linear) + std::fabs(f.fold)));
  if (reach < kInfinity) {
    const double step = std::nextafter(reach / bounds.cost[i], kInfinity);
    f.lo = std::max(f.lo, -step);
    f.hi = std::min(f.hi, step);
  }
  return f;
}

/// An overflow on the way must not pass for a small decrease: std::max would drop a NaN.
double infinite_if_nan(double gain) { return std::isnan(gain) ? kInfinity : gain; }

/// The largest gain(d) - price |d| over [lo, hi]: at an end, at the kink or at 0.
double largest_gain(const Feature& f, double price) {
  const auto value = [&](double d) { return infinite_if_nan(f.gain(d) - price * std::fabs(d)); };
  double best = 0;
  if (f.kink() > f.lo && f.kink() < f.hi) best = std::max(best, value(f.kink()));
  if (f.hi < kInfinity) {
    best = std::max(best, value(f.hi));
  } else if (!(f.linear + f.fold + price >= f.error)) {
    return kInfinity;  // the decrease grows without end
  }
  if (f.lo > -kInfinity) {
    best = std::max(best, value(f.lo));
  } else if (!(f.fold - f.linear + price >= f.error)) {
    return kInfinity;
  }
  return best;
}

/// The largest constant + slope d - lambda d^2 / 2 over [lo, hi].
double largest_on_piece(double constant, double slope, double lambda, double lo, double hi) {
  const double stationary = slope / lambda;
  if (stationary >= lo && stationary <= hi) {
    return infinite_if_nan(constant + slope * stationary / 2 * (1 + gamma_n(4)));
  }
  const double end = stationary < lo ? lo : hi;
  return infinite_if_nan(constant + slope * end - lambda / 2 * end * end);
}

/// The largest gain(d) - lambda d^2 / 2 over [lo, hi], piece by piece: 0 and the kink part the line.
double largest_gain_quadratic(const Feature& f, double lambda) {
  if (lambda == 0) return largest_gain(f, 0);
  const double first = std::clamp(std::min(0.0, f.kink()), f.lo, f.hi);
  const double second = std::clamp(std::max(0.0, f.kink()), f.lo, f.hi);
  const auto piece = [&](double lo, double hi, bool beyond) {
    if (!(lo < hi)) return 0.0;
    const double sign = hi <= 0 ? -1.0 : 1.0;
    const double constant = beyond ? 2 * std::fabs(f.offset) * f.fold : 0.0;
    return largest_on_piece(constant, -(beyond ? f.far_slope() : f.near_slope()) + sign * f.error, lambda, lo, hi);
  };
  const bool kink_below = f.kink() < 0;
  const bool folded = f.fold != 0;
  const double below = piece(f.lo, first, folded && (kink_below || f.offset == 0));
  const double between = piece(first, second, false);
  const double above = piece(second, f.hi, folded && f.kink() > 0);
  return std::max({0.0, below, between, above});
}

double rounded_up_sum(double sum, std::size_t terms) { return sum * (1 + gamma_n(terms + 4)); }

}  // namespace

double decrease_upper_linf(const ProvenMinorant& m, const PricedBounds& bounds, double reach) {
  double sum = 0;
  const std::size_t n = m.separable.dim();
  for (std::size_t i = 0; i < n; ++i) sum += largest_gain(feature_of(m, bounds, i, reach), 0);
  return rounded_up_sum(sum, n);
}

double decrease_upper_l1(const ProvenMinorant& m, const PricedBounds& bounds, double reach, double lambda) {
  double sum = 0;
  const std::size_t n = m.separable.dim();
  for (std::size_t i = 0; i < n; ++i) {
    sum += largest_gain(feature_of(m, bounds, i, reach), product_lower(lambda, bounds.cost[i]));
  }
  return rounded_up_sum(sum, n);
}

double decrease_upper_l2(const ProvenMinorant& m, const PricedBounds& bounds, double lambda) {
  double sum = 0;
  const std::size_t n = m.separable.dim();
  for (std::size_t i = 0; i < n; ++i) {
    const double cost = bounds.cost[i];
    sum +=
        largest_gain_quadratic(feature_of(m, bounds, i, kInfinity), product_lower(product_lower(lambda, cost), cost));
  }
  return rounded_up_sum(sum, n);
}

std::vector<double> decreases_upper_l0(const ProvenMinorant& m, const PricedBounds& bounds) {
  std::vector<double> decreases(m.separable.dim());
  for (std::size_t i = 0; i < decreases.size(); ++i) {
    decreases[i] = largest_gain(feature_of(m, bounds, i, kInfinity), 0);
  }
  std::sort(decreases.begin(), decreases.end(), std::greater<>());
  return decreases;
}

}  // namespace standfast
