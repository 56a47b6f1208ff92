// The sums over features in (C6), (C8) and (C9), and how fast they grow. With at most one kink per feature the
// vectorised sweeps of kernels/ compute them; with several (C18) the features are visited one after the other.
#include "search/worst_sums.hpp"

#include <algorithm>
#include <cmath>

namespace standfast::search {
namespace {

/// The price at which a feature's last end or kink that matters is reached.
double last_place_of(const PricedFeature& f) {
  double first_kink = 0, last_kink = 0;
  bool flat = f.coefficient == 0;
  for (std::size_t j = 0; j < f.bend.size(); ++j) {
    flat = flat && f.bend[j] == 0;
    first_kink = std::min(first_kink, -f.offset[j]);
    last_kink = std::max(last_kink, -f.offset[j]);
  }
  if (flat) return 0;
  // an end at infinity that does not pay is no end
  const double up = f.hi < kInfinity || f.last_slope() < 0 ? f.hi : last_kink;
  const double down = f.lo > -kInfinity || f.first_slope() > 0 ? -f.lo : -first_kink;
  return std::max(up, down);
}

/// An end or a kink: e stays there when tau moves a little.
bool is_corner(const PricedFeature& f, double e) {
  return e == f.lo || e == f.hi || std::ranges::any_of(f.offset, [e](double offset) { return e == -offset; });
}

}  // namespace

kernels::WorstSums worst_sums_linf(const PricedProblem& problem, double radius) {
  if (problem.kinks() <= 1) return kernels::sweeps().worst_linf(problem.for_sweeps(), radius);
  kernels::WorstSums sums;
  for (std::size_t i = 0; i < problem.dim(); ++i) {
    const PricedFeature f = problem.feature(i);
    const double e = worst_within(f, radius);
    sums.decrease += f.decrease(e);
    const bool follows = (e == radius && f.hi > radius) || (e == -radius && f.lo < -radius);
    if (follows) sums.growth += e > 0 ? -f.slope_at(e) : f.slope_at(e);
  }
  return sums;
}

kernels::WorstSums worst_sums_l1(const PricedProblem& problem, double price_limit, double tau) {
  if (problem.kinks() <= 1) return kernels::sweeps().worst_l1(problem.for_sweeps(), price_limit, tau);
  kernels::WorstSums sums;
  for (std::size_t i = 0; i < problem.dim(); ++i) {
    const PricedFeature f = problem.feature(i);
    const double e = worst_after_price(f, price_limit, tau);
    sums.decrease += f.decrease(e);
    sums.price += std::fabs(e);
    const bool follows = (e == price_limit && f.hi > price_limit) || (e == -price_limit && f.lo < -price_limit);
    if (follows) sums.growth += std::max(tau * (e > 0 ? -f.slope_at(e) : f.slope_at(e)) - 1, 0.0);
  }
  return sums;
}

kernels::WorstSums worst_sums_l2(const PricedProblem& problem, double tau) {
  if (problem.kinks() <= 1) return kernels::sweeps().worst_l2(problem.for_sweeps(), tau);
  kernels::WorstSums sums;
  for (std::size_t i = 0; i < problem.dim(); ++i) {
    const PricedFeature f = problem.feature(i);
    const double e = worst_stationary(f, tau), slope = f.slope_at(e);
    sums.decrease += f.decrease(e);
    sums.price += e * e / 2;
    if (e != 0 && !is_corner(f, e)) sums.growth += slope * slope;
  }
  return sums;
}

double last_place(const PricedProblem& problem) {
  if (problem.kinks() <= 1) return kernels::sweeps().last_place(problem.for_sweeps());
  double last = 0;
  for (std::size_t i = 0; i < problem.dim(); ++i) last = std::max(last, last_place_of(problem.feature(i)));
  return last;
}

}  // namespace standfast::search
