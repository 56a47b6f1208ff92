#include "certify/closed_form.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>

namespace standfast {
namespace {

/// ||(value(0), ..., value(n - 1))||_q. Eight sums side by side, because one addition waits for the one before it.
template <class Value>
double dual_norm(std::size_t n, double q, const Value& value) {
  double most[8] = {}, squares[8] = {}, sizes[8] = {};
  for (std::size_t i = 0; i < n; i += 8) {
    for (std::size_t k = 0; k < std::min<std::size_t>(8, n - i); ++k) {
      const double v = std::fabs(value(i + k));
      most[k] = v > most[k] ? v : most[k];
      sizes[k] += v;
      squares[k] += v * v;
    }
  }
  const double largest = *std::max_element(most, most + 8);
  if (q == 1) return std::accumulate(sizes, sizes + 8, 0.0);
  // squares of other sizes might overflow or vanish
  if (q == 2 && largest > 1e-140 && largest < 1e140) return std::sqrt(std::accumulate(squares, squares + 8, 0.0));
  if (largest == 0 || q == kInfinity) return largest;
  double sum = 0;
  for (std::size_t i = 0; i < n; ++i) sum += std::pow(std::fabs(value(i)) / largest, q);
  return largest * std::pow(sum, 1 / q);
}

double quotient(double margin, double decrease) {
  if (!(margin > 0)) return 0;
  return decrease == 0 ? kInfinity : margin / decrease;
}

}  // namespace

double closed_form_radius(const SeparableMinorant& m, std::span<const double> cost, Norm norm, double lipschitz) {
  const std::size_t n = m.linear.size();
  const double slope = dual_norm(n + m.fold.size(), norm.dual_exponent(), [&](std::size_t i) {
    return i < n ? m.linear[i] / cost[i] : m.fold[i - n] / cost[i - n];
  });
  return quotient(m.margin, lipschitz * slope);
}

double closed_form_radius(const FeatureMinorant& m, double cheapest, Norm norm, double lipschitz) {
  return quotient(m.margin * cheapest, lipschitz * dual_norm(m.slope.size(), norm.dual_exponent(),
                                                             [&](std::size_t i) { return m.slope[i]; }));
}

}  // namespace standfast
