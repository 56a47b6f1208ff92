// The closed form (C3), in one sweep if q is 1, 2 or inf: the margin over the Lipschitz constant times the dual norm of
// the gradient, whose entries are divided by their costs. Bounds play no part. Costs are taken to be positive. Sums are
// rounded to nearest, so that the result can be a little above the exact quotient: the verifier computes its own.
#include "search/closed_form.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <vector>

namespace standfast::search {
namespace {

/// ||value||_q over two parts of n numbers each, or one. Eight sums side by side, because one addition waits for the
/// one before it.
template <class Value>
double dual_norm(std::size_t n, std::size_t parts, double q, const Value& value) {
  double most[8] = {}, squares[8] = {}, sizes[8] = {};
  for (std::size_t part = 0; part < parts; ++part) {
    const auto add_to_sums = [&](std::size_t i, std::size_t k) {
      const double v = std::fabs(value(part, i));
      most[k] = v > most[k] ? v : most[k];
      sizes[k] += v;
      squares[k] += v * v;
    };
    std::size_t i = 0;
    for (; i + 8 <= n; i += 8) {
      for (std::size_t k = 0; k < 8; ++k) add_to_sums(i + k, k);
    }
    for (; i < n; ++i) add_to_sums(i, i % 8);
  }
  const double largest = *std::max_element(most, most + 8);
  if (q == 1) return std::accumulate(sizes, sizes + 8, 0.0);
  // squares of other sizes might overflow or vanish
  if (q == 2 && largest > 1e-140 && largest < 1e140) return std::sqrt(std::accumulate(squares, squares + 8, 0.0));
  if (largest == 0 || q == kInfinity) return largest;
  double sum = 0;
  for (std::size_t part = 0; part < parts; ++part) {
    for (std::size_t i = 0; i < n; ++i) sum += std::pow(std::fabs(value(part, i)) / largest, q);
  }
  return largest * std::pow(sum, 1 / q);
}

double margin_over_decrease(double margin, double decrease) {
  if (!(margin > 0)) return 0;
  return decrease == 0 ? kInfinity : margin / decrease;
}

/// The steepest piece of feature i.
double steepest_slope(const minorant::SeparableMinorant& m, std::size_t i) {
  std::vector<std::size_t> order(m.kinks());
  std::iota(order.begin(), order.end(), i * m.kinks());
  std::ranges::sort(order, [&](std::size_t a, std::size_t b) { return m.offset[a] > m.offset[b]; });
  double slope = m.coefficient[i];
  for (const std::size_t at : order) slope -= m.bend[at];
  double steepest = std::fabs(slope);
  for (std::size_t k = 0; k < order.size(); ++k) {
    slope += 2 * m.bend[order[k]];
    const bool is_piece = k + 1 == order.size() || m.offset[order[k]] > m.offset[order[k + 1]];
    if (is_piece) steepest = std::max(steepest, std::fabs(slope));
  }
  return steepest;
}

}  // namespace

double closed_form_radius(const minorant::SeparableMinorant& m, std::span<const double> cost, Norm norm,
                          double lipschitz) {
  const std::size_t n = m.coefficient.size(), parts = m.has_bends() ? 2 : 1;
  const double q = norm.dual_exponent();
  if (m.kinks() > 1) {
    const auto slope = [&](std::size_t, std::size_t i) { return steepest_slope(m, i) / cost[i]; };
    return margin_over_decrease(m.margin, dual_norm(n, 1, q, slope));
  }
  const double* const sides[] = {m.coefficient.data(), m.bend.data()};
  const bool unpriced = std::ranges::all_of(cost, [](double c) { return c == 1; });
  const double gradient_norm =
      unpriced ? dual_norm(n, parts, q, [&](std::size_t part, std::size_t i) { return sides[part][i]; })
               : dual_norm(n, parts, q, [&](std::size_t part, std::size_t i) { return sides[part][i] / cost[i]; });
  return margin_over_decrease(m.margin, lipschitz * gradient_norm);
}

double closed_form_radius(const minorant::FeatureMinorant& m, double cheapest, Norm norm, double lipschitz) {
  const auto entry = [&](std::size_t, std::size_t i) { return m.gradient[i]; };
  return margin_over_decrease(m.margin * cheapest,
                              lipschitz * dual_norm(m.gradient.size(), 1, norm.dual_exponent(), entry));
}

}  // namespace standfast::search
