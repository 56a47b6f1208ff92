// The margin is a proven lower bound of the minorant at x. A radius is valid if no change of a smaller price can take
// the minorant down to 0: what it can take away is bounded from above (worst_case.cpp, or the dual norm), every product
// and quotient rounded in the safe direction, also where it leaves the range of float64.
#include "verify/radius.hpp"

#include <algorithm>
#include <cassert>
#include <cmath>
#include <limits>
#include <vector>

#include "base/rounding.hpp"
#include "verify/worst_case.hpp"

namespace standfast::verify {
namespace {

using minorant::RadiusProposal;

// Below this a margin could be made of underflows, which relative error bounds do not see.
constexpr double kSmallestMargin = 0x1p-400;
constexpr double kRoundDown = 1 - 8 * kUnitRoundoff;
// The same for quotients, of costs and slopes that are hundreds of decades apart.
constexpr double kTinyQuotient = 0x1p-960;

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

/// Not below a quotient or product of non-negative numbers, whatever it lost by underflow.
double raised(double rounded, bool is_zero) { return is_zero ? 0.0 : std::max(rounded, kTinyQuotient); }

/// Non-negative numbers w(part, i): `size` of them in each part.
template <class Weight>
struct Weights {
  std::size_t size, parts;
  Weight weight;
  [[nodiscard]] std::size_t count() const { return size * parts; }
};

/// largest(w) and sum(f(w)); several partial results, which a processor has side by side.
template <class Weight, class Function>
void largest_and_sum(const Weights<Weight>& weights, const Function& function, double& largest, double& sum) {
  constexpr std::size_t kBeside = 8;
  double most[kBeside] = {}, partial[kBeside] = {};
  for (std::size_t part = 0; part < weights.parts; ++part) {
    const auto take = [&](std::size_t at, std::size_t k) {
      const double w = weights.weight(part, at);
      most[k] = w > most[k] ? w : most[k];
      partial[k] += function(w);
    };
    std::size_t i = 0;
    for (; i + kBeside <= weights.size; i += kBeside) {
      for (std::size_t k = 0; k < kBeside; ++k) take(i + k, k);
    }
    for (; i < weights.size; ++i) take(i, 0);
  }
  largest = *std::max_element(most, most + kBeside);
  sum = 0;
  for (const double p : partial) sum += p;
}

/// ||w||_2, the largest of them finite and not 0.
template <class Weight>
double euclidean_norm(const Weights<Weight>& weights, double largest, double sum) {
  // squares of other sizes might overflow or vanish
  if (largest >= 0x1p-400 && largest <= 0x1p400) return std::sqrt(sum);
  const double scale = std::ldexp(1.0, -std::clamp(std::ilogb(largest), -1000, 1000));
  const auto square = [&](double w) { return (w * scale) * (w * scale); };
  largest_and_sum(weights, square, largest, sum);
  return std::sqrt(sum) / scale;
}

/// ||w||_q, rounded up. Assumes that the C library's pow is right to 8 ulp (glibc: 1).
template <class Weight>
double dual_norm_upper(std::size_t size, std::size_t parts, double q, const Weight& weight) {
  const Weights<Weight> weights{size, parts, weight};
  const std::size_t n = weights.count();
  double largest = 0, sum = 0;
  if (q == 1) {
    largest_and_sum(
        weights, [](double w) { return w; }, largest, sum);
    return sum * (1 + gamma_n(n + 16));
  }
  largest_and_sum(
      weights, [](double w) { return w * w; }, largest, sum);
  if (q == kInfinity || largest == 0 || largest == kInfinity) return largest * (1 + gamma_n(4));
  if (q == 2) return euclidean_norm(weights, largest, sum) * (1 + gamma_n(n + 16));
  const double unit = largest;
  largest_and_sum(
      weights, [&](double w) { return std::pow(w / unit, q); }, largest, sum);
  // q itself is rounded: terms of a size that matters have q |log share| < 750, the sum's logarithm is below 64
  return unit * std::pow(sum, 1 / q) * (1 + gamma_n(n + 1024));
}

/// |linear| + sum |fold| of one feature.
double steepest_upper(const minorant::SeparableMinorant& s, std::size_t i) {
  double sum = std::fabs(s.linear[i]);
  for (std::size_t at = i * s.kinks(); at < (i + 1) * s.kinks(); ++at) sum += std::fabs(s.fold[at]);
  return sum * (1 + gamma_n(s.kinks() + 4));
}

double linf_radius(const ProvenMinorant& m, const PricedBounds& bounds, double margin, double proposed) {
  double radius = proposed;
  if (radius == kInfinity) {
    if (decrease_upper_linf(m, bounds, radius) < margin) return radius;
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
    const double decrease = decrease_upper_linf(m, bounds, radius);
    if (decrease < margin) return radius;
    const double missing = 2 * (decrease / margin - 1);
    if (missing < 1e-3) step = std::max(step, missing);
    radius *= 1 - step;
  }
  return 0;
}

double l0_count(const ProvenMinorant& m, const PricedBounds& bounds, double margin) {
  std::vector<double> decreases = decreases_upper_l0(m, bounds);
  std::make_heap(decreases.begin(), decreases.end());
  double sum = 0;
  for (std::size_t k = 0; !decreases.empty(); ++k) {
    std::pop_heap(decreases.begin(), decreases.end());
    sum += decreases.back();
    decreases.pop_back();
    if (!(sum * (1 + gamma_n(k + 4)) < margin)) return static_cast<double>(k);
  }
  return kInfinity;
}

}  // namespace

double closed_form_radius_proven(const ProvenMinorant& m, std::span<const double> cost, Norm norm, double lipschitz) {
  const double q = norm.dual_exponent();
  if (m.is_separable) {
    const minorant::SeparableMinorant& s = m.separable;
    const double margin = usable_margin(s.margin);
    if (margin == 0) return 0;
    const std::size_t n = s.dim();
    // features and their absolute values side by side, as the paper's gradient has them; with several kinks the
    // steepest slope of each feature
    const bool side_by_side = s.kinks() == 1;
    const bool unpriced = std::ranges::all_of(cost, [](double c) { return c == 1; });
    const auto norm_of = [&](std::size_t parts, const auto& size) {
      return dual_norm_upper(n, parts, q, [&](std::size_t part, std::size_t i) {
        const double slope_i = size(part, i);
        return raised(unpriced ? slope_i : slope_i / cost[i], slope_i == 0);
      });
    };
    const double* const sides[] = {s.linear.data(), s.fold.data()};
    const double slope =
        s.kinks() <= 1
            ? norm_of(1 + s.kinks(), [&](std::size_t part, std::size_t i) { return std::fabs(sides[part][i]); })
            : norm_of(1, [&](std::size_t, std::size_t i) { return steepest_upper(s, i); });
    const double error = norm_of(1, [&](std::size_t, std::size_t i) { return m.slope_error[i]; });
    const double decrease = (side_by_side ? lipschitz : 1.0) * slope + error;
    return decrease == 0 ? m.valid_up_to : std::min(m.valid_up_to, rounded_down(margin / decrease));
  }
  const double margin = usable_margin(m.feature.margin);
  if (margin == 0) return 0;
  const std::size_t n = m.feature.slope.size();
  const double slope = dual_norm_upper(
      n, 1, q, [&](std::size_t, std::size_t i) { return std::fabs(m.feature.slope[i]) + m.slope_error[i]; });
  const double cheapest = *std::min_element(cost.begin(), cost.end());
  if (slope == 0) return kInfinity;
  const double price = margin * cheapest;
  return price >= kTinyQuotient ? rounded_down(price / raised(lipschitz * slope, false)) : 0;
}

namespace {

double radius_within(const ProvenMinorant& m, const PricedBounds& bounds, Norm norm, const RadiusProposal& proposal) {
  const double margin = usable_margin(m.separable.margin);
  if (margin == 0) return 0;
  if (norm == Norm::l0()) return l0_count(m, bounds, margin);
  if (norm == Norm::linf()) return proposal.radius >= 0 ? linf_radius(m, bounds, margin, proposal.radius) : 0;

  const double lambda = proposal.multiplier;
  if (!(lambda >= 0) || lambda == kInfinity) return 0;
  // weak duality: a change that flips the verdict has price p with lambda p (or lambda p^2 / 2) >= margin - decrease
  const bool l1 = norm == Norm::l1();
  if (l1 && !(proposal.price_limit >= 0)) return 0;
  const double decrease =
      l1 ? decrease_upper_l1(m, bounds, proposal.price_limit, lambda) : decrease_upper_l2(m, bounds, lambda);
  if (!(decrease < margin)) return 0;
  if (lambda == 0) return l1 ? proposal.price_limit : kInfinity;
  const double gap = (margin - decrease) * kRoundDown / lambda;
  return l1 ? std::min(proposal.price_limit, rounded_down(gap)) : root_rounded_down(gap);
}

}  // namespace

double separable_radius_proven(const ProvenMinorant& m, const PricedBounds& bounds, Norm norm,
                               const RadiusProposal& proposal) {
  assert(m.is_separable && "the separable certificate of a map that is not separable");
  return std::min(m.valid_up_to, radius_within(m, bounds, norm, proposal));
}

}  // namespace standfast::verify
