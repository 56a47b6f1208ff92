// One feature at a time: q is linear on either side of its kink, so its worst change is an end, the kink, zero, or
// (norm 2) the stationary point of a parabola. With several kinks the same piece by piece. Proofs of the roundings:
// docs/certificates.md, "The verifier".
#include "verify/worst_case.hpp"

#include <algorithm>
#include <array>
#include <cassert>
#include <cmath>
#include <limits>
#include <span>

#include "base/rounding.hpp"

namespace standfast::verify {
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

// gain() rounds at most 9 times in products and sums whose sizes are below 3 (|linear| + |fold|) |d|. Each kink more
// adds three roundings in such sums.
constexpr std::size_t kGainRoundings = 32;
constexpr std::size_t kRoundingsPerKink = 4;

/// A lower bound on the product: an overflow is cut, an underflow is 0, and the roundings around it are paid for.
double product_lower(double a, double b) {
  const double product = a * b;
  const double lower = std::min(product, std::numeric_limits<double>::max()) * (1 - gamma_n(32));
  // below this, relative error bounds do not see what rounding does
  return product >= 0x1p-960 ? lower : 0;
}

/// A bound on the slope's error that covers all roundings of one feature's gain as well.
double error_of(double slope_error, double slopes, std::size_t kinks = 1) {
  return kBoundSlack * (slope_error + gamma_n(kGainRoundings + kRoundingsPerKink * kinks) * slopes);
}

/// A price that stays above price / cost when it is divided and rounded, but for an underflow.
double raised_price(double price) { return std::nextafter(std::nextafter(price, kInfinity), kInfinity); }

/// What a feature may do within a price and its own interval.
Interval within(const PricedBounds& bounds, std::size_t i, double raised) {
  const double step = raised / bounds.cost[i] + std::numeric_limits<double>::denorm_min();
  const Interval d = bounds.interval[i];
  return {std::max(d.lo, -step), std::min(d.hi, step)};
}

Feature feature_of(const ProvenMinorant& m, const PricedBounds& bounds, std::size_t i, double raised) {
  const minorant::SeparableMinorant& q = m.separable;
  const Interval d = within(bounds, i, raised);
  const double fold = q.folded() ? q.fold[i] : 0.0, offset = q.folded() ? q.offset[i] : 0.0;
  const double error = error_of(m.slope_error[i], std::fabs(q.linear[i]) + std::fabs(fold));
  return {q.linear[i], fold, offset, error, d.lo, d.hi};
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

/// One feature that bends at several kinks. Shape: fold and offset are (kinks).
struct KinkedFeature {
  double linear;
  std::span<const double> fold, offset;
  double error, lo, hi;
};

/// -q(d) + error |d| = constant + slope d on a piece that no kink and no 0 divides.
struct GainLine {
  double constant, slope;
};

GainLine line_on(const KinkedFeature& f, double lo, double hi) {
  GainLine line{0, -f.linear};
  for (std::size_t j = 0; j < f.fold.size(); ++j) {
    const double kink = -f.offset[j], side = f.offset[j] >= 0 ? 1.0 : -1.0;
    const bool beyond = f.offset[j] >= 0 ? hi <= kink : lo >= kink;
    if (beyond) line.constant += 2 * std::fabs(kink) * f.fold[j];
    line.slope += (beyond ? side : -side) * f.fold[j];
  }
  line.slope += hi <= 0 ? -f.error : f.error;
  return line;
}

KinkedFeature kinked_feature_of(const ProvenMinorant& m, const PricedBounds& bounds, std::size_t i, double raised) {
  const minorant::SeparableMinorant& q = m.separable;
  const Interval d = within(bounds, i, raised);
  const std::size_t kinks = q.kinks();
  const auto fold = std::span(q.fold).subspan(i * kinks, kinks);
  double slopes = std::fabs(q.linear[i]);
  for (const double b : fold) slopes += std::fabs(b);
  const double error = error_of(m.slope_error[i], slopes, kinks);
  return {q.linear[i], fold, std::span(q.offset).subspan(i * kinks, kinks), error, d.lo, d.hi};
}

/// The largest of 0 and of what `largest_on` finds on each piece, given its line and its ends.
template <class LargestOn>
double largest_of_pieces(const KinkedFeature& f, const LargestOn& largest_on) {
  assert(f.fold.size() <= minorant::kMostKinks);
  std::array<double, minorant::kMostKinks + 3> place{};
  std::size_t count = 0;
  for (const double offset : f.offset) place[count++] = std::clamp(-offset, f.lo, f.hi);
  for (const double end : {f.lo, 0.0, f.hi}) place[count++] = end;
  std::sort(place.begin(), place.begin() + static_cast<std::ptrdiff_t>(count));
  double best = 0;
  for (std::size_t k = 0; k + 1 < count; ++k) {
    if (!(place[k] < place[k + 1])) continue;
    best = std::max(best, infinite_if_nan(largest_on(line_on(f, place[k], place[k + 1]), place[k], place[k + 1])));
  }
  return best;
}

/// The largest gain less price |d|.
double largest_gain(const KinkedFeature& f, double price) {
  return largest_of_pieces(f, [&](const GainLine& line, double lo, double hi) {
    const double slope = line.slope + (hi <= 0 ? price : -price);
    // the end to which it rises, where there is one
    const double end = slope > 0 ? hi : slope < 0 ? lo : hi <= 0 ? hi : lo;
    return line.constant + slope * end;
  });
}

/// The largest gain less lambda d^2 / 2.
double largest_gain_quadratic(const KinkedFeature& f, double lambda) {
  if (lambda == 0) return largest_gain(f, 0);
  return largest_of_pieces(f, [&](const GainLine& line, double lo, double hi) {
    return largest_on_piece(line.constant, line.slope, lambda, lo, hi);
  });
}

/// Without a fold the gain is rate * |d| on either side of 0, less the price. Shape: one feature.
struct Rates {
  double up, down;  ///< Gain per unit of increase, of decrease.
  double hi, lo;    ///< How far either goes, >= 0.
};

Rates rates_of(const ProvenMinorant& m, const PricedBounds& bounds, std::size_t i) {
  const double linear = m.separable.linear[i];
  const double error = error_of(m.slope_error[i], std::fabs(linear));
  return {error - linear, error + linear, bounds.interval[i].hi, -bounds.interval[i].lo};
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
  constexpr std::size_t kParts = 8;
  double part[kParts] = {};
  std::size_t i = 0;
  for (; i + kParts <= n; i += kParts) {
    for (std::size_t k = 0; k < kParts; ++k) part[k] += gain(i + k);
  }
  for (; i < n; ++i) part[0] += gain(i);
  double sum = 0;
  for (const double p : part) sum += p;
  return sum * (1 + gamma_n(n + kParts + 4));
}

}  // namespace

double decrease_upper_linf(const ProvenMinorant& m, const PricedBounds& bounds, double price_limit) {
  const std::size_t n = m.separable.dim();
  const double raised = raised_price(price_limit);
  if (m.separable.kinks() > 1) {
    return sum_upper(n, [&](std::size_t i) { return largest_gain(kinked_feature_of(m, bounds, i, raised), 0); });
  }
  if (m.separable.folded()) {
    return sum_upper(n, [&](std::size_t i) { return largest_gain(feature_of(m, bounds, i, raised), 0); });
  }
  return sum_upper(n, [&](std::size_t i) {
    const Rates r = rates_of(m, bounds, i);
    const double step = raised / bounds.cost[i] + std::numeric_limits<double>::denorm_min();
    return std::max(line_gain(r.up, 0, std::min(r.hi, step)), line_gain(r.down, 0, std::min(r.lo, step)));
  });
}

double decrease_upper_l1(const ProvenMinorant& m, const PricedBounds& bounds, double price_limit, double lambda) {
  const std::size_t n = m.separable.dim();
  const double raised = raised_price(price_limit);
  if (m.separable.kinks() > 1) {
    return sum_upper(n, [&](std::size_t i) {
      return largest_gain(kinked_feature_of(m, bounds, i, raised), product_lower(lambda, bounds.cost[i]));
    });
  }
  if (m.separable.folded()) {
    return sum_upper(n, [&](std::size_t i) {
      return largest_gain(feature_of(m, bounds, i, raised), product_lower(lambda, bounds.cost[i]));
    });
  }
  return sum_upper(n, [&](std::size_t i) {
    const Rates r = rates_of(m, bounds, i);
    const double price = product_lower(lambda, bounds.cost[i]);
    const double step = raised / bounds.cost[i] + std::numeric_limits<double>::denorm_min();
    return std::max(line_gain(r.up, price, std::min(r.hi, step)), line_gain(r.down, price, std::min(r.lo, step)));
  });
}

double decrease_upper_l2(const ProvenMinorant& m, const PricedBounds& bounds, double lambda) {
  const std::size_t n = m.separable.dim();
  const auto price = [&](std::size_t i) {
    return product_lower(product_lower(lambda, bounds.cost[i]), bounds.cost[i]);
  };
  if (m.separable.kinks() > 1) {
    return sum_upper(
        n, [&](std::size_t i) { return largest_gain_quadratic(kinked_feature_of(m, bounds, i, kInfinity), price(i)); });
  }
  if (m.separable.folded()) {
    return sum_upper(
        n, [&](std::size_t i) { return largest_gain_quadratic(feature_of(m, bounds, i, kInfinity), price(i)); });
  }
  return sum_upper(n, [&](std::size_t i) {
    const Rates r = rates_of(m, bounds, i);
    const double weight = price(i), inverse = 1 / weight;
    return std::max(parabola_gain(r.up, weight, inverse, r.hi), parabola_gain(r.down, weight, inverse, r.lo));
  });
}

std::vector<double> decreases_upper_l0(const ProvenMinorant& m, const PricedBounds& bounds) {
  std::vector<double> decreases(m.separable.dim());
  for (std::size_t i = 0; i < decreases.size(); ++i) {
    decreases[i] = m.separable.kinks() > 1 ? largest_gain(kinked_feature_of(m, bounds, i, kInfinity), 0)
                                           : largest_gain(feature_of(m, bounds, i, kInfinity), 0);
  }
  return decreases;
}

}  // namespace standfast::verify
