// The margin is a proven lower bound of the minorant at x. A radius is valid if no change of a smaller price can take
// the minorant down to 0: what it can take away is bounded from above (worst_case.cpp, or the dual norm), every product
// and quotient rounded in the safe direction, also where it leaves the range of float64.
#include "verify/radius.hpp"

#include <algorithm>
#include <cassert>
#include <cmath>
#include <limits>
#include <utility>

#include "base/rounding.hpp"

namespace standfast::verify {
namespace {

using minorant::RadiusProposal;

// Below this a margin could be made of underflows, which relative error bounds do not see.
constexpr double kSmallestMargin = 0x1p-400;
constexpr double kRoundDown = 1 - 8 * kUnitRoundoff;

double usable_margin(double margin) {
  return margin >= kSmallestMargin && margin < kInfinity ? margin * kRoundDown : 0;
}

/// A quotient or root that overflowed is still only a number; one that may have underflowed is no number.
double rounded_down(double radius) {
  if (!(radius >= kTinyQuotient)) return 0;
  return std::min(radius, std::numeric_limits<double>::max()) * kRoundDown;
}

/// A lower bound on a price p with p^2 / 2 >= gap. A gap that overflowed stands for the largest number: cutting its
/// root instead would claim the square of what is known.
double root_rounded_down(double gap) {
  if (!(gap >= kTinyQuotient)) return 0;
  return std::sqrt(std::min(2 * gap, std::numeric_limits<double>::max())) * kRoundDown;
}

/// Assumes that the C library's pow is right to 8 ulp (glibc: 1).
double dual_norm_upper(Parts parts, std::span<const double> cost, double q) {
  const std::size_t length = parts.begin()->size(), n = parts.size() * length;
  std::vector<double> sizes;
  for (const std::span<const double> part : parts) {
    for (std::size_t i = 0; i < length; ++i) {
      const double size = std::fabs(part[i]), quotient = cost.empty() ? size : size / cost[i];
      sizes.push_back(size == 0 ? 0 : std::max(quotient, kTinyQuotient));
    }
  }
  const auto sum = [&](const auto& function) {
    std::vector<double> terms(n);
    std::ranges::transform(sizes, terms.begin(), function);
    return sum_of(terms, length);
  };
  if (q == 1) return sum_of(sizes, length) * (1 + gamma_n(n + 16));
  const double largest = *std::ranges::max_element(sizes);
  if (q == kInfinity || largest == 0 || largest == kInfinity) return largest * (1 + gamma_n(4));
  if (q == 2) {
    // squares of other sizes might overflow or vanish
    const bool plain = largest >= 0x1p-400 && largest <= 0x1p400;
    const double scale = plain ? 1 : std::ldexp(1.0, -std::clamp(std::ilogb(largest), -1000, 1000));
    return std::sqrt(sum([&](double w) { return (w * scale) * (w * scale); })) / scale * (1 + gamma_n(n + 16));
  }
  // q itself is rounded: terms of a size that matters have q |log share| < 750, the sum's logarithm is below 64
  return largest * std::pow(sum([&](double w) { return std::pow(w / largest, q); }), 1 / q) * (1 + gamma_n(n + 1024));
}

/// Of a feature with several kinks: the steepest of its pieces, from the first kink to the last, rounded up.
std::vector<double> steepest_slopes(const minorant::SeparableMinorant& s) {
  std::vector<double> steepest;
  std::vector<std::pair<double, double>> kinks(s.kinks());
  for (std::size_t i = 0; i < s.dim(); ++i) {
    double slope = s.coefficient[i], size = std::fabs(slope);
    for (std::size_t j = 0; j < kinks.size(); ++j) {
      const std::size_t at = i * kinks.size() + j;
      kinks[j] = {-s.offset[at], s.bend[at]};
      slope -= s.bend[at];
      size += std::fabs(s.bend[at]);
    }
    std::ranges::sort(kinks);
    double largest = std::fabs(slope);
    for (std::size_t j = 0; j < kinks.size(); ++j) {
      slope += 2 * kinks[j].second;
      const bool is_piece = j + 1 == kinks.size() || kinks[j].first < kinks[j + 1].first;
      if (is_piece) largest = std::max(largest, std::fabs(slope));
    }
    steepest.push_back(largest + gamma_n(4 * kinks.size() + 8) * size);
  }
  return steepest;
}

double linf_radius(const ProvenMinorant& m, const PricedBounds& bounds, double margin, double proposed,
                   const RadiusSums& sums) {
  double radius = proposed;
  if (radius == kInfinity) {
    if (sums.decrease_upper(m, bounds, {radius}) < margin) return radius;
    radius = 0;  // the price at which every bound is reached
    for (std::size_t i = 0; i < m.separable.dim(); ++i) {
      const Interval& d = bounds.interval[i];
      radius = std::max(radius, bounds.cost[i] * std::max(-d.lo, d.hi));
    }
    if (radius == kInfinity) return 0;
  }
  // the search may be off by its own rounding: give way in growing steps, the first by what is missing
  for (double step = 1e-13; step < 1; step *= 4) {
    if (!(radius > 0)) return 0;
    const double decrease = sums.decrease_upper(m, bounds, {radius});
    if (decrease < margin) return radius;
    const double missing = 2 * (decrease / margin - 1);
    if (missing < 1e-3) step = std::max(step, missing);
    radius *= 1 - step;
  }
  return 0;
}

double l0_count(const ProvenMinorant& m, const PricedBounds& bounds, double margin, const RadiusSums& sums) {
  std::vector<double> decreases = sums.decreases_upper(m, bounds, {});
  std::ranges::make_heap(decreases);
  double sum = 0;
  for (std::size_t k = 0; !decreases.empty(); ++k) {
    std::ranges::pop_heap(decreases);
    sum += decreases.back();
    decreases.pop_back();
    if (!(sum * (1 + gamma_n(k + 4)) < margin)) return static_cast<double>(k);
  }
  return kInfinity;
}

double radius_within(const ProvenMinorant& m, const PricedBounds& bounds, Norm norm, const RadiusProposal& proposal,
                     const RadiusSums& sums) {
  const double margin = usable_margin(m.separable.margin);
  if (margin == 0) return 0;
  if (norm == Norm::l0()) return l0_count(m, bounds, margin, sums);
  if (norm == Norm::linf()) return proposal.radius >= 0 ? linf_radius(m, bounds, margin, proposal.radius, sums) : 0;

  const double lambda = proposal.multiplier;
  if (!(lambda >= 0) || lambda == kInfinity) return 0;
  // weak duality: a change that flips the verdict has price p with lambda p (or lambda p^2 / 2) >= margin - decrease
  const bool l1 = norm == Norm::l1();
  if (l1 && !(proposal.price_limit >= 0)) return 0;
  const ChangePrice price = l1 ? ChangePrice{proposal.price_limit, lambda, 0} : ChangePrice{kInfinity, 0, lambda};
  const double decrease = sums.decrease_upper(m, bounds, price);
  if (!(decrease < margin)) return 0;
  if (lambda == 0) return price.limit;
  const double gap = (margin - decrease) * kRoundDown / lambda;
  return l1 ? std::min(price.limit, rounded_down(gap)) : root_rounded_down(gap);
}

}  // namespace

const RadiusSums kPlainSums = {dual_norm_upper, decrease_upper, decreases_upper};

double closed_form_radius_proven(const ProvenMinorant& m, std::span<const double> cost, Norm norm,
                                 const Stretch& stretch, const RadiusSums& sums) {
  const double margin = usable_margin(m.is_separable ? m.separable.margin : m.feature.margin);
  if (margin == 0) return 0;
  const double q = norm.dual_exponent();
  if (m.is_separable) {
    // features and their absolute values side by side, as the paper's gradient has them; with several kinks the
    // steepest slope of each feature
    const minorant::SeparableMinorant& s = m.separable;
    const double slope = s.kinks() == 1  ? stretch.same_norm * sums.dual_norm_upper({s.coefficient, s.bend}, cost, q)
                         : s.kinks() > 1 ? sums.dual_norm_upper({steepest_slopes(s)}, cost, q)
                                         : sums.dual_norm_upper({s.coefficient}, cost, q);
    const double decrease = slope + sums.dual_norm_upper({m.gradient_error}, cost, q);
    return decrease == 0 ? m.valid_up_to : std::min(m.valid_up_to, rounded_down(margin / decrease));
  }
  std::vector<double> sizes;
  for (std::size_t i = 0; i < m.feature.gradient.size(); ++i) {
    sizes.push_back(std::fabs(m.feature.gradient[i]) + m.gradient_error[i]);
  }
  double slope = sums.dual_norm_upper({sizes}, {}, q);
  if (slope == 0) return kInfinity;
  slope *= stretch.same_norm;
  if (stretch.into_l2 < kInfinity) slope = std::min(slope, stretch.into_l2 * sums.dual_norm_upper({sizes}, {}, 2));
  const double price = margin * *std::ranges::min_element(cost);
  return price >= kTinyQuotient ? rounded_down(price / std::max(slope, kTinyQuotient)) : 0;
}

double separable_radius_proven(const ProvenMinorant& m, const PricedBounds& bounds, Norm norm,
                               const RadiusProposal& proposal, const RadiusSums& sums) {
  assert(m.is_separable && "the separable certificate of a map that is not separable");
  return std::min(m.valid_up_to, radius_within(m, bounds, norm, proposal, sums));
}

}  // namespace standfast::verify
