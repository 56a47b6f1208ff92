// p = 1: the price is spent on whatever lowers the margin most per unit of price. The radius is the maximum of a
// concave function of one dual variable (C9), found where lines from both sides meet; the change that reaches it is a
// fractional knapsack over the hull of each feature's places (its ends and its kinks). An outer loop moves the price
// limit rho until rho and the radius proven with it meet. Taken for granted: the margin is positive.
#include <algorithm>
#include <array>
#include <cmath>

#include "search/separable.hpp"
#include "search/worst_change_by_norm.hpp"
#include "search/worst_sums.hpp"

namespace standfast::search {
namespace {

struct Candidate {
  double price, decrease, change;
};

/// A piece of a feature's upper hull: `decrease` bought for `price`, ending at `change`.
struct Segment {
  double slope, price, decrease, change;
  std::size_t feature;
};

/// Upper hull of (0, 0) and the places worth paying for, as segments of falling slope.
void append_hull(const PricedFeature& f, std::size_t index, double price_limit, std::vector<Segment>& segments) {
  std::array<Candidate, minorant::kMostKinks + 2> places;
  std::size_t count = 0;
  const auto add_place = [&](double e) {
    if (const double d = f.decrease(e); d > 0 && std::fabs(e) > 0) places[count++] = {std::fabs(e), d, e};
  };
  const double lo = std::max(f.lo, -price_limit), hi = std::min(f.hi, price_limit);
  if (hi < kInfinity) add_place(hi);
  if (lo > -kInfinity) add_place(lo);
  for (std::size_t j = 0; j < f.bend.size(); ++j) {
    if (f.bend[j] != 0 && -f.offset[j] > lo && -f.offset[j] < hi) add_place(-f.offset[j]);
  }

  Candidate from{0, 0, 0};
  while (true) {
    const Candidate* best = nullptr;
    double best_slope = 0;
    for (std::size_t k = 0; k < count; ++k) {
      if (places[k].price <= from.price) continue;
      const double slope = (places[k].decrease - from.decrease) / (places[k].price - from.price);
      if (slope > best_slope) {
        best = &places[k];
        best_slope = slope;
      }
    }
    if (best == nullptr) return;
    segments.push_back({best_slope, best->price - from.price, best->decrease - from.decrease, best->change, index});
    from = *best;
  }
}

/// Whether a comes after b in an order from the steepest on.
bool flatter(const Segment& a, const Segment& b) {
  return a.slope != b.slope ? a.slope < b.slope : a.feature > b.feature;
}

std::vector<Segment> all_segments(const PricedProblem& problem, double price_limit) {
  std::vector<Segment> segments;
  segments.reserve(problem.dim());
  for (std::size_t i = 0; i < problem.dim(); ++i) append_hull(problem.feature(i), i, price_limit, segments);
  return segments;
}

double steepest_slope(const PricedProblem& problem) {
  double steepest = 0;
  for (std::size_t i = 0; i < problem.dim(); ++i) {
    steepest = std::max(steepest, problem.feature(i).steepest_slope());
  }
  return steepest;
}

/// theta(tau) = tau margin + sum_i of the least |e| + tau q_i(e), a concave function: its value and slope at tau.
struct SupportLine {
  double tau, value, slope;
  double growth;  ///< How fast the value falls as the price limit grows.
};

/// theta if single changes are priced at most `price_limit`.
class Spending {
 public:
  Spending(const PricedProblem& problem, double steepest)
      : problem_(problem), margin_(problem.margin), least_tau_(1 / steepest) {}

  /// The support line at the largest theta, whose value is infinite if nothing that is allowed takes the margin:
  /// where lines from both sides meet, and again. guess: a tau, used if it is > 0.
  SupportLine find_largest(double price_limit, double guess, double tolerance) {
    best_ = {0, 0, margin_, 0};
    // from a guess without measure the way is too long
    const bool measured = guess >= least_tau_ && guess < 0x1p40 * least_tau_;
    if (!enclose_largest(price_limit, measured ? guess : 0)) return {0, kInfinity, margin_, 0};
    for (int i = 0; i < 100 && right_.slope < 0; ++i) {
      const double meet = (right_.value - right_.slope * right_.tau - left_.value + left_.slope * left_.tau) /
                          (left_.slope - right_.slope);
      const double above = left_.value + left_.slope * (meet - left_.tau);
      const bool inside = meet > left_.tau && meet < right_.tau;
      if (!inside || above <= best_.value * (1 + std::max(tolerance, 1e-13))) break;
      const SupportLine next = line_at(price_limit, meet);
      (next.slope > 0 ? left_ : right_) = next;
    }
    // at a corner of theta both sides' changes share the price
    const double share = right_.slope < 0 ? right_.slope / (right_.slope - left_.slope) : 0;
    best_.growth = share * left_.growth + (1 - share) * right_.growth;
    return best_;
  }

 private:
  SupportLine line_at(double price_limit, double tau) {
    const kernels::WorstSums worst = worst_sums_l1(problem_, price_limit, tau);
    const double slope = margin_ - worst.decrease;
    const SupportLine line{tau, tau * slope + worst.price, slope, worst.growth};
    if (line.value > best_.value) best_ = line;
    return line;
  }

  /// left_ and right_ <- lines on either side of the largest theta, close to the guess where there is one. False
  /// where theta grows for ever.
  bool enclose_largest(double price_limit, double guess) {
    left_ = best_;
    double factor = guess > 0 ? 1.01 : 4;
    right_ = line_at(price_limit, guess > 0 ? guess : least_tau_);
    for (; right_.slope < 0 && right_.tau / factor > least_tau_; factor = std::min(4.0, factor * factor)) {
      const SupportLine next = line_at(price_limit, right_.tau / factor);
      if (next.slope > 0) {
        left_ = next;
        return true;
      }
      right_ = next;
    }
    // up to the tau at which every change that pays has been made: the decrease does not grow any more
    for (int i = 0; right_.slope > 0 && right_.tau <= 1e300; ++i) {
      if (i == 4 && worst_sums_linf(problem_, price_limit).decrease < margin_) return false;
      left_ = right_;
      right_ = line_at(price_limit, right_.tau * factor);
      factor = std::min(4.0, factor * factor);
    }
    return true;
  }

  const PricedProblem& problem_;
  double margin_, least_tau_;
  SupportLine best_{}, left_{}, right_{};
};

/// The price of the dearest single change that is allowed.
double dearest_change(const PricedProblem& problem) {
  double price = 0;
  for (std::size_t i = 0; i < problem.dim(); ++i) price = std::max({price, problem.hi[i], -problem.lo[i]});
  return price;
}

}  // namespace

SeparableRadius separable_radius_l1(const PricedProblem& problem, const RadiusHint& hint) {
  if (!(hint.radius > 0) && withstands_everything(problem)) return {kInfinity, 0, kInfinity};

  const double steepest = steepest_slope(problem);
  // A certificate with the price limit rho is worth the smaller one of rho and the largest theta, which falls as rho
  // grows: find where they meet.
  double below = problem.margin / steepest;
  // costs or slopes so far apart that the quotient underflows: from 0 no factor leads anywhere
  if (!(below > 0)) return {0, 0, 0};
  SeparableRadius best{below, steepest, below};
  Spending spending(problem, steepest);
  double above = kInfinity, tau = hint.tau;
  double price_limit = hint.radius > below && hint.radius < kInfinity ? hint.radius : 4 * below;
  const double dearest = dearest_change(problem);
  if (dearest < kInfinity) {
    const SupportLine found = spending.find_largest(dearest, tau, hint.tolerance);
    // a smaller price limit cuts off no change, or changes along lines, which duality prices exactly
    if (found.value >= dearest || !problem.has_bends()) {
      return found.value > below ? SeparableRadius{found.value, 1 / found.tau, std::max(dearest, 2 * found.value)}
                                 : best;
    }
    price_limit = dearest;
    tau = found.tau;
  }
  // ends when both sides agree to about ten digits, or as far as the hint asks for
  for (int i = 0; i < 100 && below < above * (1 - std::max(hint.tolerance, 4e-10)) && price_limit < 1e300; ++i) {
    const SupportLine found = spending.find_largest(price_limit, tau, hint.tolerance);
    const double worth = std::min(price_limit, found.value);
    if (worth > best.radius) best = {worth, found.value < kInfinity ? 1 / found.tau : 0, price_limit};
    below = std::max(below, worth);
    above = std::min(above, std::max(price_limit, found.value));
    if (found.value < kInfinity) tau = found.tau;
    // Newton's method, just above what is certain so that one side closes; else halves
    const double newton =
        found.value < kInfinity ? price_limit + (found.value - price_limit) / (1 + found.growth) : 4 * price_limit;
    const double next = std::max(newton, below * (1 + 2e-10));
    price_limit = i % 4 != 3 && next < above ? next : above < kInfinity ? below / 2 + above / 2 : 4 * price_limit;
  }
  // at the very price limit at which the margin ends, nothing would be left for a proof's rounding
  if (best.multiplier == 0) best.radius = best.price_limit = best.price_limit * (1 - 4e-10);
  return best;
}

std::vector<double> worst_change_l1(const PricedProblem& problem, const SeparableRadius& radius) {
  std::vector<double> change(problem.dim(), 0.0);
  double left = problem.margin;
  std::vector<Segment> segments = all_segments(problem, radius.price_limit);
  std::sort(segments.begin(), segments.end(), [](const Segment& a, const Segment& b) { return flatter(b, a); });
  for (const Segment& s : segments) {
    const double share = std::min(1.0, left / s.decrease);
    change[s.feature] += share * (s.change - change[s.feature]);
    left -= share * s.decrease;
    if (!(left > 0)) break;
  }
  // if the price limit bounds the radius, the segments that flip the minorant cost more than the radius allows
  double price = 0;
  for (const double e : change) price += std::fabs(e);
  if (price > radius.radius) {
    for (double& e : change) e *= radius.radius / price;
  }
  return change;
}

}  // namespace standfast::search
