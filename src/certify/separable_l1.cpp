// p = 1: a budget is spent on whatever lowers the margin most per unit of price. The radius is the maximum of a concave
// function of one dual variable; the change that reaches it, a fractional knapsack over the hull of each feature's
// places (its ends and its kinks).
#include <algorithm>
#include <array>
#include <cmath>

#include "certify/separable.hpp"
#include "certify/worst_change_by_norm.hpp"
#include "certify/worst_sums.hpp"

namespace standfast {
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
void append_hull(const PricedFeature& f, std::size_t index, double reach, std::vector<Segment>& segments) {
  std::array<Candidate, kMostKinks + 2> places;
  std::size_t count = 0;
  const auto add = [&](double e) {
    if (const double d = f.decrease(e); d > 0 && std::fabs(e) > 0) places[count++] = {std::fabs(e), d, e};
  };
  const double lo = std::max(f.lo, -reach), hi = std::min(f.hi, reach);
  if (hi < kInfinity) add(hi);
  if (lo > -kInfinity) add(lo);
  for (std::size_t j = 0; j < f.fold.size(); ++j) {
    if (f.fold[j] != 0 && -f.offset[j] > lo && -f.offset[j] < hi) add(-f.offset[j]);
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

/// Whether a comes after b where the steepest come first.
bool flatter(const Segment& a, const Segment& b) {
  return a.slope != b.slope ? a.slope < b.slope : a.feature > b.feature;
}

std::vector<Segment> all_segments(const PricedProblem& problem, double reach) {
  std::vector<Segment> segments;
  segments.reserve(problem.dim());
  for (std::size_t i = 0; i < problem.dim(); ++i) append_hull(problem.feature(i), i, reach, segments);
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
struct Tangent {
  double tau, value, slope;
};

/// The largest theta, single changes being priced at most `reach`: where its tangents from both sides meet, and again.
SeparableRadius spend(const PricedProblem& problem, double reach) {
  const double margin = problem.margin;
  if (worst_sums_linf(problem, reach).decrease < margin) return {kInfinity, 0, reach};
  const auto tangent_at = [&](double tau) {
    const kernels::WorstSums worst = worst_sums_l1(problem, reach, tau);
    return Tangent{tau, tau * (margin - worst.decrease) + worst.price, margin - worst.decrease};
  };
  Tangent left{0, 0, margin}, right = left, best = left;
  for (double tau = 1 / steepest_slope(problem);; tau *= 4) {
    right = tangent_at(tau);
    if (right.value > best.value) best = right;
    // every change that pays has been made: the decrease does not grow any more
    if (!(right.slope > 0) || tau > 1e300) break;
    left = right;
  }
  for (int i = 0; i < 100 && right.slope < 0; ++i) {
    const double meet =
        (right.value - right.slope * right.tau - left.value + left.slope * left.tau) / (left.slope - right.slope);
    const double above = left.value + left.slope * (meet - left.tau);
    if (!(meet > left.tau && meet < right.tau) || above <= best.value * (1 + 1e-13)) break;
    const Tangent next = tangent_at(meet);
    if (next.value > best.value) best = next;
    (next.slope > 0 ? left : right) = next;
  }
  return {best.value, 1 / best.tau, reach};
}

/// The price of the dearest single change that is allowed.
double dearest_change(const PricedProblem& problem) {
  double price = 0;
  for (std::size_t i = 0; i < problem.dim(); ++i) price = std::max({price, problem.hi[i], -problem.lo[i]});
  return price;
}

}  // namespace

SeparableRadius separable_radius_l1(const PricedProblem& problem) {
  if (withstands_everything(problem)) return {kInfinity, 0, kInfinity};

  const double steepest = steepest_slope(problem);
  // A certificate with reach rho is worth min(rho, spend(rho)), and spend falls as rho grows: find where they meet.
  double below = problem.margin / steepest;
  // costs or slopes so far apart that the quotient underflows: from 0 no factor leads anywhere
  if (!(below > 0)) return {0, 0, 0};
  SeparableRadius best{below, steepest, below};
  // a reach beyond the dearest change cuts nothing
  const double dearest = dearest_change(problem);
  double reach = dearest < kInfinity ? dearest : 4 * below;
  SeparableRadius found = spend(problem, reach);
  if (dearest < kInfinity && found.radius >= dearest) return {found.radius, found.multiplier, 2 * found.radius};
  while (found.radius > reach && reach < 1e300) {
    best = {reach, found.multiplier, reach};
    reach *= 4;
    found = spend(problem, reach);
  }
  if (found.radius > best.radius) best = found;
  double above = reach;
  for (int i = 0; i < 32 && best.radius < above * (1 - 2e-9); ++i) {
    // the value found with a smaller reach is at least as large: try just above it first, then halve
    const double middle = i == 0 ? std::min(above, best.radius * (1 + 1e-9)) : best.radius / 2 + above / 2;
    found = spend(problem, middle);
    if (found.radius >= middle) {
      best = {middle, found.multiplier, middle};
    } else {
      above = middle;
      if (found.radius > best.radius) best = found;
    }
  }
  return best;
}

double dual_value_l1(const PricedProblem& problem, double reach) {
  return std::min(problem.margin + kernels::sweeps().least_l1(problem.folds(), reach), reach);
}

std::vector<double> worst_change_l1(const PricedProblem& problem, const SeparableRadius& radius) {
  std::vector<double> change(problem.dim(), 0.0);
  double left = problem.margin;
  std::vector<Segment> segments = all_segments(problem, radius.reach);
  std::sort(segments.begin(), segments.end(), [](const Segment& a, const Segment& b) { return flatter(b, a); });
  for (const Segment& s : segments) {
    const double share = std::min(1.0, left / s.decrease);
    change[s.feature] += share * (s.change - change[s.feature]);
    left -= share * s.decrease;
    if (!(left > 0)) break;
  }
  // where the reach limits the radius, the segments that flip the minorant cost more than the radius allows
  double price = 0;
  for (const double e : change) price += std::fabs(e);
  if (price > radius.radius) {
    for (double& e : change) e *= radius.radius / price;
  }
  return change;
}

}  // namespace standfast
