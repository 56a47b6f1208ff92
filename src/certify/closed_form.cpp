#include "certify/closed_form.hpp"

#include <algorithm>
#include <cmath>
#include <vector>

namespace standfast {
namespace {

/// ||values||_q, scaled by the largest entry against overflow.
double dual_norm(const std::vector<double>& values, double q) {
  double largest = 0;
  for (const double v : values) largest = std::max(largest, std::fabs(v));
  if (largest == 0 || q == kInfinity) return largest;
  double sum = 0;
  for (const double v : values) {
    const double share = std::fabs(v) / largest;
    sum += q == 1 ? share : q == 2 ? share * share : std::pow(share, q);
  }
  return largest * (q == 1 ? sum : q == 2 ? std::sqrt(sum) : std::pow(sum, 1 / q));
}

double quotient(double margin, double decrease) {
  if (!(margin > 0)) return 0;
  return decrease == 0 ? kInfinity : margin / decrease;
}

}  // namespace

double closed_form_radius(const SeparableMinorant& m, std::span<const double> cost, Norm norm, double lipschitz) {
  std::vector<double> slope;
  slope.reserve(m.linear.size() + m.fold.size());
  for (std::size_t i = 0; i < m.linear.size(); ++i) slope.push_back(m.linear[i] / cost[i]);
  for (std::size_t i = 0; i < m.fold.size(); ++i) slope.push_back(m.fold[i] / cost[i]);
  return quotient(m.margin, lipschitz * dual_norm(slope, norm.dual_exponent()));
}

double closed_form_radius(const FeatureMinorant& m, double cheapest, Norm norm, double lipschitz) {
  return quotient(m.margin * cheapest, lipschitz * dual_norm(m.slope, norm.dual_exponent()));
}

}  // namespace standfast
