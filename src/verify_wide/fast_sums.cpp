// Without a kink q is a line on either side of 0, with one kink it has three pieces: both are written out, so that a
// compiler finds loops without branches and without a list of places. Several kinks take the core's way, at a higher
// charge. Proofs of the roundings: docs/certificates.md, V5.
#include "verify_wide/fast_sums.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <span>

#include "base/rounding.hpp"

namespace standfast::verify_wide {
namespace {

using verify::ChangePrice;
using verify::kSumsBeside;
using verify::PricedBounds;
using verify::PricedFeature;
using verify::product_lower;
using verify::ProvenMinorant;

/// Everything about one feature. gain(d) >= -q(d) + gradient_error |d| for every d, whatever is rounded on the way.
struct Feature {
  double coefficient, bend, offset, error, lo, hi;

  [[nodiscard]] double side() const { return offset >= 0 ? 1.0 : -1.0; }
  [[nodiscard]] double kink() const { return -offset; }
  /// Slope of q where d is on the same side of the kink as 0, and beyond it.
  [[nodiscard]] double near_slope() const { return coefficient + side() * bend; }
  [[nodiscard]] double far_slope() const { return coefficient - side() * bend; }

  [[nodiscard]] double gain(double d) const {
    const bool beyond = offset >= 0 ? d < kink() : d > kink();
    const double decrease = beyond ? 2 * std::fabs(offset) * bend - far_slope() * d : -near_slope() * d;
    return decrease + error * std::fabs(d);
  }
};

// gain() rounds at most 9 times in products and sums whose sizes are below 3 (|coefficient| + |bend|) |d|. Each kink
// more adds three roundings in such sums.
constexpr std::size_t kGainRoundings = 32;
constexpr std::size_t kRoundingsPerKink = 4;

/// A bound on the slope's error that covers all roundings of one feature's gain as well.
double error_of(double gradient_error, double slopes, std::size_t kinks = 1) {
  return kBoundSlack * (gradient_error + gamma_n(kGainRoundings + kRoundingsPerKink * kinks) * slopes);
}

Feature feature_of(const ProvenMinorant& m, const PricedBounds& bounds, std::size_t i, double raised) {
  const minorant::SeparableMinorant& q = m.separable;
  const Interval d = verify::range_within(bounds, i, raised);
  const double bend = q.has_bends() ? q.bend[i] : 0.0, offset = q.has_bends() ? q.offset[i] : 0.0;
  const double error = error_of(m.gradient_error[i], std::fabs(q.coefficient[i]) + std::fabs(bend));
  return {q.coefficient[i], bend, offset, error, d.lo, d.hi};
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
  } else if (!(f.coefficient + f.bend + price >= f.error)) {
    return kInfinity;  // the decrease grows without end
  }
  if (f.lo > -kInfinity) {
    best = std::max(best, value(f.lo));
  } else if (!(f.bend - f.coefficient + price >= f.error)) {
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
    const double constant = beyond ? 2 * std::fabs(f.offset) * f.bend : 0.0;
    return largest_on_piece(constant, -(beyond ? f.far_slope() : f.near_slope()) + sign * f.error, lambda, lo, hi);
  };
  const bool kink_below = f.kink() < 0;
  const bool has_bends = f.bend != 0;
  const double below = piece(f.lo, first, has_bends && (kink_below || f.offset == 0));
  const double between = piece(first, second, false);
  const double above = piece(second, f.hi, has_bends && f.kink() > 0);
  return std::max({0.0, below, between, above});
}

/// The same feature for the core's way with any number of kinks.
PricedFeature kinked_feature_of(const ProvenMinorant& m, const PricedBounds& bounds, std::size_t i, double raised) {
  const minorant::SeparableMinorant& q = m.separable;
  const std::size_t kinks = q.kinks();
  const auto bend = std::span(q.bend).subspan(i * kinks, kinks);
  double slopes = std::fabs(q.coefficient[i]);
  for (const double b : bend) slopes += std::fabs(b);
  const double error = error_of(m.gradient_error[i], slopes, kinks);
  return {q.coefficient[i], bend, std::span(q.offset).subspan(i * kinks, kinks), error,
          verify::range_within(bounds, i, raised)};
}

/// Without a bend the gain is rate * |d| on either side of 0, less the price. Shape: one feature.
struct Rates {
  double up, down;  ///< Gain per unit of increase, of decrease.
  double hi, lo;    ///< How far either goes, >= 0.
};

Rates rates_of(const ProvenMinorant& m, const PricedBounds& bounds, std::size_t i) {
  const double coefficient = m.separable.coefficient[i];
  const double error = error_of(m.gradient_error[i], std::fabs(coefficient));
  return {error - coefficient, error + coefficient, bounds.interval[i].hi, -bounds.interval[i].lo};
}

/// The largest rate * d - price * d over [0, limit]; infinite for a NaN.
double line_gain(double rate, double price, double limit) {
  const double net = rate - price, product = net * limit;
  const double gain = net <= 0 ? 0 : product;
  return gain >= 0 ? gain : kInfinity;
}

/// The largest rate * d - lambda d^2 / 2 over [0, limit]; infinite for a NaN. inverse: 1 / lambda.
double parabola_gain(double rate, double lambda, double inverse, double limit) {
  const double stationary = rate * inverse, half = rate / 2;
  const double d = stationary < limit ? stationary : limit;
  const double lost = lambda / 2 * d;  // at most half of the rate, which also stands in for inf * 0
  const double product = d * (rate - (lost < half ? lost : half));
  const double gain = rate <= 0 ? 0 : product;
  return gain >= 0 ? gain : kInfinity;
}

/// gain(0) + ... + gain(n - 1), rounded up; several partial sums, which a processor adds side by side.
template <class Gain>
double sum_upper(std::size_t n, const Gain& gain) {
  double part[kSumsBeside] = {};
  std::size_t i = 0;
  for (; i + kSumsBeside <= n; i += kSumsBeside) {
    for (std::size_t k = 0; k < kSumsBeside; ++k) part[k] += gain(i + k);
  }
  for (; i < n; ++i) part[0] += gain(i);
  double sum = 0;
  for (const double p : part) sum += p;
  return sum * (1 + gamma_n(n + kSumsBeside + 4));
}

double linear_price(const PricedBounds& bounds, const ChangePrice& price, std::size_t i) {
  return product_lower(price.linear, bounds.cost[i]);
}

double quadratic_price(const PricedBounds& bounds, const ChangePrice& price, std::size_t i) {
  return product_lower(product_lower(price.quadratic, bounds.cost[i]), bounds.cost[i]);
}

/// Features without a kink, norms 1 and inf. taken_by(i): the price of a unit of change.
template <class Taken>
double lines_upper(const ProvenMinorant& m, const PricedBounds& bounds, double raised, const Taken& taken_by) {
  return sum_upper(m.separable.dim(), [&](std::size_t i) {
    const Rates r = rates_of(m, bounds, i);
    const double taken = taken_by(i);
    const double step = raised / bounds.cost[i] + std::numeric_limits<double>::denorm_min();
    return std::max(line_gain(r.up, taken, std::min(r.hi, step)), line_gain(r.down, taken, std::min(r.lo, step)));
  });
}

/// Features without a kink, norm 2.
double parabolas_upper(const ProvenMinorant& m, const PricedBounds& bounds, const ChangePrice& price) {
  return sum_upper(m.separable.dim(), [&](std::size_t i) {
    const Rates r = rates_of(m, bounds, i);
    const double weight = quadratic_price(bounds, price, i), inverse = 1 / weight;
    return std::max(parabola_gain(r.up, weight, inverse, r.hi), parabola_gain(r.down, weight, inverse, r.lo));
  });
}

double decrease_upper(const ProvenMinorant& m, const PricedBounds& bounds, const ChangePrice& price) {
  const std::size_t n = m.separable.dim();
  const double raised = verify::raised_price(price.limit);
  if (m.separable.kinks() > 1) {
    return sum_upper(n, [&](std::size_t i) {
      return verify::largest_decrease(kinked_feature_of(m, bounds, i, raised), linear_price(bounds, price, i),
                                      quadratic_price(bounds, price, i));
    });
  }
  const bool is_quadratic = price.quadratic > 0;
  if (m.separable.has_bends() && is_quadratic) {
    return sum_upper(n, [&](std::size_t i) {
      return largest_gain_quadratic(feature_of(m, bounds, i, raised), quadratic_price(bounds, price, i));
    });
  }
  if (m.separable.has_bends()) {
    return sum_upper(n, [&](std::size_t i) {
      return largest_gain(feature_of(m, bounds, i, raised), linear_price(bounds, price, i));
    });
  }
  if (is_quadratic) return parabolas_upper(m, bounds, price);
  if (price.linear == 0) return lines_upper(m, bounds, raised, [](std::size_t) { return 0.0; });
  return lines_upper(m, bounds, raised, [&](std::size_t i) { return linear_price(bounds, price, i); });
}

/// Norm 0, which prices nothing.
std::vector<double> decreases_upper(const ProvenMinorant& m, const PricedBounds& bounds, const ChangePrice& price) {
  const double raised = verify::raised_price(price.limit);
  std::vector<double> decreases(m.separable.dim());
  for (std::size_t i = 0; i < decreases.size(); ++i) {
    decreases[i] = m.separable.kinks() > 1 ? verify::largest_decrease(kinked_feature_of(m, bounds, i, raised), 0, 0)
                                           : largest_gain(feature_of(m, bounds, i, raised), 0);
  }
  return decreases;
}

/// largest(w) and sum(f(w)) of the numbers w(part, i), `length` in each part.
template <class Weight, class Function>
void largest_and_sum(std::size_t parts, std::size_t length, const Weight& weight, const Function& function,
                     double& largest, double& sum) {
  double most[kSumsBeside] = {}, partial[kSumsBeside] = {};
  for (std::size_t part = 0; part < parts; ++part) {
    const auto take = [&](std::size_t i, std::size_t k) {
      const double w = weight(part, i);
      most[k] = w > most[k] ? w : most[k];
      partial[k] += function(w);
    };
    std::size_t i = 0;
    for (; i + kSumsBeside <= length; i += kSumsBeside) {
      for (std::size_t k = 0; k < kSumsBeside; ++k) take(i + k, k);
    }
    for (; i < length; ++i) take(i, 0);
  }
  largest = *std::max_element(most, most + kSumsBeside);
  sum = 0;
  for (const double p : partial) sum += p;
}

/// Norms 1, 2 and inf take one sweep, and no division where nothing is priced.
double dual_norm_upper(verify::Parts parts, std::span<const double> cost, double q) {
  const std::size_t length = parts.begin()->size(), n = parts.size() * length;
  const bool unpriced = std::ranges::all_of(cost, [](double c) { return c == 1; });
  const auto weight = [&](std::size_t part, std::size_t i) {
    const double size = std::fabs(parts.begin()[part][i]), quotient = unpriced ? size : size / cost[i];
    return size == 0 ? 0 : std::max(quotient, verify::kTinyQuotient);
  };
  double largest = 0, sum = 0;
  if (q == 1) {
    largest_and_sum(
        parts.size(), length, weight, [](double w) { return w; }, largest, sum);
    return sum * (1 + gamma_n(n + 16));
  }
  largest_and_sum(
      parts.size(), length, weight, [](double w) { return w * w; }, largest, sum);
  if (q == kInfinity) return largest * (1 + gamma_n(4));
  // squares of other sizes might overflow or vanish
  const bool has_squares = q == 2 && largest >= 0x1p-400 && largest <= 0x1p400;
  return has_squares ? std::sqrt(sum) * (1 + gamma_n(n + 16)) : verify::kPlainSums.dual_norm_upper(parts, cost, q);
}

}  // namespace

const verify::RadiusSums kFastSums = {dual_norm_upper, decrease_upper, decreases_upper};

}  // namespace standfast::verify_wide
